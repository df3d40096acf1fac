"""Which orders count for what was sent. Pure: no database, no clock.

An order belongs to the click before it if that is of the pool, else to the open if that is; it
belongs once. What is opened and bought is all of these; clicked and bought are those that belong to
a click; bought in the session that the click opened, or came into, are some of those again.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from postlude.reports.types.channel import Place

SESSION_BEGINS_WITHIN = timedelta(minutes=5)
"""A click opened a session if that began so soon after it, as a click is judged human."""


class Side(StrEnum):
    OPEN = "open"
    CLICK = "click"


class Kind(StrEnum):
    """By which of its numbers an order is counted; each is part of the one before."""

    OPEN_AND_BUY = "open_orders"
    CLICK_AND_BUY = "click_orders"
    SESSION_AND_BUY = "session_orders"


@dataclass(frozen=True, slots=True)
class Touched:
    """What an order is credited to on one side."""

    place: Place
    cycle: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Credited:
    """An order that counts; money in minor units."""

    order: int
    uid: str
    contact: int | None
    visitor: int | None
    at: datetime
    amount: int
    currency: str
    opened: Touched | None
    clicked: Touched | None
    session: tuple[datetime, datetime] | None
    sort: str = ""


@dataclass(frozen=True, slots=True)
class Belonging:
    """An order in its one place, and the kinds it counts as."""

    order: Credited
    place: Place
    kinds: Sequence[Kind]


def assign(orders: Iterable[Credited], in_pool: Callable[[Touched], bool]) -> Iterator[Belonging]:
    """Yield each order that belongs to the pool, once."""
    for order in orders:
        if order.clicked is not None and in_pool(order.clicked):
            kinds = [Kind.OPEN_AND_BUY, Kind.CLICK_AND_BUY]
            if _in_session(order.clicked.at, order.session):
                kinds.append(Kind.SESSION_AND_BUY)
            yield Belonging(order, order.clicked.place, kinds)
        elif order.opened is not None and in_pool(order.opened):
            yield Belonging(order, order.opened.place, [Kind.OPEN_AND_BUY])


def _in_session(click: datetime, session: tuple[datetime, datetime] | None) -> bool:
    """Say whether the click opened the session of the order, or came before its last activity."""
    if session is None:
        return False
    return session[0] - SESSION_BEGINS_WITHIN <= click <= session[1]
