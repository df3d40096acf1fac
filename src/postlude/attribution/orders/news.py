"""What happens to orders by news."""

from collections.abc import Iterable
from datetime import UTC, datetime

from postlude.activity import api as activity
from postlude.attribution.orders import subjects
from postlude.attribution.orders.counting import measured
from postlude.attribution.orders.judging import judge
from postlude.attribution.orders.windows import rule_of
from postlude.kernel import clock, store
from postlude.kernel.work import WorkBatch
from postlude.tracking import api as tracking
from postlude.tracking.types import TouchFact

_SET = 500
_BEGIN = datetime(1970, 1, 1, tzinfo=UTC)


def on_orders_told(batch: WorkBatch) -> None:
    """Anything became known of orders: credit them."""
    _judge(batch, {int(key) for key in batch.keys})


def on_touches(batch: WorkBatch) -> None:
    """Touches came, or were judged: credit the orders that they may have brought about."""
    found = tracking.touches(batch.org, batch.keys).values()
    _judge(batch, _after(batch.org, found))


def on_late_activity(batch: WorkBatch) -> None:
    """Browsers told late of what they did: the sessions of their later orders may begin sooner."""
    since: dict[int, datetime] = {}
    for each in activity.activities(batch.org, batch.keys).values():
        since[each.visitor] = min(each.at, since.get(each.visitor, each.at))
    _judge(batch, subjects.orders_since(batch.org, since))


def on_contacts_changed(batch: WorkBatch) -> None:
    """Contacts turned out to be one person, or not to be: what was written to each may count."""
    _judge(batch, subjects.orders_of(batch.org, [int(key) for key in batch.keys]))


def on_visitors_known(batch: WorkBatch) -> None:
    """It became known whose browsers these are, and so perhaps whose their clicks are."""
    visitors = [int(key) for key in batch.keys]
    found = subjects.orders_of_visitors(batch.org, visitors)
    by_clicker = measured(batch.org).by_clicker
    clicks = tracking.touches_of_visitors(batch.org, visitors, _BEGIN, clock.now())
    theirs = [
        each for some in clicks.values() for each in some if by_clicker or each.contact is None
    ]
    _judge(batch, found | _after(batch.org, theirs))


def _after(org: int, touches: Iterable[TouchFact]) -> set[int]:
    by_clicker = measured(org).by_clicker
    return subjects.orders_after(org, touches, rule_of(org).longest, by_clicker=by_clicker)


def _judge(batch: WorkBatch, orders: set[int]) -> None:
    for some in store.chunks(sorted(orders), _SET):
        judge(batch.org, some, now=clock.now())
        batch.renew()
