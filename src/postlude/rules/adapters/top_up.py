"""Top-up with bonus, version 1: who pays in so much gets what.

`paid` is what is paid in. `before` is a provided fact: only the till knows whether this is the
buyer's first top-up, so it says how many there were before this one, and when it looked.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from postlude.kernel.money import Money
from postlude.rules import facts
from postlude.rules.adapters import showing
from postlude.rules.types import Ask, Order, Preview

BUSINESS = "top-up"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Before:
    """How many top-ups the buyer had before this one, as the till saw it at `as_of`."""

    count: int
    as_of: datetime


@dataclass(frozen=True, slots=True)
class TopUp:
    contact: int
    paid: Money
    merchant: str = ""
    source: str = ""
    before: Before | None = None


def ask(top_up: TopUp) -> Ask:
    """Return the question in the words of the rules."""
    known: dict[str, facts.Value] = {"amount": top_up.paid.minor, "source": top_up.source or None}
    if top_up.before is not None:
        known["orders_before"] = top_up.before.count
        known["orders_before.as_of"] = facts.instant(top_up.before.as_of)
    return Ask(BUSINESS, top_up.contact, known, amount=top_up.paid, merchant=top_up.merchant)


def offer(preview: Preview, currency: str) -> dict[str, Any]:
    """Return what would be given, in the words of a till."""
    return {
        "gifts": [showing.gift(each, currency) for each in preview.gifts],
        "not_given": [showing.missed(each) for each in preview.missed],
        "exact": preview.exact,
    }


def result(order: Order) -> dict[str, Any]:
    """Return a written order in the words of a till."""
    currency = order.amount.currency if order.amount else ""
    return {
        **showing.head(order),
        "gifts": [showing.gift(each, currency) for each in order.gifts],
        "not_given": [showing.missed(each) for each in order.missed],
    }
