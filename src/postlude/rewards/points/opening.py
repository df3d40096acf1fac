"""Lock the accounts of a batch and load what is left in them, in a fixed number of statements."""

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Q

from postlude.kernel import ids, lookups, store
from postlude.people import api as people
from postlude.rewards.models import Account, Allocation, OpenHold, Remainder
from postlude.rewards.points.lots import Lot
from postlude.rewards.points.purse import Hold, Purse

CHUNK = 5_000
_ID_BLOCK = 256
_LEFT = "contact currency lot_id free held available_from expires_at amount".split()
Name = tuple[int, str]  # contact, currency


@dataclass(slots=True)
class Opened:
    """A locked account: its row, its purse, and what of it is in the database.

    `unborn`: its row is not there yet, it is written with what is decided.
    """

    account: int
    purse: Purse
    before: tuple[int, int, int]
    lots: set[int] = field(default_factory=set)
    holds: set[int] = field(default_factory=set)
    unborn: bool = False


class _Account(NamedTuple):
    id: int
    contact: int
    currency: str
    available: int
    held: int
    debt: int
    moved_to: int | None
    unborn: bool = False


def open_purses(
    org: int,
    wanted: Collection[Name],
    now: datetime,
    *,
    lots: bool = False,
    unborn: bool = False,
) -> dict[Name, Opened]:
    """Lock these accounts until the transaction ends and load them, as they are at `now`.

    Accounts are made where there are none; whoever turned out to be another contact gets that
    one's. Holds that ran out are released. Without `lots`, only what a grant needs is loaded.
    Rows are locked in the order of contact and currency, so that two batches never wait for each
    other in a circle. `unborn`: an account that is not there is not made yet, and not locked: the
    unique key of accounts will tell whether somebody else has made it (`posting.AccountTaken`).
    """
    names = set(wanted)
    while True:
        heads = follow(org, names)
        rows = _lock(org, set(heads.values()), unborn=unborn)
        if all(row.moved_to is None for row in rows.values()):
            break  # else it moved between our look and our lock
    take_id = _ids().__next__
    opened = {name: _opened(row, take_id) for name, row in rows.items()}
    _load_holds(org, opened, over_at=None if lots else now)
    _load_lots(org, [each for each in opened.values() if lots or each.purse.holds])
    for each in opened.values():
        each.purse.run_out(now)
    return {name: opened[heads[name]] for name in names}


def look(org: int, names: Collection[Name]) -> dict[Name, Purse]:
    """Load accounts without locking them, each as it was at one moment; for reading only.

    It takes several statements: whichever account has changed meanwhile is read again.
    """
    found: dict[Name, Purse] = {}
    left = set(names)
    while left:
        before = _versions(org, left)
        seen = _look_once(org, before)
        after = _versions(org, left)
        found |= {name: seen[name] for name in before if before[name] == after[name]}
        left = {name for name in before if before[name] != after[name]}
    return found


def _versions(org: int, names: Collection[Name]) -> dict[Name, int]:
    found: dict[Name, int] = {}
    for chunk in store.chunks(sorted(names), CHUNK):
        rows = Account.objects.filter(_named(chunk), org=org)
        for contact, currency, version in rows.values_list("contact", "currency", "version"):
            found[contact, currency] = version
    return {name: found[name] for name in names if name in found}


def _look_once(org: int, names: Collection[Name]) -> dict[Name, Purse]:
    rows = _read(org, names)
    opened = {name: _opened(rows[name], int) for name in names if name in rows}
    _load_holds(org, opened, over_at=None)
    _load_lots(org, opened.values())
    return {name: each.purse for name, each in opened.items()}


def follow(org: int, names: Iterable[Name]) -> dict[Name, Name]:
    """Return whose account each of these is by now: its own, mostly."""
    found = {name: name for name in names}
    open_ones = set(found)
    while open_ones:
        moved: dict[Name, Name] = {}
        contacts = sorted({contact for contact, _ in open_ones})
        for chunk in store.chunks(contacts, CHUNK):
            rows = lookups.rows_by(
                "contact, currency, moved_to",
                "rewards_account",
                "org_id = %s AND moved_to IS NOT NULL",
                [org],
                contact=chunk,
            )
            for contact, currency, head in rows:
                moved[contact, currency] = (head or contact, currency)
        found = {name: moved.get(head, head) for name, head in found.items()}
        open_ones = set(moved.values()) & set(found.values())
    return found


def _lock(org: int, names: Collection[Name], *, unborn: bool) -> dict[Name, _Account]:
    """Lock the rows of these accounts, made where there are none, in order."""
    in_order = f"ORDER BY contact, currency {store.locked()}"
    if unborn:
        found = _read(org, names, in_order)
        missing = sorted(set(names) - found.keys())
        heads = people.canonical(org, {contact for contact, _ in missing})
        if all(head == contact for contact, head in heads.items()):
            for new, name in zip(ids.new_ids(len(missing)), missing, strict=True):
                found[name] = _Account(new, *name, 0, 0, 0, None, unborn=True)
            return {name: found[name] for name in names}
    missing = sorted(set(names) - _read(org, names).keys())
    if missing:
        # Whoever speaks for a contact may do so since before it had an account.
        heads = people.canonical(org, {contact for contact, _ in missing})
        columns = (
            "id",
            "org_id",
            "contact",
            "currency",
            "available",
            "held",
            "debt",
            "moved_to",
            "version",
        )
        rows = [
            (new, org, contact, currency, 0, 0, 0, None if head == contact else head, 0)
            for new, (contact, currency) in zip(ids.new_ids(len(missing)), missing, strict=True)
            for head in [heads[contact]]
        ]
        store.insert_ignore(
            Account, columns, rows, conflict=("org", "contact", "currency"), expect_new=True
        )
    found = _read(org, names, in_order)
    return {name: found[name] for name in names}


def _read(org: int, names: Collection[Name], tail: str = "") -> dict[Name, _Account]:
    """Read accounts, a few more where currencies are mixed, never fewer.

    Plain rows: Django looks at each of 5,000 parameters a dozen times, and a model object for each
    of 500 accounts costs as much as all the rest.
    """
    found: dict[Name, _Account] = {}
    for chunk in store.chunks(sorted(names), CHUNK):
        contacts = sorted({contact for contact, _ in chunk})
        currencies = sorted({currency for _, currency in chunk})
        rows = store.rows_sql(
            "SELECT id, contact, currency, available, held, debt, moved_to "  # noqa: S608 - our own SQL
            f"FROM rewards_account WHERE org_id = %s AND contact {store.among()} "
            f"AND currency {store.among()} {tail}",
            [org, store.many(contacts), store.many(currencies)],
        )
        found |= {(row.contact, row.currency): row for row in (_Account(*each) for each in rows)}
    return found


def _named(names: Collection[Name]) -> Q:
    """These contacts and these currencies; where they are mixed it is a few more, never fewer."""
    contacts = sorted({contact for contact, _ in names})
    return Q(contact__in=contacts, currency__in=sorted({currency for _, currency in names}))


def _opened(row: _Account, take_id: Callable[[], int]) -> Opened:
    sums = (row.available, row.held, row.debt)
    purse = Purse(row.contact, row.currency, take_id, *sums)
    return Opened(row.id, purse, sums, unborn=row.unborn)


def _load_holds(org: int, opened: dict[Name, Opened], *, over_at: datetime | None) -> None:
    """Of accounts that hold something: every open hold, or those that ran out by an instant."""
    holding = [name for name, each in opened.items() if each.purse.held]
    kept: dict[int, tuple[Name, datetime | None]] = {}
    for chunk in store.chunks(holding, CHUNK):
        rows = OpenHold.objects.filter(_named(chunk), org=org)
        rows = rows if over_at is None else rows.filter(expires_at__lte=over_at)
        for hold, contact, currency, until in rows.values_list(
            "entry_id", "contact", "currency", "expires_at"
        ):
            if (contact, currency) in opened:
                kept[hold] = (contact, currency), until
    parts = parts_of_holds(org, kept)
    for hold, (name, until) in kept.items():
        opened[name].purse.holds[hold] = Hold(hold, until, parts[hold])
        opened[name].holds.add(hold)


def parts_of_holds(org: int, holds: Iterable[int]) -> dict[int, dict[int, int]]:
    """What each hold has of which lot."""
    found: dict[int, dict[int, int]] = {hold: {} for hold in holds}
    for chunk in store.chunks(list(found), CHUNK):
        rows = Allocation.objects.filter(org=org, entry__in=chunk)
        for hold, lot, held in rows.values_list("entry_id", "lot_id", "held"):
            found[hold][lot] = held
    return found


def _load_lots(org: int, opened: Collection[Opened]) -> None:
    of = {(each.purse.contact, each.purse.currency): each for each in opened}
    for chunk in store.chunks(sorted(of), CHUNK):
        rows = Remainder.objects.filter(_named(chunk), org=org)
        plain: Iterable[tuple[Any, ...]] = rows.values_list(*_LEFT)
        for contact, currency, number, *left in plain:
            each = of.get((contact, currency))
            if each is not None:
                each.purse.lots[number] = Lot(number, *left)
                each.lots.add(number)


def _ids() -> Iterator[int]:
    while True:
        yield from ids.new_ids(_ID_BLOCK)
