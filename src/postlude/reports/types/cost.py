"""What is asked of the cost report, and what it answers. Money in minor units."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from postlude.reports.types.channel import Orders

ALWAYS = ("email", "push")
"""Channels that have a line whatever was sent; the others have one once they are used."""
_CENT = Decimal("0.01")


class Basis(StrEnum):
    """Whose revenue it is: of the orders of these days, or of what was sent on them."""

    ORDER = "order"
    SEND = "send"


@dataclass(frozen=True, slots=True)
class Asked:
    """Local days, both included. Empty: every channel."""

    since: date
    until: date
    channels: tuple[str, ...] = ()
    basis: Basis = Basis.ORDER
    orders: Orders = Orders.ALL


@dataclass(frozen=True, slots=True)
class Bill:
    """What a channel took, and what it brought. Tests are in all but `orders` and `revenue`.

    `segments`: of texts, what is paid for; 0 where messages are. `fee`: what one costs now;
    None in the total. `is_usual_fee`: nobody has set one.
    """

    messages: int = 0
    tests: int = 0
    segments: int = 0
    test_segments: int = 0
    fee: int | None = None
    is_usual_fee: bool = False
    cost: int = 0
    orders: int = 0
    revenue: int = 0
    elsewhere: Mapping[str, int] = field(default_factory=dict)
    """Revenue in other currencies; it is in no ratio."""

    @property
    def roas(self) -> Decimal | None:
        """Return revenue of cost in per cent, two decimals, half up; None of no cost."""
        if not self.cost:
            return None
        return (Decimal(self.revenue) * 100 / self.cost).quantize(_CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class CostReport:
    """`total` counts an order once, in however many channels it is."""

    asked: Asked
    zone: str
    currency: str
    now: datetime
    channels: Mapping[str, Bill]
    total: Bill

    @property
    def names(self) -> Sequence[str]:
        return tuple(self.channels)
