from django.db import models
from django.db.models import Q

from postlude.kernel import ids


class Row(models.Model):
    """What all tables here begin with: a time-ordered id and the organisation."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        abstract = True


class Contact(Row):
    """A known person. The row outlives an erasure, empty, so that facts keep their id."""

    name = models.CharField(max_length=300, blank=True)
    locale = models.CharField(max_length=16, blank=True)
    source = models.CharField(max_length=64, blank=True)
    # What the organisation says of a member; of a birthday month x 100 + day, never the year.
    level = models.CharField(max_length=200, null=True)
    birthday = models.SmallIntegerField(null=True)
    # By whose clocks it is night for them, an IANA name; None: by the branch's or organisation's.
    zone = models.CharField(max_length=64, null=True)
    first_seen_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_contact"
        indexes = (
            models.Index(fields=("org", "id"), name="people_contact_org"),
            # Whom an audience begins with; most contacts have neither.
            models.Index(
                fields=("org", "level"),
                name="people_contact_level",
                condition=Q(level__isnull=False),
            ),
            models.Index(
                fields=("org", "birthday"),
                name="people_contact_birthday",
                condition=Q(birthday__isnull=False),
            ),
        )


class Label(Row):
    """A word that the organisation has put on a contact: a tag, or a segment it is in."""

    kind = models.CharField(max_length=8)
    label = models.CharField(max_length=200)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)

    class Meta:
        db_table = "people_label"
        constraints = (
            # By label first: an audience begins with whom a word is on.
            models.UniqueConstraint(
                fields=("org", "kind", "label", "contact"), name="people_label_once"
            ),
        )
        indexes = (models.Index(fields=("org", "contact", "kind"), name="people_label_contact"),)


class Identity(Row):
    """What finds a contact: a current e-mail, a chat id, a device, or a source's reference.

    The unique key is what makes one person of two that arrive at once.
    """

    kind = models.CharField(max_length=16)
    key = models.CharField(max_length=320)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Of a reference: a keyed hash of the e-mail that the source's row showed last, and when.
    shown = models.CharField(max_length=80, blank=True, default="")
    shown_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_identity"
        constraints = (
            models.UniqueConstraint(fields=("org", "kind", "key"), name="people_identity_key"),
        )
        indexes = (models.Index(fields=("org", "contact"), name="people_identity_contact"),)


class Alias(Row):
    """Two contacts turned out to be one person. Facts keep their ids; readings go to the parent.

    Computed from the joinings in force: `parent` is who speaks in the end, one step away.
    """

    child = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    parent = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        db_table = "people_alias"
        constraints = (models.UniqueConstraint(fields=("org", "child"), name="people_alias_child"),)
        indexes = (models.Index(fields=("org", "parent"), name="people_alias_parent"),)


class Joining(Row):
    """One contact was joined to another, who spoke for the other at that moment. Never deleted.

    `handed` is what the parent got of the child (numbers of rows, words), so that it can be given
    back. A joining holds until it is undone, once.
    """

    child = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    parent = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=32)
    why = models.CharField(max_length=200, default="")
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=64)
    handed = models.JSONField(null=True)
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_joining"
        constraints = (
            models.UniqueConstraint(
                fields=("org", "child"),
                condition=Q(undone_at__isnull=True),
                name="people_joining_in_force",
            ),
        )
        indexes = (
            models.Index(fields=("org", "child", "at"), name="people_joining_child"),
            models.Index(fields=("org", "parent"), name="people_joining_parent"),
        )


class Parting(Row):
    """A joining was undone: who did it, when and why. Only ever added to."""

    joining = models.ForeignKey(Joining, on_delete=models.PROTECT, related_name="+", db_index=False)
    why = models.CharField(max_length=200)
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        db_table = "people_parting"
        constraints = (
            models.UniqueConstraint(fields=("org", "joining"), name="people_parting_once"),
        )


class Address(Row):
    """An address and when it was a person's. A change ends one row and begins another."""

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=16)
    value = models.CharField(max_length=320)
    legacy_hash = models.CharField(max_length=64, blank=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_address"
        constraints = (
            models.UniqueConstraint(
                fields=("org", "contact", "kind"),
                condition=Q(until=None) & ~Q(kind="push"),  # a person may have several devices
                name="people_address_current",
            ),
        )
        indexes = (
            models.Index(fields=("org", "contact"), name="people_address_contact"),
            models.Index(fields=("org", "kind", "value"), name="people_address_value"),
        )


class Undeliverable(Row):
    """An e-mail that cannot be written to, until somebody mends it."""

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    reference = models.CharField(max_length=200)
    raw = models.CharField(max_length=320, blank=True)
    code = models.CharField(max_length=32)
    message = models.CharField(max_length=200)
    hint = models.CharField(max_length=200)
    since = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_undeliverable"
        constraints = (
            models.UniqueConstraint(fields=("org", "contact"), name="people_undeliverable_contact"),
        )


class Consent(Row):
    """One yes or no, as it was given. Never changed; the newest one holds."""

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    channel = models.CharField(max_length=32)
    granted = models.BooleanField()
    source = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        db_table = "people_consent"
        indexes = (
            models.Index(fields=("org", "contact", "channel", "at"), name="people_consent_latest"),
        )


class Suppression(Row):
    """An address that is not written to, as a keyed hash: it outlives the person's erasure."""

    kind = models.CharField(max_length=16)
    pseudonym = models.CharField(max_length=80)
    reason = models.CharField(max_length=16)
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, related_name="+", db_index=False, null=True
    )
    message_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "people_suppression"
        constraints = (
            models.UniqueConstraint(
                fields=("org", "kind", "pseudonym", "reason"), name="people_suppression_key"
            ),
        )
        indexes = (models.Index(fields=("org", "reason"), name="people_suppression_reason"),)


class AnswerSheet(Row):
    """The answers of one form, in the form's order, as it was last seen."""

    subject = models.CharField(max_length=200)
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, related_name="+", db_index=False, null=True
    )
    pairs = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        db_table = "people_answersheet"
        constraints = (
            models.UniqueConstraint(fields=("org", "subject"), name="people_answersheet_subject"),
        )
        indexes = (models.Index(fields=("org", "contact"), name="people_answersheet_contact"),)


class ViewAudit(Row):
    """Who saw or changed whose clear values, when and why. Only ever added to."""

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    actor_kind = models.CharField(max_length=16)
    actor_id = models.CharField(max_length=64)
    purpose = models.CharField(max_length=200)
    fields = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        db_table = "people_viewaudit"
        indexes = (
            models.Index(fields=("org", "contact", "at"), name="people_viewaudit_contact"),
            models.Index(fields=("org", "at"), name="people_viewaudit_at"),
        )


class Erasure(Row):
    """A person who is to be forgotten: written first, so that a crash cannot lose the wish."""

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    hashes = models.JSONField()
    at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_erasure"
        constraints = (
            models.UniqueConstraint(fields=("org", "contact"), name="people_erasure_contact"),
        )


class Knock(Row):
    """How often somebody has asked at a public door, by keyed hash; forgotten after a day."""

    key = models.CharField(max_length=80)
    slot = models.BigIntegerField()
    count = models.IntegerField(default=1)

    class Meta:
        db_table = "people_knock"
        constraints = (
            models.UniqueConstraint(fields=("org", "key", "slot"), name="people_knock_once"),
        )
        indexes = (models.Index(fields=("slot",), name="people_knock_slot"),)


class Visitor(Row):
    """One browser, by its cookie; on a shared computer one for each member who logs in.

    `member` is the shop's own number of the member, empty while nobody has logged in; `left_at`:
    when the member said goodbye there, None if nothing came after the last login.
    """

    cid = models.CharField(max_length=64)
    member = models.CharField(max_length=64, default="")
    contact = models.ForeignKey(
        Contact, on_delete=models.PROTECT, related_name="+", db_index=False, null=True
    )
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    last_source = models.CharField(max_length=100, default="")
    google_id = models.CharField(max_length=64, default="")
    facebook_id = models.CharField(max_length=64, default="")
    country = models.CharField(max_length=2, default="")
    scid = models.CharField(max_length=64, default="")
    left_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "people_visitor"
        constraints = (
            models.UniqueConstraint(fields=("org", "cid", "member"), name="people_visitor_once"),
        )
        indexes = (
            models.Index(
                fields=("org", "contact"),
                name="people_visitor_contact",
                condition=Q(contact__isnull=False),
            ),
        )


class Placeholder(Row):
    """A contact of whom a shop knows a phone and no more: it may be merged into a member."""

    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    since = models.DateTimeField()

    class Meta:
        db_table = "people_placeholder"
        constraints = (
            models.UniqueConstraint(fields=("org", "contact"), name="people_placeholder_once"),
        )


class Conflict(Row):
    """Two contacts share a phone, an e-mail or a chat id, and neither is a placeholder.

    `one` is the lower number. `resolution`: joined or apart, "" while nobody has said.
    """

    kind = models.CharField(max_length=16)
    one = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    other = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    since = models.DateTimeField()
    resolved_at = models.DateTimeField(null=True)
    resolution = models.CharField(max_length=8, default="")

    class Meta:
        db_table = "people_conflict"
        constraints = (
            models.UniqueConstraint(
                fields=("org", "kind", "one", "other"), name="people_conflict_once"
            ),
        )
        indexes = (
            models.Index(fields=("org", "one"), name="people_conflict_one"),
            models.Index(fields=("org", "other"), name="people_conflict_other"),
            models.Index(
                fields=("org", "id"),
                name="people_conflict_open",
                condition=Q(resolved_at__isnull=True),
            ),
        )


class LinkWord(Row):
    """A word that a chat app will tell back with the id of this contact; only its hash is here."""

    kind = models.CharField(max_length=16)
    digest = models.CharField(max_length=48)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+", db_index=False)
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "people_linkword"
        constraints = (
            models.UniqueConstraint(fields=("org", "kind", "digest"), name="people_linkword_once"),
        )
        indexes = (models.Index(fields=("org", "expires_at"), name="people_linkword_over"),)
