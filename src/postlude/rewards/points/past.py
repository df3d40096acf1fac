"""Balances at an instant, folded from the journal: neither sums nor remainders are looked at."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Sum

from postlude.kernel import store
from postlude.rewards.models import Account, Allocation, Entry, Lot
from postlude.rewards.points import lots as pure
from postlude.rewards.points.opening import CHUNK, parts_of_holds
from postlude.rewards.points.purse import JOINED, Hold, Purse
from postlude.rewards.points.seeing import balance_of
from postlude.rewards.types.points import Balance, Kind

_SETTLING = (Kind.CAPTURE.value, Kind.RELEASE.value)


@dataclass(slots=True)
class _Moves:
    """Who had turned out to be whom by an instant."""

    head: dict[int, int] = field(default_factory=dict)

    def of(self, contact: int) -> int:
        while contact in self.head:
            contact = self.head[contact]
        return contact


def balances_then(
    org: int, contacts: Collection[int], at: datetime, currency: str
) -> dict[int, Balance]:
    moves = _moves(org, contacts, at, currency)
    heads = {contact: moves.of(contact) for contact in contacts}
    members = {head: head for head in heads.values()}
    members |= {child: moves.of(child) for child in moves.head if moves.of(child) in members}
    purses = {head: Purse(head, currency) for head in set(heads.values())}
    _add_lots(org, purses, members, at, currency)
    _add_holds(org, purses, members, at, currency)
    for contact, debt in _debts(org, members, at, currency):
        purses[members[contact]].debt += debt
    found = {}
    for contact, head in heads.items():
        then = balance_of(purses[head], at)
        found[contact] = Balance(
            contact, currency, then.available, then.held, then.coming, then.debt
        )
    return found


def _moves(org: int, contacts: Collection[int], at: datetime, currency: str) -> _Moves:
    """Joins are few: all of an organisation's are read.

    An account that was left empty has no entry of it, only the name that it leads to. One that
    was parted again is its own since then.
    """
    entries = Entry.objects.filter(org=org, currency=currency)
    rows = Account.objects.filter(org=org, currency=currency, parted_at__lte=at)
    parted = dict(rows.values_list("contact", "parted_at"))
    arrived = dict(entries.filter(kind=Kind.ARRIVE.value).values_list("of", "contact"))
    moved: dict[int, int] = {}
    for chunk in store.chunks(sorted(contacts), CHUNK):
        closed = Account.objects.filter(org=org, currency=currency, contact__in=chunk)
        for contact, head in closed.values_list("contact", "moved_to"):
            moved |= {contact: head} if head is not None else {}
    left = entries.filter(kind=Kind.LEAVE.value, reason=JOINED)
    for entry, contact, when in left.values_list("id", "contact", "at"):
        until = parted.get(contact)
        if until is not None and when <= until:
            continue
        if when <= at:
            moved[contact] = arrived[entry]
        else:
            moved.pop(contact, None)
    return _Moves(moved)


def _add_lots(
    org: int, purses: Mapping[int, Purse], members: Mapping[int, int], at: datetime, currency: str
) -> None:
    for chunk in store.chunks(sorted(members), CHUNK):
        rows = Lot.objects.filter(org=org, contact__in=chunk, currency=currency, entry__at__lte=at)
        for row in rows:
            lot = pure.Lot(row.id, row.amount, 0, row.available_from, row.expires_at, row.amount)
            purses[members[row.contact]].lots[row.id] = lot
    of = {number: lot for purse in purses.values() for number, lot in purse.lots.items()}
    for numbers in store.chunks(sorted(of), CHUNK):
        changes = Allocation.objects.filter(org=org, lot__in=numbers, entry__at__lte=at)
        # What the sweep posts says nothing new: whether a lot is over is seen by its end.
        changes = changes.exclude(entry__kind=Kind.EXPIRE.value)
        for number, free, held in changes.values_list("lot").annotate(Sum("free"), Sum("held")):
            of[number].free += free
            of[number].held += held


def _add_holds(
    org: int, purses: Mapping[int, Purse], members: Mapping[int, int], at: datetime, currency: str
) -> None:
    of: dict[int, tuple[int, datetime | None]] = {}
    for chunk in store.chunks(sorted(members), CHUNK):
        rows = Entry.objects.filter(
            org=org, contact__in=chunk, currency=currency, kind=Kind.HOLD.value, at__lte=at
        )
        for number, contact, until in rows.values_list("id", "contact", "until"):
            of[number] = (members[contact], until)
    for numbers in store.chunks(sorted(of), CHUNK):
        settled = Entry.objects.filter(org=org, of__in=numbers, kind__in=_SETTLING, at__lte=at)
        for hold in settled.values_list("of", flat=True):
            of.pop(hold or 0, None)
    parts = parts_of_holds(org, of)
    held: dict[int, int] = defaultdict(int)
    for number, (head, until) in of.items():
        purses[head].holds[number] = Hold(number, until, parts[number])
        held[head] += sum(parts[number].values())
    for head, units in held.items():
        purses[head].held = units


def _debts(
    org: int, members: Iterable[int], at: datetime, currency: str
) -> Iterable[tuple[int, int]]:
    for chunk in store.chunks(sorted(members), CHUNK):
        rows = Entry.objects.filter(org=org, contact__in=chunk, currency=currency, at__lte=at)
        yield from rows.values_list("contact").annotate(Sum("debt"))
