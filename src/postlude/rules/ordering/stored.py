"""Rule orders as rows, and as their askers read them."""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict
from datetime import date
from hashlib import blake2b
from typing import Any

from postlude.kernel import ids, keys
from postlude.kernel.money import Money
from postlude.rewards import api as rewards
from postlude.rewards.types.reservations import Reservation
from postlude.rules import vocabulary
from postlude.rules.facts import Value
from postlude.rules.models import RuleOrder
from postlude.rules.types import Ask, Gift, Missed, Order, Why

COLUMNS = tuple(
    "id org key digest business card contact amount currency versions facts facts_digest gifts "
    "missed decided_at day expires_at".split()
)


def row(  # noqa: PLR0913 - an order, and what it was decided by
    org: int,
    digest: bytes,
    order: Order,
    *,
    versions: Sequence[int],
    facts: Mapping[str, Value],
    day: date,
) -> tuple[Any, ...]:
    """Return one row in the order of `COLUMNS`. Personal facts are left out of it."""
    plain = {name: _plain(value) for name, value in sorted(facts.items())}
    kept = {name: value for name, value in plain.items() if not _is_personal(name)}
    return (
        ids.new_id(),
        org,
        order.key,
        digest.hex(),
        order.business,
        order.card,
        order.contact,
        order.amount.minor if order.amount else None,
        order.amount.currency if order.amount else "",
        list(versions),
        kept,
        _digest(plain),
        [_gift_out(each) for each in order.gifts],
        [asdict(each) for each in order.missed],
        order.decided_at,
        day,
        order.expires_at,
    )


def orders(org: int, wanted: Collection[str]) -> dict[str, Order]:
    """Return the orders of these keys as they stand now; unknown keys are left out."""
    rows = list(RuleOrder.objects.filter(org=org, key__in=wanted))
    if not rows:
        return {}
    held = rewards.reservations(org, [each.key for each in rows])
    return {each.key: of_row(each, held[each.key]) for each in rows}


def digests(org: int, wanted: Collection[str]) -> dict[str, str]:
    """Return with which requests these keys were used."""
    rows = RuleOrder.objects.filter(org=org, key__in=wanted)
    return dict(rows.values_list("key", "digest"))


def of_row(found: RuleOrder, reservation: Reservation) -> Order:
    """Return an order as it stands: the row tells what was decided, the reservation its state."""
    money = Money(found.amount, found.currency) if found.amount is not None else None
    return Order(
        key=found.key,
        business=found.business,
        contact=found.contact,
        state=reservation.state,
        gifts=tuple(Gift(**each) for each in found.gifts),
        missed=tuple(Missed(**{**each, "why": Why(each["why"])}) for each in found.missed),
        amount=money,
        decided_at=found.decided_at,
        expires_at=reservation.expires_at or found.expires_at,
        card=found.card,
        replayed=reservation.replayed,
    )


def tombstone(reservation: Reservation, ask: Ask | None = None) -> Order:
    """Return what a key is for which nothing was decided: its cancel came first."""
    return Order(
        key=reservation.key,
        business=ask.business if ask else "",
        contact=ask.contact if ask else None,
        state=reservation.state,
        gifts=(),
        missed=(),
        amount=ask.amount if ask else None,
        decided_at=None,
        expires_at=reservation.expires_at,
        card=ask.card if ask else None,
        replayed=True,
    )


def _gift_out(gift: Gift) -> dict[str, Any]:
    return {**asdict(gift), "data": dict(gift.data)}


def _plain(value: Value) -> Any:
    return sorted(value) if isinstance(value, frozenset) else value


def _is_personal(name: str) -> bool:
    fact = vocabulary.fact(name)
    return fact is None or fact.personal


def _digest(plain: Mapping[str, Any]) -> str:
    """Return a keyed hash: who has the table only cannot try out birthdays until one fits."""
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()
    return blake2b(text, key=keys.derive("rules.context"), digest_size=32).hexdigest()
