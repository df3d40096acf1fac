"""Undo entries: take grants back, refund what was spent."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Sum

from postlude.kernel import store
from postlude.rewards import models
from postlude.rewards.points.checking import check_reverses, digest
from postlude.rewards.points.desk import Desk, open_desk, targets
from postlude.rewards.points.lots import Lot
from postlude.rewards.points.purse import Purse, Wish
from postlude.rewards.points.undoing import left_of_grant, left_of_spend
from postlude.rewards.types.points import Entry, Kind, Posted, Reverse

_UNDOABLE = {Kind.GRANT, Kind.SPEND, Kind.CAPTURE}


@dataclass(slots=True)
class _Undone:
    """What became of the entries that are to be undone, counted on within the batch."""

    only_unspent: bool = False
    lots: dict[int, int] = field(default_factory=dict)  # by grant
    expired: dict[int, int] = field(default_factory=lambda: defaultdict(int))  # by lot
    reversed: dict[int, int] = field(default_factory=lambda: defaultdict(int))  # by grant
    taken: dict[int, list[Lot]] = field(default_factory=lambda: defaultdict(list))  # by spend
    returned: dict[int, dict[int, int]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(int))
    )  # by spend and lot


def reverse_many(
    org: int, reverses: Sequence[Reverse], *, now: datetime, unspent: bool = False
) -> list[Posted]:
    """Undo each of these entries, or a part of it; the outcomes are in order.

    With `unspent`, of a grant only what is still there is taken back: never is a debt made.

    Of a grant nothing is taken back that was lost by expiry or taken back before. `short` says how
    much of the amount asked for cannot be undone; then nothing is. Without an amount, whatever
    can be undone is. Raises UnknownEntry for a key that is no grant, spend or capture.
    """
    if not reverses:
        return []
    check_reverses(reverses)
    undo = targets(org, [each.of for each in reverses], _UNDOABLE, "grant, spend or capture")
    with store.write():
        names = {(entry.contact, entry.currency) for entry in undo.values()}
        desk = open_desk(org, names, [each.key for each in reverses], now, lots=True)
        undone = _look(org, undo.values())
        undone.only_unspent = unspent
        outcomes = [_reverse(desk, each, undo[each.of], undone, now) for each in reverses]
        desk.close()
    return outcomes


def _reverse(desk: Desk, asked: Reverse, of: Entry, undone: _Undone, now: datetime) -> Posted:
    stamp = digest("reverse", asked)
    before = desk.before(asked.key, stamp)
    if before is not None:
        return before
    purse = desk.purse(of.contact, of.currency)
    wish = Wish(asked.key, asked.reason or of.reason, now, stamp, of.campaign)
    act = _take_back if of.kind == Kind.GRANT else _refund
    entry, left = act(purse, wish, of, asked.amount, undone)
    if entry is None:
        return Posted(asked.key, None, short=(asked.amount or of.amount) - left)
    return desk.posted(asked.key, stamp, entry)


def _take_back(
    purse: Purse, wish: Wish, of: Entry, asked: int | None, undone: _Undone
) -> tuple[Entry | None, int]:
    lot = undone.lots[of.id]
    left = left_of_grant(
        purse, lot, of.amount, undone.expired[lot], undone.reversed[of.id], wish.now
    )
    if undone.only_unspent:
        left = min(left, purse.lots[lot].free if lot in purse.lots else 0)
    amount = left if asked is None else asked
    if not amount or amount > left:
        return None, left
    undone.reversed[of.id] += amount
    return purse.reverse(wish, of.id, lot, amount), left


def _refund(
    purse: Purse, wish: Wish, of: Entry, asked: int | None, undone: _Undone
) -> tuple[Entry | None, int]:
    lots = left_of_spend(undone.taken[of.id], undone.returned[of.id])
    left = sum(lot.free for lot in lots)
    amount = left if asked is None else asked
    if not amount or amount > left:
        return None, left
    entry = purse.refund(wish, of.id, amount, lots)
    refunded = next(line for line in reversed(purse.lines) if line.entry is entry)
    for part in refunded.parts:
        undone.returned[of.id][part.lot] += part.free
    return entry, left


def _look(org: int, entries: Iterable[Entry]) -> _Undone:
    """Read what became of these entries; their accounts are locked."""
    found = _Undone()
    grants = [entry.id for entry in entries if entry.kind == Kind.GRANT]
    spends = [entry.id for entry in entries if entry.kind != Kind.GRANT]
    if grants:
        lots = models.Lot.objects.filter(org=org, entry__in=grants)
        found.lots.update(lots.values_list("entry_id", "id"))
        over = models.Allocation.objects.filter(
            org=org, lot__in=list(found.lots.values()), entry__kind=Kind.EXPIRE.value
        )
        for lot, units in over.values_list("lot_id").annotate(Sum("free")):
            found.expired[lot] = -units
        back = models.Entry.objects.filter(org=org, of__in=grants, kind=Kind.REVERSE.value)
        found.reversed.update(back.values_list("of").annotate(Sum("amount")))
    if spends:
        _look_at_spends(org, spends, found)
    return found


def _look_at_spends(org: int, spends: Sequence[int], found: _Undone) -> None:
    rows = models.Allocation.objects.filter(org=org, entry__in=spends).select_related("lot")
    for row in rows:
        lot, out = row.lot, -(row.free + row.held)
        if out:
            kept = Lot(lot.id, out, 0, lot.available_from, lot.expires_at, lot.amount)
            found.taken[row.entry_id].append(kept)
    back = models.Allocation.objects.filter(
        org=org, entry__of__in=spends, entry__kind=Kind.REFUND.value
    )
    for spend, lot, units in back.values_list("entry__of", "lot_id").annotate(Sum("free")):
        if spend is not None:
            found.returned[spend][lot] = units
