"""What is said of an order, and of the touches before it."""

from dataclasses import dataclass
from datetime import datetime

from postlude.activity.types import NO_CAMPAIGN, Campaign
from postlude.attribution.choosing import Why
from postlude.attribution.orders.rules import OrderRule
from postlude.attribution.types import OrderSort, OrderState
from postlude.kernel.money import Money
from postlude.orgs.types import Counts

ATTRIBUTED = "order.attributed"
"""News: what an order is credited to, or what it came to, has changed (keys: ids of orders)."""


@dataclass(frozen=True, slots=True)
class TouchSnapshot:
    """A touch as it was when an order was credited to it; it outlives journey and text.

    `contact` is whom the message was written to, whoever that turned out to be.
    """

    touch: int
    message: int | None
    channel: str
    node: str
    template: int | None
    cycle: int | None
    at: datetime
    contact: int | None


@dataclass(frozen=True, slots=True)
class OrderCredited:
    """An order and what it is credited to. Where there is a click there is an open.

    `opened` is the click itself where no message was opened. The session is of the browser that
    ordered; None of an order that no browser told of. `session_campaign` is what brought it.
    `rule` is the version it was judged by.
    """

    order: int
    uid: str
    contact: int | None
    visitor: int | None
    at: datetime
    state: OrderState
    amount: Money | None
    opened: TouchSnapshot | None
    clicked: TouchSnapshot | None
    session_started_at: datetime | None
    session_last_at: datetime | None
    rule: int
    session_campaign: Campaign = NO_CAMPAIGN
    sort: OrderSort = OrderSort.SHOP


@dataclass(frozen=True, slots=True)
class Share:
    """What a model gives to one click of an order. `part` is of 1, `amount` of the order's."""

    click: TouchSnapshot
    part: float
    amount: Money | None


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """A touch that may have brought an order about, and what the rule says of it.

    `counts` is None while nobody has said. `as_open` and `as_click`: what it is, or why it is not;
    of a kind that a slot does not take OTHER_TYPE. `by`: the reading in which it is taken, as the
    organisation said of its day; `human`: what was judged of a click.
    """

    touch: TouchSnapshot
    kind: str
    counts: bool | None
    as_open: Why
    as_click: Why
    by: Counts
    human: bool | None


@dataclass(frozen=True, slots=True)
class OrderReceipt:
    """Why an order is credited to what it is, judged anew. Lines are in order of time.

    `contacts` are all ids of the person whose touches count; none where nobody is known.
    `stored` is what the table says, None before it was judged; `agrees` whether that is the same.
    `final`: of so long ago that nothing is judged any more; the lines are what was taken then.
    """

    order: OrderCredited
    rule: OrderRule
    contacts: tuple[int, ...]
    lines: tuple[ReceiptLine, ...]
    stored: OrderCredited | None
    final: bool = False

    @property
    def agrees(self) -> bool:
        return self.stored == self.order
