"""The tables of paths: who entered together, who stands where, and who is inside a segment.

What was sent stands with the other journeys': marks, executions, attempts, blocks, turns.
"""

from django.db import models
from django.db.models import Q

from postlude.journeys.paths.types import State
from postlude.kernel import ids

_STATES = [(state.value, state.value) for state in State]


def _one(to: str) -> "models.ForeignKey[models.Model, models.Model]":
    return models.ForeignKey(to, on_delete=models.PROTECT, related_name="+", db_index=False)


class Intake(models.Model):
    """Who entered a path together: by one look at whom a condition holds for, or by the news of
    one local day. Once per scope, whoever was first to notice.

    A look goes by contacts: `looked_to` says how far it is. `first`: nothing was known of who was
    inside before, `asked` tells the condition. `selected` of a look, `passed_over`: who had walked
    it in their period before.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _one("orgs.Organization")
    journey = _one("journeys.Journey")
    scope = models.CharField(max_length=100)
    version = _one("journeys.JourneyVersion")
    cycle = _one("journeys.Cycle")
    due_at = models.DateTimeField()
    begun_at = models.DateTimeField()
    asked = models.CharField(max_length=64, blank=True, default="")
    first = models.BooleanField(default=False)
    looked_to = models.BigIntegerField(default=0)
    selected = models.BigIntegerField(default=0)
    passed_over = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    owner = models.CharField(max_length=64, blank=True, default="")
    lease_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "journeys_intake"
        constraints = (
            models.UniqueConstraint(fields=("org", "journey", "scope"), name="journeys_intake_u"),
        )
        indexes = (
            models.Index(
                fields=("id",),
                name="journeys_intake_open",
                condition=Q(finished_at__isnull=True),
            ),
        )


class Walk(models.Model):
    """One person on a path, by the version they entered by.

    `subject`: the order, ticket or event they entered for, 0 for none. `mark` is what it counts
    by. `done`: how much was done for them that stays: sent, given, let in. `due`: when it is
    looked at without news. `lane`: 1 what news started, 2 what a timetable started.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _one("orgs.Organization")
    journey = _one("journeys.Journey")
    version = _one("journeys.JourneyVersion")
    cycle = _one("journeys.Cycle")
    contact = models.BigIntegerField()
    subject = models.BigIntegerField(default=0)
    conference = models.BigIntegerField(default=0)
    mark = models.BigIntegerField()
    lane = models.SmallIntegerField(default=1)
    state = models.CharField(max_length=8, choices=_STATES)
    node = models.CharField(max_length=64)
    since = models.DateTimeField()
    due = models.DateTimeField()
    reason = models.CharField(max_length=100, blank=True, default="")
    done = models.IntegerField(default=0)
    owner = models.CharField(max_length=64, blank=True, default="")
    lease_until = models.DateTimeField(null=True)
    entered_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "journeys_walk"
        constraints = (
            models.UniqueConstraint(
                fields=("org", "cycle", "contact", "subject"), name="journeys_walk_u"
            ),
        )
        indexes = (
            models.Index(
                fields=("lane", "due", "id"),
                name="journeys_walk_due",
                condition=Q(state="walking"),
            ),
            models.Index(
                fields=("org", "contact"),
                name="journeys_walk_contact",
            ),
            models.Index(fields=("org", "journey", "state", "node"), name="journeys_walk_where"),
        )


class Inside(models.Model):
    """A contact for whom a path's condition held at the last look."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _one("orgs.Organization")
    journey = _one("journeys.Journey")
    contact = models.BigIntegerField()

    class Meta:
        db_table = "journeys_inside"
        constraints = (
            models.UniqueConstraint(fields=("org", "journey", "contact"), name="journeys_inside_u"),
        )
