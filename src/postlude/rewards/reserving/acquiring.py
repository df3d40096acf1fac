"""Taking what is scarce for reservations whose rows are made already.

The quick way suits plenty: write the lines, then one guarded UPDATE for each counter. Where it is
tight, or capped for each person, the counters are locked first and everything is decided in the
order of arrival. Either way counters are the last rows that are waited for, in the order of ids.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from postlude.rewards.coupons import units
from postlude.rewards.quotas import counters, shares
from postlude.rewards.quotas.resources import Scene
from postlude.rewards.reserving import lines, stale
from postlude.rewards.reserving.deciding import Decision, Resource, Stock, decide, demand
from postlude.rewards.reserving.lines import Ask
from postlude.rewards.types.reservations import Reason

_TIGHT = frozenset({Reason.SOLD_OUT, Reason.NOT_ENOUGH, Reason.PER_PERSON})
Outcome = tuple[list[Decision], units.Units]


def acquire(org: int, asks: Sequence[Ask], scene: Scene, now: datetime) -> Outcome:
    """Decide for each ask, and hold what it gets; also the codes that were given out."""
    if not asks:
        return [], {}
    hoped = _decide(asks, scene.resources, Stock(dict(scene.left)))
    added: dict[int, int] | None = {}
    if not _needs_care(hoped, scene):
        lines.write(zip(asks, hoped, strict=True))
        added = counters.take(demand(hoped))
        if added is None:
            return hoped, _hold_units(asks, hoped)
        lines.erase([ask.id for ask in asks])  # somebody was quicker: see who fits
    return _carefully(org, asks, scene.resources, added or {}, now)


def _needs_care(hoped: Sequence[Decision], scene: Scene) -> bool:
    if any(each.per_person is not None and each.counter for each in scene.resources.values()):
        return True
    return any(
        refusal.reason in _TIGHT for decision in hoped for refusal in decision.refused.values()
    )


def _decide(asks: Sequence[Ask], resources: Mapping[str, Resource], stock: Stock) -> list[Decision]:
    return [decide(ask.claims, ask.contact, resources, stock) for ask in asks]


def _carefully(
    org: int,
    asks: Sequence[Ask],
    resources: Mapping[str, Resource],
    added: Mapping[int, int],
    now: datetime,
) -> Outcome:
    """Lock, let go what has expired, decide, write. `added` is on our counters already."""
    wanted = {resources[claim.resource].counter for ask in asks for claim in ask.claims} - {0}
    expired = stale.lock(org, wanted, now, behind=added)
    left = counters.lock(wanted | expired.amounts.keys())
    stale.expire(expired, now)
    for freed in (added, expired.amounts):
        for counter, amount in freed.items():
            left[counter] += amount
    decisions = _decide(asks, resources, Stock(left, _taken(asks, resources)))
    lines.write(zip(asks, decisions, strict=True))
    shares.write(_shares(asks, decisions))
    held = _hold_units(asks, decisions)
    counters.move(_difference(demand(decisions), added, expired.amounts))
    return decisions, held


def _taken(asks: Sequence[Ask], resources: Mapping[str, Resource]) -> shares.Taken:
    capped = {each.counter for each in resources.values() if each.per_person and each.counter}
    return shares.taken(capped, {ask.contact for ask in asks if ask.contact is not None})


def _shares(asks: Sequence[Ask], decisions: Sequence[Decision]) -> list[tuple[int, int, int, int]]:
    return [
        (got.resource.counter, ask.contact, n, ask.id)
        for ask, decision in zip(asks, decisions, strict=True)
        for got in decision.got.values()
        for n in got.shares
        if ask.contact is not None
    ]


def _hold_units(asks: Sequence[Ask], decisions: Sequence[Decision]) -> units.Units:
    return units.hold(
        units.Wish(got.resource.quota, got.claim.quantity, ask.id, position, ask.contact)
        for ask, decision in zip(asks, decisions, strict=True)
        for position, got in decision.got.items()
        if got.resource.name.startswith(units.PREFIX)
    )


def _difference(wanted: Mapping[int, int], *there: Mapping[int, int]) -> dict[int, int]:
    moved: defaultdict[int, int] = defaultdict(int, wanted)
    for each in there:
        for counter, amount in each.items():
            moved[counter] -= amount
    return moved
