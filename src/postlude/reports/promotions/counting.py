"""Adding up what was read: pure."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from postlude.reports.types.promotions import STATES, Number, Purse, Refusal, Tally, Turnover

BONUS = "bonus:"


class Alike(NamedTuple):
    """So many orders that differ in nothing that is counted; `paid` in minor units together."""

    business: str
    currency: str
    versions: str
    missed: str
    state: str
    again: int
    orders: int
    paid: int


class Miss(NamedTuple):
    rule: str
    why: str
    leaf: str
    detail: str
    words: str


@lru_cache(maxsize=4096)
def misses(text: str) -> tuple[Miss, ...]:
    """Return which rules an order missed, and why; orders of one fate share the text."""
    return tuple(
        Miss(each["rule"], each["why"], each["leaf"], each.get("detail", ""), each["words"])
        for each in json.loads(text)
    )


@lru_cache(maxsize=4096)
def versions(text: str) -> frozenset[int]:
    """Return which versions were in force."""
    return frozenset(json.loads(text))


def in_force(text: str, names: Mapping[int, str]) -> set[str]:
    """Return which rules came into force; a rule is one even where its group names it twice."""
    return {names[each] for each in versions(text) if each in names}


def add_orders(
    tallies: defaultdict[str, Tally], orders: Iterable[Alike], names: Mapping[int, str]
) -> None:
    """Count orders for every rule that came into force or was kept out."""
    for each in orders:
        for rule in in_force(each.versions, names):
            _reserved(tallies[rule], each)
        for miss in misses(each.missed):
            tally = tallies[miss.rule]
            _more(tally.counts, Number.REFUSED, each.orders)
            line = tally.refusals.setdefault((miss.why, miss.leaf, miss.detail), [miss.words, 0])
            line[1] = int(line[1]) + each.orders


def _reserved(tally: Tally, alike: Alike) -> None:
    _more(tally.counts, Number.RESERVED, alike.orders)
    if alike.state in set(STATES):
        _more(tally.counts, Number(alike.state), alike.orders)
    if alike.again:
        _more(tally.counts, Number.REPEATED, alike.orders)
    if alike.state == Number.CONFIRMED and alike.currency:
        tally.paid[alike.currency] = tally.paid.get(alike.currency, 0) + alike.paid


def _more(counts: dict[Number, int], number: Number, count: int) -> None:
    counts[number] = counts.get(number, 0) + count


def add_units(tallies: defaultdict[str, Tally], rows: Iterable[Sequence[Any]]) -> None:
    """Add (rule, currency, what became of it, order, units) of the ledger."""
    for rule, currency, what, _order, units in rows:
        _more(tallies[rule].units.setdefault(currency, {}), Number(what), units)


class CouponFate(NamedTuple):
    order: str
    rule: str
    redeemed: bool


def coupon_fates(rows: Sequence[Sequence[Any]]) -> Iterator[CouponFate]:
    """Say of each coupon which rule of its order gave it.

    An order takes the coupons of one list together; they are the rules' in the order in which
    the gifts stand, the oldest codes first.
    """
    owed: dict[tuple[str, str], list[str]] = {}
    for order, gifts, _coupon, name, state in rows:
        if (order, name) not in owed:
            owed[order, name] = _promised(json.loads(gifts), name)
        waiting = owed[order, name]
        if waiting:
            yield CouponFate(order, waiting.pop(0), state == "redeemed")


def _promised(gifts: Sequence[Mapping[str, Any]], name: str) -> list[str]:
    return [
        gift["rule"]
        for gift in gifts
        if gift["kind"] == "coupon" and gift["data"]["coupons"] == name
        for _ in range(int(gift["data"]["count"]))
    ]


def add_coupons(tallies: defaultdict[str, Tally], fates: Iterable[CouponFate]) -> None:
    for fate in fates:
        _more(tallies[fate.rule].counts, Number.COUPONS_GIVEN, 1)
        if fate.redeemed:
            _more(tallies[fate.rule].counts, Number.COUPONS_REDEEMED, 1)


def refusals(tally: Tally) -> tuple[Refusal, ...]:
    """Return what kept a rule out, the most frequent first."""
    found = [
        Refusal(why, leaf, detail, str(words), int(count))
        for (why, leaf, detail), (words, count) in tally.refusals.items()
    ]
    return tuple(sorted(found, key=lambda each: (-each.count, each.why, each.leaf, each.detail)))


def purses(tally: Tally) -> tuple[Purse, ...]:
    return tuple(
        Purse(currency, **{what.value: units for what, units in found.items()})
        for currency, found in sorted(tally.units.items())
    )


def turnover(tally: Tally) -> tuple[Turnover, ...]:
    """Return what was paid in, beside the bonus money of the same currency that was kept."""
    found = []
    for currency, paid in sorted(tally.paid.items()):
        units = tally.units.get(BONUS + currency, {})
        back = units.get(Number.TAKEN_BACK, 0) + units.get(Number.OWED, 0)
        found.append(Turnover(currency, paid, units.get(Number.GIVEN, 0) - back))
    return tuple(found)
