"""Write what purses have decided: the journal first, then the sums that are kept of it."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError

from postlude.kernel import store
from postlude.rewards.models import Account, Allocation, Entry, Lot, OpenHold, Remainder
from postlude.rewards.points.errors import KeyReused, LedgerBroken
from postlude.rewards.points.lines import Line
from postlude.rewards.points.opening import CHUNK, Opened

_ENTRY = (
    "id org_id key contact currency kind amount available held debt reason campaign at of until "
    "digest"
).split()
_LOT = (
    "id org_id entry_id contact currency amount available_from expires_at reason campaign"
).split()
_ALLOCATION = "id org_id entry_id lot_id free held".split()
_REMAINDER = "lot_id org_id contact currency amount free held available_from expires_at".split()
_HOLD = "entry_id org_id contact currency amount expires_at".split()
_ACCOUNT = "id org_id contact currency available held debt moved_to version".split()


class AccountTaken(Exception):
    """Somebody else has made an account that was to be made here: look again, with a lock."""


def post(org: int, opened: Iterable[Opened]) -> None:
    """Write every line of these purses, in the caller's transaction, a statement for each table.

    Raises KeyReused when another contact's entry took one of the keys at this very moment, and
    AccountTaken where one of the accounts was unborn and is there now.
    """
    touched = [each for each in opened if each.purse.lines]
    lines = [(line, each) for each in touched for line in each.purse.lines]
    if not lines:
        return
    # First, so that of two with the same keys the second comes to know before its entries clash.
    _make_accounts(org, [each for each in touched if each.unborn])
    _write_entries(org, [line for line, _ in lines])
    store.insert_many(Lot, _LOT, [_lot(org, line) for line, _ in lines if line.lot])
    store.insert_many(Allocation, _ALLOCATION, _allocations(org, lines))
    _keep_remainders(org, touched)
    _keep_holds(org, touched)
    _keep_accounts([each for each in touched if not each.unborn])
    for each in touched:
        _settle(each)


def _settle(each: Opened) -> None:
    """What was decided is what the database holds by now."""
    purse = each.purse
    purse.lines.clear()
    purse.lots = {number: lot for number, lot in purse.lots.items() if lot.free or lot.held}
    each.before = (purse.available, purse.held, purse.debt)
    each.lots, each.holds = set(purse.lots), set(purse.holds)
    each.unborn = False


def _write_entries(org: int, lines: Sequence[Line]) -> None:
    try:
        with store.write():  # a savepoint, so that we can look who was there first
            store.insert_many(Entry, _ENTRY, [_entry(org, line) for line in lines])
    except IntegrityError as error:
        for chunk in store.chunks([line.entry.key for line in lines], CHUNK):
            for key in Entry.objects.filter(org=org, key__in=chunk).values_list("key", flat=True):
                raise KeyReused(key=key) from error
        raise


def _entry(org: int, line: Line) -> Sequence[Any]:
    it = line.entry
    sums = (it.amount, it.available, it.held, it.debt)
    said = (it.reason, it.campaign, it.at, it.of, it.until, line.digest)
    return (it.id, org, it.key, it.contact, it.currency, it.kind.value, *sums, *said)


def _lot(org: int, line: Line) -> Sequence[Any]:
    entry, lot = line.entry, line.lot
    if lot is None:
        raise LedgerBroken(contact=entry.contact)
    period = (lot.amount, lot.available_from, lot.expires_at)
    whose = (entry.id, entry.contact, entry.currency)
    return (lot.id, org, *whose, *period, entry.reason, entry.campaign)


def _allocations(org: int, lines: Sequence[tuple[Line, Opened]]) -> list[Sequence[Any]]:
    return [
        (each.purse.new_id(), org, line.entry.id, part.lot, part.free, part.held)
        for line, each in lines
        for part in line.parts
    ]


def _keep_remainders(org: int, touched: Sequence[Opened]) -> None:
    """Add what changed, as differences: so the database's own checks stand behind ours."""
    changes: list[Sequence[int]] = []
    new: list[Sequence[Any]] = []
    gone: list[int] = []
    for each in touched:
        purse = each.purse
        for number, (free, held) in _changes(purse.lines).items():
            lot = purse.lots.get(number)
            if lot is None:
                raise LedgerBroken(contact=purse.contact)
            left = lot.free or lot.held
            if number in each.lots:
                changes.append((number, free, held))
                gone += [] if left else [number]
            elif left:
                period = (lot.available_from, lot.expires_at)
                whose = (purse.contact, purse.currency)
                new.append((number, org, *whose, lot.amount, lot.free, lot.held, *period))
    if store.add_many(Remainder, "lot", ("free", "held"), changes) != len(changes):
        raise LedgerBroken(contact=touched[0].purse.contact)
    store.insert_many(Remainder, _REMAINDER, new)
    for chunk in store.chunks(gone, CHUNK):
        Remainder.objects.filter(lot__in=chunk, free=0, held=0).delete()


def _changes(lines: Iterable[Line]) -> dict[int, tuple[int, int]]:
    """By lot, what these lines add to its free and to its held units."""
    sums: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for line in lines:
        if line.lot is not None:
            sums[line.lot.id][0] += line.lot.amount
        for part in line.parts:
            sums[part.lot][0] += part.free
            sums[part.lot][1] += part.held
    return {lot: (free, held) for lot, (free, held) in sums.items()}


def _keep_holds(org: int, touched: Sequence[Opened]) -> None:
    new, closed = [], []
    for each in touched:
        purse = each.purse
        closed += sorted(each.holds - purse.holds.keys())
        new += [
            (hold.id, org, purse.contact, purse.currency, hold.amount, hold.expires_at)
            for hold in purse.holds.values()
            if hold.id not in each.holds
        ]
    store.insert_many(OpenHold, _HOLD, new)
    for chunk in store.chunks(closed, CHUNK):
        OpenHold.objects.filter(entry__in=chunk).delete()


def _make_accounts(org: int, unborn: Sequence[Opened]) -> None:
    """Write accounts with their first sums; the unique key says whether they are the first."""
    rows = []
    for each in unborn:
        it = each.purse
        sums = (it.available, it.held, it.debt)
        rows.append((each.account, org, it.contact, it.currency, *sums, None, 1))
    try:
        store.insert_many(Account, _ACCOUNT, rows)
    except IntegrityError as error:
        raise AccountTaken from error


def _keep_accounts(touched: Sequence[Opened]) -> None:
    changes = []
    for each in touched:
        after = (each.purse.available, each.purse.held, each.purse.debt)
        difference = [now - before for now, before in zip(after, each.before, strict=True)]
        changes.append((each.account, *difference, 1))
    if store.add_many(Account, "id", ("available", "held", "debt", "version"), changes) != len(
        changes
    ):
        raise LedgerBroken(contact=touched[0].purse.contact)
