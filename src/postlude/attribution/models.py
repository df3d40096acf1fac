from django.db import models
from django.db.models import Q

from postlude.attribution.types import Fate, OrderState, ReactionState, ReactionType
from postlude.kernel import ids


def _org() -> "models.ForeignKey[models.Model, models.Model]":
    return models.ForeignKey(
        "orgs.Organization", on_delete=models.PROTECT, related_name="+", db_index=False
    )


class Notice(models.Model):
    """A message that a notice sent, or could not send, and what came of it; `id` is the message's.

    Whoever was held out has a row, too, with the id of that decision and its instant as `sent_at`.
    `contact` is whom it was written to, whoever that turned out to be. `sent_at` is the first
    instant at which it may have been with its reader. `look_at`: when to look without news.
    """

    id = models.BigIntegerField(primary_key=True)
    org = _org()
    contact = models.BigIntegerField()
    kind = models.CharField(max_length=64)
    action = models.CharField(max_length=64, blank=True, default="")
    version = models.IntegerField()
    branch = models.BigIntegerField(null=True)
    about = models.CharField(max_length=64, blank=True, default="")
    day = models.DateField()
    fate = models.CharField(max_length=8, choices=[(each.value, each.value) for each in Fate])
    cost = models.BigIntegerField(null=True)
    sent_at = models.DateTimeField(null=True)
    reaction = models.CharField(
        max_length=16,
        blank=True,
        default="",
        choices=[(each.value, each.value) for each in ReactionState],
    )
    type = models.CharField(
        max_length=8,
        blank=True,
        default="",
        choices=[(each.value, each.value) for each in ReactionType],
    )
    effect = models.CharField(max_length=64, blank=True, default="")
    reacted_at = models.DateTimeField(null=True)
    credited = models.BooleanField(default=False)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True, default="")
    look_at = models.DateTimeField(null=True)
    judged_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "attribution_notice"
        indexes = (
            models.Index(
                fields=("look_at", "id"),
                name="attribution_notice_look",
                condition=Q(look_at__isnull=False),
            ),
            models.Index(fields=("org", "contact", "sent_at"), name="attribution_notice_contact"),
            models.Index(
                fields=("org", "effect"),
                name="attribution_notice_effect",
                condition=~Q(effect=""),
            ),
            models.Index(fields=("org", "day", "id"), name="attribution_notice_day"),
        )


class Replaced(models.Model):
    """Append-only: an answer that was final and is so no longer, since news came."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    message = models.BigIntegerField()
    reaction = models.CharField(max_length=16)
    type = models.CharField(max_length=8, blank=True, default="")
    effect = models.CharField(max_length=64, blank=True, default="")
    reacted_at = models.DateTimeField(null=True)
    judged_at = models.DateTimeField()
    replaced_at = models.DateTimeField()

    class Meta:
        db_table = "attribution_replaced"
        indexes = (models.Index(fields=("org", "message"), name="attribution_replaced_message"),)


class OrderCredit(models.Model):
    """Which open and which click an order is credited to; `id` is the order's.

    Every order of a shop and of tickets has a row (`sort` says which; as far as the organisation
    counts them), tests never, also one that nothing is credited for.
    What is known of a touch is a snapshot, so that it outlives the journey and the text. `contact`
    and `visitor` are whom the order names; whoever reads them asks `people` who speaks for them
    now. `rule` is the version of the organisation's rule that it was judged by, -1 before it was.
    `look_at`: when to look without news, since page views may still be on their way.
    """

    id = models.BigIntegerField(primary_key=True)
    org = _org()
    uid = models.CharField(max_length=64)
    sort = models.CharField(max_length=8, blank=True, default="shop", db_default="shop")
    contact = models.BigIntegerField(null=True)
    visitor = models.BigIntegerField(null=True)
    at = models.DateTimeField()
    created_at = models.DateTimeField()
    state = models.CharField(
        max_length=16, choices=[(each.value, each.value) for each in OrderState]
    )
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True, default="")
    open_touch = models.BigIntegerField(null=True)
    open_message = models.BigIntegerField(null=True)
    open_channel = models.CharField(max_length=32, blank=True, default="")
    open_node = models.CharField(max_length=100, blank=True, default="")
    open_template = models.BigIntegerField(null=True)
    open_cycle = models.BigIntegerField(null=True)
    open_touched_at = models.DateTimeField(null=True)
    open_contact = models.BigIntegerField(null=True)
    click_touch = models.BigIntegerField(null=True)
    click_message = models.BigIntegerField(null=True)
    click_channel = models.CharField(max_length=32, blank=True, default="")
    click_node = models.CharField(max_length=100, blank=True, default="")
    click_template = models.BigIntegerField(null=True)
    click_cycle = models.BigIntegerField(null=True)
    click_touched_at = models.DateTimeField(null=True)
    click_contact = models.BigIntegerField(null=True)
    session_started_at = models.DateTimeField(null=True)
    session_last_at = models.DateTimeField(null=True)
    session_source = models.CharField(max_length=100, blank=True, default="", db_default="")
    session_medium = models.CharField(max_length=100, blank=True, default="", db_default="")
    session_campaign = models.CharField(max_length=100, blank=True, default="", db_default="")
    rule = models.IntegerField(default=-1)
    judged_at = models.DateTimeField(null=True)
    look_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "attribution_order"
        indexes = (
            models.Index(fields=("org", "at", "id"), name="attribution_order_at"),
            models.Index(fields=("org", "created_at"), name="attribution_order_created"),
            models.Index(fields=("org", "rule", "id"), name="attribution_order_rule"),
            models.Index(
                fields=("look_at", "id"),
                name="attribution_order_look",
                condition=Q(look_at__isnull=False),
            ),
            models.Index(
                fields=("org", "contact", "at"),
                name="attribution_order_contact",
                condition=Q(contact__isnull=False),
            ),
            models.Index(
                fields=("org", "visitor", "at"),
                name="attribution_order_visitor",
                condition=Q(visitor__isnull=False),
            ),
            # What a report asks: which orders followed what a node sent.
            models.Index(
                fields=("org", "open_node", "open_cycle"),
                name="attribution_order_open",
                condition=Q(open_touch__isnull=False),
            ),
            models.Index(
                fields=("org", "click_node", "click_cycle"),
                name="attribution_order_click",
                condition=Q(click_touch__isnull=False),
            ),
        )


class OrderRuleVersion(models.Model):
    """Append-only: how long before an order a touch counts, by channel, since somebody said so.

    `windows` is JSON: seconds by channel, "" for those that are not named. `model`: how money is
    shared among clicks. `by_campaign`: whether another campaign begins another session. `sorts`:
    which orders are credited; `tickets_from`: of tickets only those of then and later. Where more
    of them count than before they are looked for: `looked_to` is up to which order, NULL when done.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = _org()
    version = models.IntegerField()
    windows = models.TextField()
    model = models.CharField(max_length=16, default="linear", db_default="linear")
    by_campaign = models.BooleanField(default=False, db_default=False)
    sorts = models.CharField(max_length=32, default="shop tickets", db_default="shop tickets")
    tickets_from = models.DateTimeField(null=True)
    looked_to = models.BigIntegerField(null=True)
    written_at = models.DateTimeField()

    class Meta:
        db_table = "attribution_orderrule"
        constraints = (
            models.UniqueConstraint(fields=("org", "version"), name="attribution_orderrule_once"),
        )
