"""What a channel's messages cost. Pure.

A message costs what was written down when it went; where nothing was, the fee of now: an
organisation may set one later. Tests are billed too, and texts that the vendor refused are not.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from postlude.kernel import money
from postlude.orgs.types import Fees
from postlude.reports.rollups.types import TEXTS
from postlude.reports.types.cost import Bill


@dataclass(frozen=True, slots=True)
class Went:
    """Messages that went: so many, of so many segments; the `priced` ones cost `cost`."""

    testing: bool
    messages: int
    segments: int
    cost: int
    priced: int
    priced_segments: int


def fee(fees: Fees, channel: str, currency: str) -> tuple[int, bool]:
    """Return what one costs in minor units, and whether that is only what is usual.

    A price of 0 is a price. Nobody set one: a mail costs one unit of the currency, others nothing.
    """
    known = fees.of(channel)
    if known is not None:
        return known.minor, False
    return (10 ** money.exponent(currency) if channel == "email" else 0), True


def bill(channel: str, went: Iterable[Went], fees: Fees, currency: str) -> Bill:
    """Return what a channel cost; what it brought is not in it."""
    one, usual = fee(fees, channel, currency)
    by_segment = channel in TEXTS
    messages = tests = segments = test_segments = cost = 0
    for each in went:
        messages += each.messages
        pieces = each.segments if by_segment else 0
        segments += pieces
        if each.testing:
            tests += each.messages
            test_segments += pieces
        unpriced = (
            each.segments - each.priced_segments if by_segment else each.messages - each.priced
        )
        cost += each.cost + one * unpriced
    return Bill(
        messages=messages,
        tests=tests,
        segments=segments,
        test_segments=test_segments,
        fee=one,
        is_usual_fee=usual,
        cost=cost,
    )
