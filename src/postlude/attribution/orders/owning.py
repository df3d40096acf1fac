"""The touches of orders: of whoever ordered, as the organisation says whose a click is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from postlude.attribution.orders.counting import Measured
from postlude.attribution.orders.knowing import Need, OrderKnown, touches_before
from postlude.attribution.orders.subjects import Subject, subjects
from postlude.tracking.types import TouchFact

_AT_ONCE = timedelta(0)


@dataclass(frozen=True, slots=True)
class Owned:
    """Whose an order is, and the touches that are theirs."""

    subject: Subject
    touches: tuple[TouchFact, ...]


def touches_of(
    org: int,
    orders: Iterable[OrderKnown],
    how: Measured,
    *,
    back: timedelta,
    on: timedelta = _AT_ONCE,
) -> dict[int, Owned]:
    """Return by order what its owner touched from `back` before it to `on` after it."""
    orders = list(orders)
    whose = subjects(org, orders)
    needs = [
        Need(
            it.id,
            whose[it.id].contacts,
            whose[it.id].browsers,
            it.at - back,
            it.at + on,
        )
        for it in orders
    ]
    found = touches_before(org, needs)
    every = {touch.id: touch for touches in found.values() for touch in touches}
    owners = how.owners(every.values())
    return {
        number: Owned(
            whose[number],
            tuple(each for each in touches if whose[number].owns(each, owners[each.id])),
        )
        for number, touches in found.items()
    }
