from django.db import models
from django.db.models import Q

from postlude.kernel import ids
from postlude.messages.types import State

_STATES = [(state.value, state.value) for state in State]


def _org() -> "models.ForeignKey[models.Model, models.Model]":
    return models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )


class Sender(models.Model):
    """A vendor account of an organisation, with its speed limit and its health.

    `tokens_at` is in seconds since 1970 so that the bucket is plain arithmetic. `version` makes
    every taking of tokens a conditional UPDATE.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    slug = models.CharField(max_length=64)
    channel = models.CharField(max_length=32)
    settings = models.JSONField(default=dict)
    from_address = models.CharField(max_length=254, blank=True, default="")
    from_name = models.CharField(max_length=200, blank=True, default="")
    reply_to = models.CharField(max_length=254, blank=True, default="")
    rate = models.FloatField()
    burst = models.IntegerField()
    window = models.IntegerField()
    urgent_share = models.FloatField(default=0.15)
    tokens = models.FloatField(default=0)
    urgent_tokens = models.FloatField(default=0)
    tokens_at = models.FloatField(default=0)
    version = models.BigIntegerField(default=0)
    paused_until = models.DateTimeField(null=True)
    pause_reason = models.CharField(max_length=300, blank=True, default="")
    failures = models.IntegerField(default=0)
    opened = models.IntegerField(default=0)
    open_until = models.DateTimeField(null=True)
    quota = models.IntegerField(null=True)
    quota_used = models.IntegerField(default=0)
    quota_month = models.CharField(max_length=7, blank=True, default="")
    reports = models.JSONField(default=dict)
    """How far the reports of the vendor have been read, where they are polled."""

    class Meta:
        db_table = "messages_sender"
        constraints = (models.UniqueConstraint(fields=("org", "slug"), name="messages_sender_u"),)


class MessageTemplate(models.Model):
    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    slug = models.CharField(max_length=64)
    kind = models.CharField(max_length=32)

    class Meta:
        db_table = "messages_template"
        constraints = (models.UniqueConstraint(fields=("org", "slug"), name="messages_template_u"),)


class TemplateVersion(models.Model):
    """Immutable: a message always renders again from the version it was decided with."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    template = models.ForeignKey(
        MessageTemplate, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    number = models.IntegerField()
    digest = models.CharField(max_length=64)
    context_sample = models.JSONField(default=dict)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "messages_templateversion"
        constraints = (
            models.UniqueConstraint(
                fields=("org", "template", "number"), name="messages_templateversion_u"
            ),
        )


class TemplateText(models.Model):
    """One language of a version: what was written, and what it was compiled to."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    version = models.ForeignKey(
        TemplateVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    locale = models.CharField(max_length=16)
    subject = models.TextField(blank=True, default="")
    mjml = models.TextField(blank=True, default="")
    html = models.TextField(blank=True, default="")
    text = models.TextField(blank=True, default="")
    compiled_html = models.TextField(blank=True, default="")
    compiled_text = models.TextField(blank=True, default="")

    class Meta:
        db_table = "messages_templatetext"
        constraints = (
            models.UniqueConstraint(
                fields=("org", "version", "locale"), name="messages_templatetext_u"
            ),
        )


class Link(models.Model):
    """Link number `n` of a text; `target` is a URL or a template expression that becomes one."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    text = models.ForeignKey(
        TemplateText, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    n = models.IntegerField()
    target = models.TextField()

    class Meta:
        db_table = "messages_link"
        constraints = (
            models.UniqueConstraint(fields=("org", "text", "n"), name="messages_link_u"),
        )


class Message(models.Model):
    """One text to one contact.

    While its outbox row lives, `state` says `queued` and the row's phase says how far it is; the
    message itself is written twice only: when it is decided and when it is settled.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    klass = models.CharField(max_length=16)
    channel = models.CharField(max_length=32)
    sender = models.ForeignKey(Sender, on_delete=models.PROTECT, related_name="+", db_index=False)
    cycle = models.BigIntegerField(null=True)
    node = models.CharField(max_length=100, blank=True, default="")
    template_version = models.ForeignKey(
        TemplateVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    locale = models.CharField(max_length=16, blank=True, default="")
    contact = models.BigIntegerField()
    address = models.BigIntegerField(null=True)
    key = models.CharField(max_length=200)
    fallback_of = models.BigIntegerField(null=True)
    context = models.JSONField(default=dict)
    on_quiet = models.CharField(max_length=8, default="delay")
    testing = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    deadline = models.DateTimeField()
    day = models.DateField()
    state = models.CharField(max_length=16, choices=_STATES)
    reason = models.CharField(max_length=300, blank=True, default="")
    dispatch = models.BigIntegerField(null=True)
    provider_id = models.CharField(max_length=255, blank=True, default="")
    accepted_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    segments = models.IntegerField(default=0)
    cost = models.BigIntegerField(null=True)

    class Meta:
        db_table = "messages_message"
        constraints = (models.UniqueConstraint(fields=("org", "key"), name="messages_message_u"),)
        indexes = (
            models.Index(fields=("org", "contact", "created_at"), name="messages_message_contact"),
            models.Index(fields=("org", "node", "day"), name="messages_message_node"),
            models.Index(
                fields=("sender", "provider_id"),
                name="messages_message_provider",
                condition=~Q(provider_id=""),
            ),
            models.Index(
                fields=("org", "accepted_at"),
                name="messages_message_accepted",
                condition=Q(accepted_at__isnull=False),
            ),
            models.Index(
                fields=("sender", "settled_at"),
                name="messages_message_unknown",
                condition=Q(state="unknown"),
            ),
            # Invitations: few beside the notices of a chain, and looked at on every page.
            models.Index(
                fields=("org", "id"),
                name="messages_message_invitation",
                condition=Q(klass="transactional", testing=False),
            ),
            models.Index(
                fields=("dispatch", "id"),
                name="messages_message_dispatch",
                condition=Q(dispatch__isnull=False),
            ),
        )


class Outbox(models.Model):
    """The queue. `id` is the message's. The row is deleted when the message is settled.

    `maybe_sent`: an earlier try of a repeatable channel had no answer, so giving up is `unknown`,
    never `failed`; `unsure_since` is when the first of these tries was. `epoch`: rows from before
    a restore wait for an operator.
    """

    id = models.BigIntegerField(primary_key=True)
    org = _org()
    sender = models.ForeignKey(Sender, on_delete=models.PROTECT, related_name="+", db_index=False)
    lane = models.SmallIntegerField()
    due = models.DateTimeField()
    deadline = models.DateTimeField()
    phase = models.CharField(max_length=8, default="queued")
    attempts = models.IntegerField(default=0)
    maybe_sent = models.BooleanField(default=False)
    unsure_since = models.DateTimeField(null=True)
    owner = models.CharField(max_length=64, blank=True, default="")
    lease_until = models.DateTimeField(null=True)
    epoch = models.IntegerField(default=0)

    class Meta:
        db_table = "messages_outbox"
        indexes = (
            models.Index(fields=("sender", "lane", "due", "id"), name="messages_outbox_queue"),
            models.Index(
                fields=("lease_until",),
                name="messages_outbox_lease",
                condition=Q(lease_until__isnull=False),
            ),
            models.Index(fields=("deadline",), name="messages_outbox_deadline"),
        )


class Attempt(models.Model):
    """Append-only: every answer, receipt and parking, in the provider's words without people."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    message = models.BigIntegerField()
    kind = models.CharField(max_length=32)
    at = models.DateTimeField()
    words = models.CharField(max_length=300, blank=True, default="")
    provider_id = models.CharField(max_length=255, blank=True, default="")
    dedup = models.CharField(max_length=200)

    class Meta:
        db_table = "messages_attempt"
        constraints = (
            models.UniqueConstraint(fields=("org", "message", "dedup"), name="messages_attempt_u"),
        )


class SendBlock(models.Model):
    """A message that a rule of courtesy or law stopped, and which."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    message = models.BigIntegerField()
    contact = models.BigIntegerField()
    node = models.CharField(max_length=100, blank=True, default="")
    channel = models.CharField(max_length=32)
    klass = models.CharField(max_length=16)
    reason = models.CharField(max_length=32)
    testing = models.BooleanField(default=False)
    at = models.DateTimeField()
    day = models.DateField()

    class Meta:
        db_table = "messages_sendblock"
        constraints = (
            models.UniqueConstraint(fields=("org", "message"), name="messages_sendblock_u"),
        )
        indexes = (models.Index(fields=("org", "node", "day"), name="messages_sendblock_node"),)


class Dispatch(models.Model):
    """Many messages that go as one: how far it is, and what the vendor calls its parts.

    `vendor` holds the vendor's ids; each is committed before the next call. `tried_at` says since
    when an answer to `step` is missing. The dispatch has the lease of all its messages: theirs is
    empty, so that nobody takes them for lost while it is on its way.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    sender = models.ForeignKey(Sender, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.CharField(max_length=100)
    klass = models.CharField(max_length=16)
    template_version = models.BigIntegerField()
    locale = models.CharField(max_length=16, blank=True, default="")
    context = models.JSONField(default=dict)
    state = models.CharField(max_length=16)
    step = models.CharField(max_length=16, blank=True, default="")
    vendor = models.JSONField(default=dict)
    provider_id = models.CharField(max_length=255, blank=True, default="")
    count = models.IntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True, default="")
    actor = models.CharField(max_length=100, blank=True, default="")
    failures = models.IntegerField(default=0)
    at = models.DateTimeField()
    send_at = models.DateTimeField(null=True)
    due = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    listed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    owner = models.CharField(max_length=64, blank=True, default="")
    lease_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "messages_dispatch"
        constraints = (models.UniqueConstraint(fields=("org", "key"), name="messages_dispatch_u"),)
        indexes = (
            models.Index(fields=("org", "sender", "at"), name="messages_dispatch_sender"),
            models.Index(
                fields=("due",),
                name="messages_dispatch_due",
                condition=Q(finished_at__isnull=True),
            ),
        )


class ShownText(models.Model):
    """What a person read on a channel whose text cannot be rendered again; encrypted, expires."""

    message = models.BigIntegerField(primary_key=True)
    org = _org()
    sealed = models.BinaryField()
    expires_at = models.DateTimeField()

    class Meta:
        db_table = "messages_showntext"
        indexes = (models.Index(fields=("expires_at",), name="messages_showntext_expiry"),)


class Epoch(models.Model):
    """The one row that the stamp outside the database is compared with."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    database = models.CharField(max_length=32)
    tick = models.BigIntegerField(default=0)
    epoch = models.IntegerField(default=0)
    held = models.BooleanField(default=False)

    class Meta:
        db_table = "messages_epoch"


class EpochDecision(models.Model):
    """Who said what about the rows of an old epoch."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    actor = models.CharField(max_length=100)
    decision = models.CharField(max_length=16)
    epoch = models.IntegerField()
    rows = models.IntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "messages_epochdecision"
