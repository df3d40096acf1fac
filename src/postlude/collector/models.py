from django.db import models

from postlude.kernel import ids

MOST_TRIES = 5
"""How often a hit alone is tried before it is left lying."""


class PutAside(models.Model):
    """Hits that were answered in a rush: durable, and not taken in yet. Gone once they are.

    `hit` is what the collector has read of them, checked, as JSON; `hits` how many they are. No
    organisation: whose they are stands behind tokens and in what pages tell. `tries` counts how
    often one alone could not be taken in, `error` is the code of what went wrong last.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    kind = models.CharField(max_length=8)
    hit = models.TextField()
    hits = models.SmallIntegerField(default=1, db_default=1)
    tries = models.SmallIntegerField(default=0)
    error = models.CharField(max_length=64, blank=True, db_default="")

    class Meta:
        db_table = "collector_putaside"
        indexes = (
            # The alarm asks four times a minute, also in a rush of which each row is another's.
            models.Index(
                fields=("id",),
                name="collector_putaside_lying",
                condition=models.Q(tries__gte=MOST_TRIES),
            ),
        )


class Settled(models.Model):
    """What somebody decided of a hit that was left lying, and why. Only ever added to."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    hit = models.BigIntegerField()
    kind = models.CharField(max_length=8)
    error = models.CharField(max_length=64, blank=True)
    decision = models.CharField(max_length=8)
    reason = models.CharField(max_length=200, blank=True)
    actor = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        db_table = "collector_settled"
