from django.db import models
from django.db.models import F, Q

from postlude.kernel import ids
from postlude.rewards.types.quotas import Kind, Window


class Quota(models.Model):
    """What is scarce, and how much of it there is in each of its windows.

    From `closes_at` on nothing of it can be had any more.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField(max_length=8, choices=[(each.value, each.value) for each in Kind])
    key = models.CharField(max_length=64)
    most = models.BigIntegerField()
    per_person = models.IntegerField(null=True)
    window = models.CharField(max_length=8, choices=[(each.value, each.value) for each in Window])
    currency = models.CharField(max_length=3, blank=True, default="")
    open = models.BooleanField(default=True)
    closes_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rewards_quota"
        constraints = (
            models.UniqueConstraint(fields=("org", "kind", "key"), name="rewards_quota_u"),
            models.CheckConstraint(
                condition=Q(most__gte=0) & (Q(per_person=None) | Q(per_person__gte=1)),
                name="rewards_quota_sane",
            ),
        )


class Counter(models.Model):
    """How much of a quota is used in one window; changed by guarded UPDATEs alone.

    `most` is the quota's limit, here too so that the guard reads one row. `ceiling` is what `used`
    may never pass: the limit, or what was used already when the limit was lowered. It stops us
    even if a guard were wrong.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization",
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    quota = models.ForeignKey(
        Quota, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    window = models.CharField(max_length=10)
    most = models.BigIntegerField()
    ceiling = models.BigIntegerField()
    used = models.BigIntegerField(default=0)

    class Meta:
        db_table = "rewards_counter"
        constraints = (
            models.UniqueConstraint(fields=("org", "quota", "window"), name="rewards_counter_u"),
            models.CheckConstraint(
                condition=Q(used__gte=0) & Q(used__lte=F("ceiling")), name="rewards_counter_holds"
            ),
        )


class Share(models.Model):
    """The n-th unit that a contact holds of a capped quota in a window: the key is the cap."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    counter = models.ForeignKey(
        Counter, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    contact = models.BigIntegerField()
    n = models.IntegerField()
    reservation = models.BigIntegerField()

    class Meta:
        db_table = "rewards_share"
        constraints = (
            models.UniqueConstraint(fields=("counter", "contact", "n"), name="rewards_share_u"),
        )
        indexes = (models.Index(fields=("reservation",), name="rewards_share_reservation"),)
