from django.db import models
from django.db.models import CASCADE, PROTECT, Q

from postlude.kernel import ids


class Conference(models.Model):
    """What an invitation is for: several happenings of one conference are one invitation."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=PROTECT, related_name="+", db_index=False
    )
    slug = models.CharField(max_length=100)
    name = models.CharField(max_length=300)
    pattern = models.CharField(max_length=300, blank=True)
    position = models.IntegerField(default=0)
    automatic = models.BooleanField(default=False)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "orders_conference"
        constraints = (
            models.UniqueConstraint(fields=("org", "slug"), name="orders_conference_slug"),
        )


class KindRule(models.Model):
    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=PROTECT, related_name="+", db_index=False
    )
    position = models.IntegerField()
    pattern = models.CharField(max_length=300)
    kind = models.CharField(max_length=16)

    class Meta:
        db_table = "orders_kindrule"
        constraints = (
            models.UniqueConstraint(fields=("org", "position"), name="orders_kindrule_position"),
        )


class Happening(models.Model):
    """An event on sale. A source may know it by number, by slug or by both."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=PROTECT, related_name="+", db_index=False
    )
    conference = models.ForeignKey(Conference, on_delete=PROTECT, related_name="+")
    source = models.CharField(max_length=32)
    external_id = models.CharField(max_length=64, null=True)
    slug = models.CharField(max_length=100, null=True)
    name = models.CharField(max_length=300)
    kind = models.CharField(max_length=16)
    kind_given = models.BooleanField(default=False)
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "orders_happening"
        constraints = (
            models.UniqueConstraint(
                fields=("org", "source", "external_id"), name="orders_happening_external"
            ),
            models.UniqueConstraint(fields=("org", "source", "slug"), name="orders_happening_slug"),
        )
        indexes = (models.Index(fields=("org", "source", "name"), name="orders_happening_name"),)


class TicketType(models.Model):
    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=PROTECT, related_name="+", db_index=False
    )
    happening = models.ForeignKey(Happening, on_delete=PROTECT, related_name="+", db_index=False)
    name = models.CharField(max_length=300)
    external_id = models.CharField(max_length=64, null=True)
    total = models.IntegerField(null=True)

    class Meta:
        db_table = "orders_tickettype"
        constraints = (
            models.UniqueConstraint(
                fields=("org", "happening", "name"), name="orders_tickettype_name"
            ),
        )


class Order(models.Model):
    """What was seen of an order. One that has `cancelled_at` and no ticket is a tombstone:
    its cancel came first, and tickets that arrive later never count.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=PROTECT, related_name="+", db_index=False
    )
    source = models.CharField(max_length=32)
    number = models.CharField(max_length=64)
    happening = models.ForeignKey(Happening, on_delete=PROTECT, related_name="+", db_index=False)
    payment_method = models.CharField(max_length=32, blank=True)
    placed_at = models.DateTimeField(null=True)
    paid = models.BooleanField(default=False)
    paid_at = models.DateTimeField(null=True)
    paid_rank = models.SmallIntegerField(default=0)
    cancelled = models.BooleanField(default=False)
    cancelled_at = models.DateTimeField(null=True)
    refunded = models.BooleanField(default=False)
    refunded_at = models.DateTimeField(null=True)
    refunded_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "orders_order"
        constraints = (
            models.UniqueConstraint(fields=("org", "source", "number"), name="orders_order_number"),
        )
        # What attribution looks at again: the orders of the last hours, however old.
        indexes = (models.Index(fields=("org", "created_at"), name="orders_order_seen"),)


class Ticket(models.Model):
    """`external_id` is the attendee id, `webhook_id` the webhook's id where the two differ."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=PROTECT, related_name="+", db_index=False
    )
    source = models.CharField(max_length=32)
    external_id = models.CharField(max_length=64, null=True)
    webhook_id = models.CharField(max_length=64, null=True)
    order = models.ForeignKey(Order, on_delete=CASCADE, related_name="+", db_index=False)
    happening = models.ForeignKey(Happening, on_delete=PROTECT, related_name="+", db_index=False)
    ticket_type = models.ForeignKey(TicketType, on_delete=PROTECT, related_name="+", db_index=False)
    contact = models.BigIntegerField(null=True)
    described_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=16)
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    paid = models.BooleanField(default=False)
    paid_at = models.DateTimeField(null=True)
    paid_rank = models.SmallIntegerField(default=0)
    sold_at = models.DateTimeField(null=True)
    sold_day = models.DateField(null=True)
    cancelled = models.BooleanField(default=False)
    refunded = models.BooleanField(default=False)
    ended_at = models.DateTimeField(null=True)
    reg_no = models.IntegerField(null=True)
    source_updated_at = models.DateTimeField(null=True)
    first_seen_at = models.DateTimeField()
    via = models.CharField(max_length=8)

    class Meta:
        db_table = "orders_ticket"
        constraints = (
            models.UniqueConstraint(
                fields=("org", "source", "external_id"), name="orders_ticket_external"
            ),
            models.UniqueConstraint(
                fields=("org", "source", "webhook_id"), name="orders_ticket_webhook"
            ),
        )
        indexes = (
            models.Index(fields=("org", "order"), name="orders_ticket_order"),
            models.Index(fields=("org", "contact"), name="orders_ticket_contact"),
            # Counts of a happening are answered by the index alone.
            models.Index(
                fields=("org", "happening", "state", "ticket_type", "sold_day"),
                name="orders_ticket_sold",
            ),
        )


class ShopOrder(models.Model):
    """An order without tickets, as a till, a site or an app tells of it (see `shop.hearing`).

    `closing_said` has a bit for each thing that the closing said and the opening cannot change;
    the three `…_told` are fingerprints of what was told, "" while it was not.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=PROTECT, related_name="+", db_index=False
    )
    uid = models.CharField(max_length=64)
    contact = models.BigIntegerField(null=True)
    visitor = models.BigIntegerField(null=True)
    branch = models.ForeignKey(
        "orgs.Branch", on_delete=PROTECT, related_name="+", db_index=False, null=True
    )
    kind = models.CharField(max_length=64, blank=True)
    source = models.CharField(max_length=64, blank=True)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, null=True)
    coupons = models.CharField(max_length=400, null=True)
    test = models.BooleanField(default=False)
    # Told of as history: it counts everywhere, and no journey begins with it.
    past = models.BooleanField(default=False, db_default=False)
    state = models.CharField(max_length=16)
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closed_day = models.DateField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    closing_said = models.SmallIntegerField(default=0)
    opened_told = models.CharField(max_length=24, blank=True)
    closed_told = models.CharField(max_length=24, blank=True)
    cancelled_told = models.CharField(max_length=24, blank=True)
    first_seen_at = models.DateTimeField()
    # Of when the newest view is that the shop's own system gave, if it gives any (`shop.standing`).
    revised_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "orders_shoporder"
        constraints = (models.UniqueConstraint(fields=("org", "uid"), name="orders_shoporder_uid"),)
        indexes = (
            models.Index(fields=("org", "contact", "closed_at"), name="orders_shoporder_contact"),
            # What journeys walk, in the order in which they walk it.
            models.Index(
                fields=("org", "closed_at", "id"),
                name="orders_shoporder_closed",
                condition=Q(state="closed", test=False, contact__isnull=False),
            ),
            # What attribution looks at again: the orders of the last hours, however old.
            models.Index(fields=("org", "first_seen_at"), name="orders_shoporder_seen"),
        )


class Buyer(models.Model):
    """What all paid tickets and closed orders of a contact come to; computed anew whenever one of
    them changes.

    `spent_minor` and `currency` are NULL where the orders are in several currencies. `branch` is
    that of the last order of a shop, NULL where that one names none.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=PROTECT, related_name="+", db_index=False
    )
    contact = models.BigIntegerField()
    orders = models.IntegerField(default=0)
    first_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField(null=True)
    spent_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, null=True)
    branch = models.BigIntegerField(null=True)

    class Meta:
        db_table = "orders_buyer"
        constraints = (
            models.UniqueConstraint(fields=("org", "contact"), name="orders_buyer_contact"),
        )
        # Most audiences begin with when somebody last ordered.
        indexes = (
            models.Index(fields=("org", "last_at", "contact", "orders"), name="orders_buyer_last"),
        )


class Warning(models.Model):  # noqa: A001 - the word the product shows
    """One line per (code, subject), however often it happens; gone when somebody closes it."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=PROTECT, related_name="+", db_index=False
    )
    code = models.CharField(max_length=64)
    subject = models.CharField(max_length=200)
    words = models.CharField(max_length=400)
    hint = models.CharField(max_length=400, blank=True)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    count = models.IntegerField(default=1)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "orders_warning"
        constraints = (
            models.UniqueConstraint(fields=("org", "code", "subject"), name="orders_warning_once"),
        )


class Handed(models.Model):
    """A ticket or an order of a shop that went to another contact with its holder (see `handing`).

    `origin` held it, `holder` got it: should the two be parted, it goes back.
    """

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=PROTECT, related_name="+", db_index=False
    )
    what = models.CharField(max_length=8)
    row = models.BigIntegerField()
    origin = models.BigIntegerField()
    holder = models.BigIntegerField()

    class Meta:
        db_table = "orders_handed"
        constraints = (
            models.UniqueConstraint(fields=("org", "what", "row"), name="orders_handed_once"),
        )
        indexes = (models.Index(fields=("org", "holder"), name="orders_handed_holder"),)


class ShopLine(models.Model):
    """A line of an order of a shop, as the newest view of the shop's own system has it."""

    id = models.BigIntegerField(primary_key=True, default=ids.new_id)
    org = models.ForeignKey(
        "orgs.Organization", on_delete=PROTECT, related_name="+", db_index=False
    )
    order = models.ForeignKey(ShopOrder, on_delete=CASCADE, related_name="+", db_index=False)
    line = models.CharField(max_length=64)
    product = models.CharField(max_length=64)
    title = models.CharField(max_length=200)
    quantity = models.IntegerField()
    price_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)

    class Meta:
        db_table = "orders_shopline"
        constraints = (
            models.UniqueConstraint(fields=("org", "order", "line"), name="orders_shopline_once"),
        )
