"""What all doors show alike. Internal names (aliases, versions, kinds of leaves) never leave."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from postlude.kernel.money import exponent
from postlude.rules.types import Gift, Missed, Order

_INTERNAL = frozenset({"minor", "discount_minor", "currency"})


def major(minor: int, currency: str) -> str:
    """Return an amount in major units as a decimal text; "20.00"."""
    places = exponent(currency)
    return f"{Decimal(minor).scaleb(-places):.{places}f}"


def head(order: Order) -> dict[str, Any]:
    """Return what every written order says of itself."""
    return {
        "order": order.key,
        "state": order.state.value,
        "expires_at": order.expires_at,
        "replayed": order.replayed,
    }


def gift(each: Gift, currency: str) -> dict[str, Any]:
    """Return one gift: its kind, what it is in words, and how much."""
    shown: dict[str, Any] = {"rule": each.rule, "title": each.title, "gift": each.kind}
    shown |= {"words": each.words, "worth": major(each.value, currency) if currency else None}
    return shown | {"details": _details(each.data)}


def _details(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is given with its money in major units, under the names of the outside."""
    shown = {name: value for name, value in data.items() if name not in _INTERNAL}
    minor = data.get("minor", data.get("discount_minor"))
    if minor is not None:
        currency = str(data["currency"]).rpartition(":")[2]
        shown |= {"amount": major(int(minor), currency), "currency": currency}
    return shown


def missed(each: Missed) -> dict[str, Any]:
    """Return a promotion that was not given, why, and what would change it."""
    return {
        "rule": each.rule,
        "title": each.title,
        "why": each.why.value,
        "words": each.words,
        "nearest": each.nearest,
    }
