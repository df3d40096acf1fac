"""Gift-card scope with carrier, version 1: what of a cart a card may pay for.

Each line of the cart is asked by itself, since a scope speaks of products: a cart may hold lines
that the card pays for and lines that it does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from postlude.rewards.types.carriers import Card
from postlude.rules import facts
from postlude.rules.adapters import showing
from postlude.rules.adapters.checkout import Item
from postlude.rules.types import Ask, Preview

BUSINESS = "gift-card"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Line:
    """Whether a card may pay for one line, and why not."""

    item: Item
    usable: bool
    why: str = ""


def asks(card: Card, items: Sequence[Item], merchant: str = "") -> list[Ask]:
    """Return one question a line, to the rules that the card was sold with."""
    return [
        Ask(
            BUSINESS,
            card.holder,
            _facts(item),
            merchant=merchant,
            card=card.id,
            versions=card.rules,
        )
        for item in items
    ]


def lines(items: Sequence[Item], answers: Sequence[Preview | None]) -> list[Line]:
    """Return for each line whether the card may pay for it; None is of a card without rules."""
    return [_line(item, answer) for item, answer in zip(items, answers, strict=True)]


def _line(item: Item, answer: Preview | None) -> Line:
    if answer is None:
        return Line(item, usable=True)
    said = {each.kind for each in answer.gifts}
    if "usable" in said and "not_usable" not in said:
        return Line(item, usable=True)
    return Line(item, usable=False, why="; ".join(each.words for each in answer.missed))


def result(card: Card, found: Sequence[Line]) -> dict[str, Any]:
    """Return what the card may pay for: each line, and how much of it in all."""
    usable = sum(line.item.amount for line in found if line.usable)
    return {
        "currency": card.currency,
        "balance": showing.major(card.balance, card.currency),
        "usable_amount": showing.major(usable, card.currency),
        "payable_by_card": showing.major(min(usable, card.balance), card.currency),
        "lines": [
            {"product": line.item.product, "usable": line.usable, "why": line.why} for line in found
        ],
    }


def _facts(item: Item) -> dict[str, facts.Value]:
    return {
        "amount": item.amount,
        "quantity": item.quantity,
        "products": frozenset({item.product}),
        "product_groups": frozenset(item.groups),
    }
