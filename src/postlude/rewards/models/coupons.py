from django.db import models
from django.db.models import Q

from postlude.kernel import ids
from postlude.rewards.models.quotas import Quota
from postlude.rewards.types.coupons import CouponState


class CouponList(models.Model):
    """What the coupons of one stock have in common; how many there are says its quota."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    quota = models.ForeignKey(Quota, on_delete=models.PROTECT, related_name="+", db_index=False)
    expires_at = models.DateTimeField(null=True)
    valid_days = models.IntegerField(null=True)
    generated = models.IntegerField(default=0)

    class Meta:
        db_table = "rewards_coupon_list"
        constraints = (
            models.UniqueConstraint(fields=("org", "quota"), name="rewards_coupon_list_u"),
        )


class Coupon(models.Model):
    """One code for one use."""

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
    code = models.CharField(max_length=64)
    state = models.CharField(
        max_length=8, choices=[(each.value, each.value) for each in CouponState]
    )
    contact = models.BigIntegerField(null=True)
    reservation = models.BigIntegerField(null=True)
    position = models.SmallIntegerField(null=True)
    issued_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField(null=True)
    redeemed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "rewards_coupon"
        constraints = (models.UniqueConstraint(fields=("org", "code"), name="rewards_coupon_u"),)
        indexes = (
            models.Index(
                fields=("quota", "id"),
                name="rewards_coupon_free",
                condition=Q(state=CouponState.FREE.value),
            ),
            models.Index(
                fields=("org", "contact"),
                name="rewards_coupon_contact",
                condition=Q(contact__isnull=False),
            ),
            models.Index(
                fields=("reservation",),
                name="rewards_coupon_reservation",
                condition=Q(reservation__isnull=False),
            ),
        )


class Redemption(models.Model):
    """A coupon was used; at most once, and once under each key."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    key = models.CharField(max_length=200)
    coupon = models.BigIntegerField()
    contact = models.BigIntegerField(null=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "rewards_redemption"
        constraints = (
            models.UniqueConstraint(fields=("org", "key"), name="rewards_redemption_u"),
            models.UniqueConstraint(fields=("org", "coupon"), name="rewards_redemption_coupon"),
        )
