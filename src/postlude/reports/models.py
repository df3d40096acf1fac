"""Rollups of facts: written by `rollups` alone, and made again from facts at any time."""

from django.db import models

from postlude.kernel import ids


def _org() -> "models.ForeignKey[models.Model, models.Model]":
    return models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )


class Cell(models.Model):
    """What a node did on a local day, and when that was last counted.

    `version` grows with each recount: whoever read facts before another one wrote counts again.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    node = models.CharField(max_length=100, blank=True)
    day = models.DateField()
    version = models.IntegerField(default=0)
    at = models.DateTimeField()

    class Meta:
        db_table = "reports_cell"
        constraints = (
            models.UniqueConstraint(fields=("org", "node", "day"), name="reports_cell_u"),
        )
        indexes = (models.Index(fields=("org", "day"), name="reports_cell_day"),)


class Count(models.Model):
    """How many messages of a cell ended as `what` (`rollups.types.What`), and what they cost.

    `journey` and `template` are 0 where there is none. `reported`: those that went by a vendor who
    tells what becomes of a message. `cost` (minor units) is that of the `priced` ones, which have
    `priced_segments`.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    node = models.CharField(max_length=100, blank=True)
    day = models.DateField()
    channel = models.CharField(max_length=32)
    journey = models.BigIntegerField()
    template = models.BigIntegerField()
    testing = models.BooleanField()
    what = models.CharField(max_length=48)
    n = models.BigIntegerField()
    reported = models.BigIntegerField()
    segments = models.BigIntegerField()
    cost = models.BigIntegerField()
    priced = models.BigIntegerField()
    priced_segments = models.BigIntegerField()

    class Meta:
        db_table = "reports_count"
        constraints = (
            models.UniqueConstraint(
                fields=(
                    *("org", "node", "day", "channel", "journey", "template"),
                    *("testing", "what"),
                ),
                name="reports_count_u",
            ),
        )
        indexes = (
            models.Index(fields=("org", "day"), name="reports_count_day"),
            models.Index(fields=("org", "journey", "day"), name="reports_count_journey"),
        )


class Sent(models.Model):
    """The cycles of which a node sent something on a day, as packed numbers of 64 bits."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    node = models.CharField(max_length=100, blank=True)
    day = models.DateField()
    channel = models.CharField(max_length=32)
    cycles = models.BinaryField()

    class Meta:
        db_table = "reports_sent"
        constraints = (
            models.UniqueConstraint(
                fields=("org", "node", "day", "channel"), name="reports_sent_u"
            ),
        )


class People(models.Model):
    """Who opened and who clicked on a day what a cycle sent: bitmaps of dense numbers.

    In three readings: all touches, those that count as human, and these without the ones that bear
    the sign of a machine. NULL where there is nobody.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    node = models.CharField(max_length=100, blank=True)
    day = models.DateField()
    channel = models.CharField(max_length=32)
    template = models.BigIntegerField()
    cycle = models.BigIntegerField()
    opened_raw = models.BinaryField(null=True)
    opened_human = models.BinaryField(null=True)
    opened_filtered = models.BinaryField(null=True)
    clicked_raw = models.BinaryField(null=True)
    clicked_human = models.BinaryField(null=True)
    clicked_filtered = models.BinaryField(null=True)

    class Meta:
        db_table = "reports_people"
        constraints = (
            models.UniqueConstraint(
                fields=("org", "node", "day", "channel", "template", "cycle"),
                name="reports_people_u",
            ),
        )
        indexes = (models.Index(fields=("org", "day"), name="reports_people_day"),)


class Number(models.Model):
    """The dense number of a contact as a touch names it; or of a browser, where nobody is named."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    who = models.BigIntegerField()
    visitor = models.BooleanField()
    number = models.BigIntegerField()

    class Meta:
        db_table = "reports_number"
        constraints = (
            models.UniqueConstraint(fields=("org", "who", "visitor"), name="reports_number_who"),
            models.UniqueConstraint(fields=("org", "number"), name="reports_number_u"),
        )


class Numbering(models.Model):
    """Which number comes next in an organisation."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    following = models.BigIntegerField(default=0)

    class Meta:
        db_table = "reports_numbering"
        constraints = (models.UniqueConstraint(fields=("org",), name="reports_numbering_u"),)


class Rebuild(models.Model):
    """A rebuild that has begun: the last part that was counted again. Deleted when all were."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    done_to = models.CharField(max_length=120, blank=True, default="")

    class Meta:
        db_table = "reports_rebuild"
        constraints = (models.UniqueConstraint(fields=("org",), name="reports_rebuild_u"),)
