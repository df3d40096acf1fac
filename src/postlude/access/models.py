from django.db import models
from django.db.models import Q

from postlude.access.types import ByHand, State
from postlude.kernel import ids

_STATES = [(state.value, state.value) for state in State]
_BY_HAND = [(reason.value, reason.value) for reason in ByHand]


def _org() -> "models.ForeignKey[models.Model, models.Model]":
    return models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )


class Resource(models.Model):
    """Something people are let into, and how its vendor is doing.

    `refused_at`: the vendor turned us away, which will not mend by itself. `paused_until` and
    `failures`: it is out of breath (429, 5xx, no answer), and when we knock again.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    conference = models.BigIntegerField()
    key = models.CharField(max_length=64)
    kind = models.CharField(max_length=32)
    title = models.CharField(max_length=200, blank=True, default="")
    settings = models.JSONField(default=dict)
    position = models.IntegerField(default=0)
    active = models.BooleanField(default=True)
    refused_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    failures = models.IntegerField(default=0)
    paused_until = models.DateTimeField(null=True)
    words = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        db_table = "access_resource"
        constraints = (
            models.UniqueConstraint(fields=("org", "conference", "key"), name="access_resource_u"),
        )


class AccessRule(models.Model):
    """One line of the map from tickets to resources; the first that fits decides."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    conference = models.BigIntegerField()
    position = models.IntegerField()
    event = models.CharField(max_length=200)
    ticket_type = models.CharField(max_length=200)
    resources = models.JSONField(default=list)

    class Meta:
        db_table = "access_rule"
        constraints = (
            models.UniqueConstraint(fields=("org", "conference", "position"), name="access_rule_u"),
        )


class Grant(models.Model):
    """One contact let into one resource of one conference; lives through every refund.

    `address` is the id in `people` of the address that was let in, or is about to be; `edition`
    counts address changes, and links of an older edition are dead. `tried`: a call that may have
    let the person in has been begun, so a revocation must look at the vendor's list.

    `by_hand`: it waits for a person since `queued_at`, and why; no authoriser touches it.
    `done_by`: who let this one in by hand. `outside`: the vendor's own id of the person, sealed;
    `outside_mark` and `answer_mark`: keyed hashes of it and of the form's answer that led there.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    contact = models.BigIntegerField()
    conference = models.BigIntegerField()
    resource = models.ForeignKey(
        Resource, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    state = models.CharField(max_length=8, choices=_STATES)
    failure = models.CharField(max_length=16, blank=True, default="")
    edition = models.IntegerField(default=1)
    address = models.BigIntegerField(null=True)
    tried = models.BooleanField(default=False)
    attempts = models.IntegerField(default=0)
    words = models.CharField(max_length=300, blank=True, default="")
    due = models.DateTimeField()
    owner = models.CharField(max_length=64, blank=True, default="")
    lease_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    granted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    by_hand = models.CharField(
        max_length=12, blank=True, default="", db_default="", choices=_BY_HAND
    )
    queued_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=100, blank=True, default="", db_default="")
    outside = models.BinaryField(null=True)
    outside_mark = models.CharField(max_length=80, blank=True, default="", db_default="")
    answer_mark = models.CharField(max_length=80, blank=True, default="", db_default="")

    class Meta:
        db_table = "access_grant"
        constraints = (
            models.UniqueConstraint(
                fields=("org", "conference", "contact", "resource"), name="access_grant_u"
            ),
        )
        indexes = (
            models.Index(
                fields=("resource", "due"),
                name="access_grant_due",
                condition=Q(state="pending", by_hand=""),
            ),
            models.Index(
                fields=("org", "queued_at"),
                name="access_grant_by_hand",
                condition=Q(queued_at__isnull=False),
            ),
            models.Index(
                fields=("org", "outside_mark"),
                name="access_grant_outside",
                condition=~Q(outside_mark=""),
            ),
            models.Index(fields=("org", "contact"), name="access_grant_contact"),
            models.Index(fields=("resource", "state"), name="access_grant_resource"),
        )


class GrantEvent(models.Model):
    """Append-only: what happened to a grant, in the vendor's words without people."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    grant = models.BigIntegerField()
    contact = models.BigIntegerField()
    kind = models.CharField(max_length=24)
    at = models.DateTimeField()
    words = models.CharField(max_length=300, blank=True, default="")
    actor = models.CharField(max_length=100, blank=True, default="")

    class Meta:
        db_table = "access_grantevent"
        indexes = (models.Index(fields=("org", "contact", "id"), name="access_grantevent_contact"),)


class Removal(models.Model):
    """Somebody who is still let in at a vendor's and should not be.

    A person takes the address off a list, unless `by_vendor`: then we ask the vendor to. `outside`
    is the vendor's own id of the person, sealed. `moved`: the form names somebody else since, so
    that this one must go even if the buyer is wanted again.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="+", db_index=False)
    edition = models.IntegerField()
    address = models.BigIntegerField(null=True)
    since = models.DateTimeField()
    done_at = models.DateTimeField(null=True)
    done_by = models.CharField(max_length=100, blank=True, default="")
    by_vendor = models.BooleanField(default=False, db_default=False)
    outside = models.BinaryField(null=True)
    moved = models.BooleanField(default=False, db_default=False)
    due = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0, db_default=0)
    words = models.CharField(max_length=300, blank=True, default="", db_default="")
    owner = models.CharField(max_length=64, blank=True, default="", db_default="")
    lease_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "access_removal"
        constraints = (
            models.UniqueConstraint(fields=("org", "grant", "edition"), name="access_removal_u"),
        )
        indexes = (
            models.Index(
                fields=("org", "id"), name="access_removal_open", condition=Q(done_at__isnull=True)
            ),
            models.Index(
                fields=("due",),
                name="access_removal_by_vendor",
                condition=Q(done_at__isnull=True, by_vendor=True),
            ),
        )
