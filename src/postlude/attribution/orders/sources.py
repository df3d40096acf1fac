"""What brought the sessions that ended with an order, and what they came to."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Sum

from postlude.activity.types import Campaign
from postlude.attribution.models import OrderCredit
from postlude.attribution.types import OrderState
from postlude.kernel.money import Money
from postlude.orgs import api as orgs


@dataclass(frozen=True, slots=True)
class Source:
    """Closed orders whose session a campaign brought; an empty one: no page's address said."""

    campaign: Campaign
    orders: int
    amount: Money


def by_source(org: int, since: date, until: date) -> list[Source]:
    """Return what brought the sessions of closed orders of these local days, the dearest first.

    Orders that no browser told of have no session, and are not here. Both days are included.
    """
    begin, end = orgs.day_bounds(org, since)[0], orgs.day_bounds(org, until)[1]
    rows = (
        OrderCredit.objects.filter(
            org=org,
            at__gte=begin,
            at__lt=end,
            state=OrderState.CLOSED.value,
            session_started_at__isnull=False,
        )
        .values_list("session_source", "session_medium", "session_campaign")
        .annotate(Count("id"), Sum("amount_minor"))
        .order_by()
    )
    currency = orgs.get(org).currency
    found = [Source(Campaign(*row[:3]), row[3], Money(int(row[4] or 0), currency)) for row in rows]
    return sorted(found, key=lambda each: (-each.amount.minor, -each.orders, each.campaign))
