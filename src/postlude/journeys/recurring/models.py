"""The tables of notices on a timetable.

What each person got stands with the other journeys': marks, attempts, executions, blocks.
"""

from django.db import models

from postlude.kernel import ids


def _one(to: str) -> "models.ForeignKey[models.Model, models.Model]":
    return models.ForeignKey(to, on_delete=models.PROTECT, related_name="+", db_index=False)


class Run(models.Model):
    """One run of a notice: once per scope, whichever scheduler noticed that it was due.

    Its audience is frozen first: `selection` and `frozen_to` say how far that is (`frozen_at`:
    done), `frozen` counts it. `passed_over`: who of these had been served in their period before.
    `zone`: only of those who live by it, when it was due there; NULL: of everybody.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _one("orgs.Organization")
    journey = _one("journeys.Journey")
    scope = models.CharField(max_length=100)
    version = _one("journeys.JourneyVersion")
    cycle = _one("journeys.Cycle")
    due_at = models.DateTimeField()
    begun_at = models.DateTimeField()
    zone = models.CharField(max_length=64, null=True)
    selection = models.IntegerField(default=0)
    frozen_to = models.BigIntegerField(default=0)
    frozen = models.BigIntegerField(default=0)
    frozen_at = models.DateTimeField(null=True)
    passed_over = models.BigIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    owner = models.CharField(max_length=64, blank=True, default="")
    lease_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "journeys_run"
        constraints = (
            models.UniqueConstraint(fields=("org", "journey", "scope"), name="journeys_run_u"),
        )
        indexes = (
            models.Index(
                fields=("id",),
                name="journeys_run_open",
                condition=models.Q(finished_at__isnull=True),
            ),
        )


class Portion(models.Model):
    """Some of a frozen audience, in the order of contacts; deleted in the commit that serves them.

    `people` holds [contact, order] pairs, the order 0 where people were selected.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _one("orgs.Organization")
    run = _one("journeys.Run")
    selection = models.IntegerField()
    people = models.JSONField(default=list)

    class Meta:
        db_table = "journeys_portion"
        indexes = (models.Index(fields=("run", "id"), name="journeys_portion_run"),)


class Turn(models.Model):
    """How many people have had their turn at a rotation; one counter a version and selection."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _one("orgs.Organization")
    version = _one("journeys.JourneyVersion")
    selection = models.CharField(max_length=64)
    turns = models.BigIntegerField(default=0)

    class Meta:
        db_table = "journeys_turn"
        constraints = (
            models.UniqueConstraint(fields=("org", "version", "selection"), name="journeys_turn_u"),
        )


class Switch(models.Model):
    """Somebody paused a notice, resumed it, or began a run by hand. Only ever added to."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _one("orgs.Organization")
    journey = _one("journeys.Journey")
    what = models.CharField(max_length=8)
    actor = models.CharField(max_length=100)
    at = models.DateTimeField()

    class Meta:
        db_table = "journeys_switch"
        indexes = (models.Index(fields=("org", "journey", "id"), name="journeys_switch_journey"),)
