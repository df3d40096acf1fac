"""Checkout with instant discounts, version 1.

A discount never touches the order's amount: it changes what is finally paid. Discounts are taken
off one after another as their rules rank; a percentage is of the order's amount, not of what an
earlier discount left, and is rounded down to the currency's smallest unit; together they take off
at most the amount, so `payable` is never below zero. Whoever is not known is promised nothing that
has to be put on somebody's account.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from postlude.kernel.money import Money
from postlude.rules import facts
from postlude.rules.adapters import showing
from postlude.rules.types import Ask, Gift, Order, Preview

BUSINESS = "checkout"
VERSION = 1
_ON_AN_ACCOUNT = frozenset(
    {"points", "temporary_points", "bonus_money", "membership_level", "tag", "access_grant"}
)
ROUNDING = "each discount by itself, down to the smallest unit of the currency"


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the cart: `amount` is of all `quantity` pieces together, in minor units."""

    product: str
    groups: tuple[str, ...]
    quantity: int
    amount: int


@dataclass(frozen=True, slots=True)
class Checkout:
    contact: int | None
    amount: Money
    items: tuple[Item, ...] = ()
    merchant: str = ""
    source: str = ""
    coupons: tuple[str, ...] = ()


def ask(checkout: Checkout) -> Ask:
    """Return the question in the words of the rules."""
    known: dict[str, facts.Value] = {
        "amount": checkout.amount.minor,
        "quantity": sum(item.quantity for item in checkout.items),
        "products": frozenset(item.product for item in checkout.items),
        "product_groups": frozenset(group for item in checkout.items for group in item.groups),
        "source": checkout.source or None,
        "coupons": frozenset(checkout.coupons),
    }
    return Ask(
        BUSINESS, checkout.contact, known, amount=checkout.amount, merchant=checkout.merchant
    )


def offer(preview: Preview, asked: Checkout) -> dict[str, Any]:
    """Return what would be paid."""
    return _priced(preview.gifts, asked.amount, asked.contact) | {
        "not_given": [showing.missed(each) for each in preview.missed],
        "exact": preview.exact,
    }


def result(order: Order) -> dict[str, Any]:
    """Return a written order: the amount as it was, the discounts, what is to be paid."""
    if order.amount is None:
        return showing.head(order)
    priced = _priced(order.gifts, order.amount, order.contact)
    return (
        showing.head(order)
        | priced
        | {"not_given": [showing.missed(each) for each in order.missed]}
    )


def _priced(gifts: Sequence[Gift], amount: Money, contact: int | None) -> dict[str, Any]:
    left, discounts = amount.minor, []
    for each in gifts:
        if "discount_minor" not in each.data:
            continue
        off = min(int(each.data["discount_minor"]), left)
        left -= off
        shown = showing.major(off, amount.currency)
        discounts.append({"rule": each.rule, "title": each.title, "amount": shown})
    rest = [each for each in gifts if "discount_minor" not in each.data]
    if contact is None:
        rest = [each for each in rest if each.kind not in _ON_AN_ACCOUNT]
    return {
        "currency": amount.currency,
        "order_amount": showing.major(amount.minor, amount.currency),
        "discounts": discounts,
        "payable": showing.major(left, amount.currency),
        "rounding": ROUNDING,
        "gifts": [showing.gift(each, amount.currency) for each in rest],
    }
