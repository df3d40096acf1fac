"""Orders of so long ago that what they are credited to is final.

The touches before them may be deleted by now (`orgs.retention`), so that nothing is to be judged
anew: what was said stands. An order of such a day of which is told only now is credited to nothing,
whatever is still kept, so that the answer does not depend on how far deleting has come.
"""

from datetime import UTC, datetime, timedelta

from django.db.models import Q

from postlude.attribution.models import OrderCredit
from postlude.attribution.orders.rules import LONGEST
from postlude.attribution.orders.windows import looked_to, rule_of
from postlude.orgs import api as orgs

EVER = datetime(1970, 1, 1, tzinfo=UTC)
# The longest window, and a day for a clock of another zone.
_LOOKS_BACK = LONGEST + timedelta(days=2)


def final_before(org: int) -> datetime:
    """Return the instant before which orders are judged no more."""
    horizon = orgs.horizon(org)
    return EVER if horizon is None else orgs.day_bounds(org, horizon + _LOOKS_BACK)[0]


def kept_from(org: int) -> datetime:
    """Return the instant from which all that anybody did is kept."""
    horizon = orgs.horizon(org)
    return EVER if horizon is None else orgs.day_bounds(org, horizon + timedelta(days=1))[0]


def unsettled(org: int, before: datetime) -> bool:
    """Say whether an order waits to be judged of those that would be final with this instant."""
    old = OrderCredit.objects.filter(org=org, at__lt=before + _LOOKS_BACK + timedelta(days=1))
    old = old.filter(at__gte=final_before(org))
    waits = Q(rule__lt=rule_of(org).version) | Q(look_at__isnull=False) | Q(judged_at__isnull=True)
    return looked_to(org) is not None or old.filter(waits).exists()
