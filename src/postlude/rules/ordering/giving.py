"""What a confirmed order gives, and what a reversed one takes back: in the commit that settles it.

Points and bonus money are posted here, coupons were issued by the reservation itself. Everything
else is data: whoever can carry it out (a level, a tag, a message, access) registered a hook in
`wiring`, so rules know nothing of it; what nobody carries out is in the answer, for the asker.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from postlude.rewards import api as rewards
from postlude.rewards.types.points import Give, Reverse
from postlude.rules.types import Gift, Order


@dataclass(frozen=True, slots=True)
class Due:
    """A gift to be carried out, or taken back, for a contact. `key` is its own, for ever."""

    key: str
    order: str
    contact: int
    gift: Gift


# Called inside the transaction that settles the orders; must be safe to repeat by `Due.key`.
Hook = Callable[[int, Sequence[Due], datetime], None]


@dataclass(frozen=True, slots=True)
class _Carried:
    give: Hook
    take_back: Hook | None


_hooks: dict[str, _Carried] = {}
_POINTS = frozenset({"points", "temporary_points", "bonus_money"})


def on_gift(kind: str, give: Hook, take_back: Hook | None = None) -> None:
    """Say who carries out a kind of action; `wiring` calls it. The last one counts."""
    _hooks[kind] = _Carried(give, take_back)


def give(org: int, orders: Sequence[Order], now: datetime) -> None:
    """Give what confirmed orders promise; what was given before is not given again."""
    dues = _dues(orders)
    rewards.give_many(org, [_points(each, now) for each in dues if _is_points(each)], now=now)
    for kind, hook in _hooks.items():
        mine = [each for each in dues if each.gift.kind == kind]
        if mine:
            hook.give(org, mine, now)


def take_back(org: int, orders: Sequence[Order], now: datetime) -> None:
    """Undo what orders gave, as far as it can be undone; what was spent becomes a debt."""
    dues = _dues(orders)
    undone = [Reverse(f"{each.key}:back", of=each.key) for each in dues if _is_points(each)]
    rewards.reverse_many(org, undone, now=now)
    for kind, hook in _hooks.items():
        mine = [each for each in dues if each.gift.kind == kind]
        if mine and hook.take_back is not None:
            hook.take_back(org, mine, now)


def _dues(orders: Sequence[Order]) -> list[Due]:
    """Only who is known can be given something; a gift's key is its place in its order."""
    return [
        Due(f"rule-order:{order.key}:{place}", order.key, order.contact, gift)
        for order in orders
        if order.contact is not None
        for place, gift in enumerate(order.gifts)
        if not gift.instant
    ]


def _is_points(due: Due) -> bool:
    return due.gift.kind in _POINTS and _amount(due) > 0


def _amount(due: Due) -> int:
    data = due.gift.data
    return int(data.get("points", data.get("minor", 0)))


def _points(due: Due, now: datetime) -> Give:
    return Give(
        key=due.key,
        contact=due.contact,
        amount=_amount(due),
        reason=str(due.gift.data["reason"]),
        currency=str(due.gift.data["currency"]),
        expires_at=_until(due.gift, now),
        campaign=due.gift.rule,
    )


def _until(gift: Gift, now: datetime) -> datetime | None:
    """So many days later, when the clocks on the wall show the same time again."""
    days = gift.data.get("days")
    if not days:
        return None
    local = now.astimezone(ZoneInfo(str(gift.data["zone"])))
    return (local + timedelta(days=int(days))).astimezone(UTC)
