from django.db import models
from django.db.models import Q

from postlude.journeys.paths.models import Inside, Intake, Walk
from postlude.journeys.recurring.models import Portion, Run, Switch, Turn
from postlude.journeys.types import MemberState
from postlude.kernel import ids

__all__ = (
    "Cycle",
    "Inside",
    "Intake",
    "Journey",
    "JourneyVersion",
    "Mark",
    "Member",
    "NodeExecution",
    "Occasion",
    "Portion",
    "Resend",
    "Run",
    "SendAttempt",
    "SendBlock",
    "Slot",
    "Switch",
    "Turn",
    "Walk",
)

_STATES = [(state.value, state.value) for state in MemberState]


def _org() -> "models.ForeignKey[models.Model, models.Model]":
    return models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )


class Journey(models.Model):
    """`paused_at`: taken off by hand, whatever the playbook says; `resumed_at`: when that ended."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    slug = models.CharField(max_length=64)
    title = models.CharField(max_length=200, blank=True, default="")
    folder = models.CharField(max_length=100, blank=True, default="")
    trigger = models.CharField(max_length=64)
    active = models.BooleanField(default=True)
    paused_at = models.DateTimeField(null=True)
    resumed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "journeys_journey"
        constraints = (models.UniqueConstraint(fields=("org", "slug"), name="journeys_journey_u"),)


class JourneyVersion(models.Model):
    """Immutable: members walk the version they entered by."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="+", db_index=False)
    number = models.IntegerField()
    definition = models.JSONField()
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=100, blank=True, default="")

    class Meta:
        db_table = "journeys_version"
        constraints = (
            models.UniqueConstraint(fields=("org", "journey", "number"), name="journeys_version_u"),
        )


class Cycle(models.Model):
    """One run of a journey: a batch of news about one conference, with its members frozen.

    A run of a notice on a timetable is about no conference: 0.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.ForeignKey(
        JourneyVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    conference = models.BigIntegerField()
    entered = models.IntegerField()
    started_at = models.DateTimeField()

    class Meta:
        db_table = "journeys_cycle"
        indexes = (
            models.Index(fields=("org", "journey", "started_at"), name="journeys_cycle_journey"),
        )


class Member(models.Model):
    """One contact in one cycle: where it stands, and why.

    `tickets` are the new ones it entered for; who is written to at a set time enters for none.
    `due`: when it is looked at without news. `lane`: 0 what a sale started, 2 what a schedule
    started, which must never hold the others up.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="+", db_index=False)
    version = models.ForeignKey(
        JourneyVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    conference = models.BigIntegerField()
    contact = models.BigIntegerField()
    tickets = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=_STATES)
    node = models.CharField(max_length=64)
    node_since = models.DateTimeField()
    reason = models.CharField(max_length=100, blank=True, default="")
    message = models.BigIntegerField(null=True)
    due = models.DateTimeField()
    owner = models.CharField(max_length=64, blank=True, default="")
    lease_until = models.DateTimeField(null=True)
    entered_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    lane = models.SmallIntegerField(default=0, db_default=0)

    class Meta:
        db_table = "journeys_member"
        constraints = (
            models.UniqueConstraint(fields=("org", "cycle", "contact"), name="journeys_member_u"),
        )
        indexes = (
            models.Index(
                fields=("lane", "due", "id"),
                name="journeys_member_lane",
                condition=Q(state__in=("ready", "waiting")),
            ),
            # Few of a million: what is looked at every few seconds is what sales started.
            models.Index(
                fields=("org", "state", "entered_at"),
                name="journeys_member_sale",
                condition=Q(lane=0),
            ),
            models.Index(fields=("org", "conference", "contact"), name="journeys_member_contact"),
            models.Index(fields=("org", "contact"), name="journeys_member_history"),
            models.Index(fields=("org", "state", "id"), name="journeys_member_state"),
            models.Index(
                fields=("org", "message"),
                name="journeys_member_message",
                condition=Q(message__isnull=False),
            ),
        )


class NodeExecution(models.Model):
    """One node of one cycle: how many came, and how many went on to the next."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="+", db_index=False)
    node = models.CharField(max_length=64)
    entered = models.IntegerField(default=0)
    passed = models.IntegerField(default=0)
    started_at = models.DateTimeField()

    class Meta:
        db_table = "journeys_nodeexecution"
        constraints = (
            models.UniqueConstraint(fields=("org", "cycle", "node"), name="journeys_execution_u"),
        )


class Mark(models.Model):
    """What happened to a contact once and must not happen again: the guard is the unique key.

    Scopes: `ticket:<id>` it entered for that ticket, `invite:<conference>`, `told:<ticket>` a
    mail lists that ticket, `notice:<conference>` what a scheduled journey sends; and the periods
    of notices on a timetable, see `recurring.periods`.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="+", db_index=False)
    contact = models.BigIntegerField()
    scope = models.CharField(max_length=100)
    made_at = models.DateTimeField()

    class Meta:
        db_table = "journeys_mark"
        constraints = (
            models.UniqueConstraint(
                fields=("org", "journey", "contact", "scope"), name="journeys_mark_u"
            ),
        )


class SendAttempt(models.Model):
    """What a node tried for one contact, and what came of it; `subject` is the order, if it is
    about one, `branch` where that was made, else where the contact ordered last.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    execution = models.ForeignKey(
        NodeExecution, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    contact = models.BigIntegerField()
    subject = models.BigIntegerField(default=0, db_default=0)
    outcome = models.CharField(max_length=8)
    reason = models.CharField(max_length=100, blank=True, default="")
    message = models.BigIntegerField(null=True)
    branch = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "journeys_sendattempt"
        constraints = (
            models.UniqueConstraint(
                fields=("org", "execution", "contact", "subject"), name="journeys_sendattempt_u"
            ),
        )
        indexes = (
            # Blocks are counted again whenever one is added: never by reading everybody.
            models.Index(
                fields=("org", "execution", "reason"),
                name="journeys_sendattempt_blocked",
                condition=Q(outcome="blocked"),
            ),
            models.Index(
                fields=("org", "message"),
                name="journeys_sendattempt_message",
                condition=Q(message__isnull=False),
            ),
            # Reports count by days those to whom nothing was written: few, by time.
            models.Index(
                fields=("org", "at"),
                name="journeys_sendattempt_unwritten",
                condition=Q(message__isnull=True, outcome__in=("blocked", "held_out")),
            ),
        )


class SendBlock(models.Model):
    """How many a node could not write to, and why; none when there was nobody."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    execution = models.ForeignKey(
        NodeExecution, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    total = models.IntegerField()
    reasons = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        db_table = "journeys_sendblock"
        constraints = (
            models.UniqueConstraint(fields=("org", "execution"), name="journeys_sendblock_u"),
        )


class Resend(models.Model):
    """An invitation went again, for an operator, the buyer or late access: one mail a `request`."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    request = models.CharField(max_length=100)
    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="+", db_index=False)
    conference = models.BigIntegerField()
    contact = models.BigIntegerField()
    message = models.BigIntegerField(null=True)
    actor = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        db_table = "journeys_resend"
        constraints = (
            models.UniqueConstraint(fields=("org", "request"), name="journeys_resend_u"),
        )
        indexes = (models.Index(fields=("org", "contact"), name="journeys_resend_contact"),)


class Slot(models.Model):
    """A scheduled journey began: once per scope, whoever noticed that it was due.

    It is committed before the audience is read. Who buys after that reading buys after this
    commit, so the invitation sees it: everybody is in the audience or gets it with the invitation.
    `frozen_to`: the last contact that has entered; `frozen_at`: when all had.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="+", db_index=False)
    scope = models.CharField(max_length=100)
    version = models.ForeignKey(
        JourneyVersion, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="+")
    conference = models.BigIntegerField()
    due_at = models.DateTimeField()
    begun_at = models.DateTimeField()
    frozen_to = models.BigIntegerField(default=0)
    frozen_at = models.DateTimeField(null=True)
    owner = models.CharField(max_length=64, blank=True, default="")
    lease_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "journeys_slot"
        constraints = (
            models.UniqueConstraint(fields=("org", "journey", "scope"), name="journeys_slot_u"),
        )
        indexes = (models.Index(fields=("org", "conference"), name="journeys_slot_conference"),)


class Occasion(models.Model):
    """What a calendar entry says of a conference beside its name and dates; nothing personal."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    conference = models.BigIntegerField()
    place = models.CharField(max_length=300, blank=True, default="")
    website = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        db_table = "journeys_occasion"
        constraints = (
            models.UniqueConstraint(fields=("org", "conference"), name="journeys_occasion_u"),
        )
