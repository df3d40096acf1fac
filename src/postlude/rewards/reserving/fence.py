"""The row of a key: whoever makes it first decides, everybody else reads what came of it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from postlude.kernel import ids, store
from postlude.rewards.models import Reservation
from postlude.rewards.types.reservations import ReservationState

_COLUMNS = (
    "id",
    "org",
    "key",
    "digest",
    "contact",
    "state",
    "created_at",
    "expires_at",
    "extended",
    "settled_at",
)


class Row(NamedTuple):
    """A reservation as it is stored."""

    id: int
    key: str
    digest: str
    contact: int | None
    state: str
    expires_at: datetime | None
    extended: bool


class Entry(NamedTuple):
    """A reservation to be made, in the state that it will most likely have."""

    id: int
    key: str
    digest: str
    contact: int | None
    state: ReservationState
    expires_at: datetime | None


def admit(org: int, entries: Sequence[Entry], now: datetime) -> set[int]:
    """Make the rows whose keys are new; return their ids.

    A key that another transaction is just making is waited for. Sorted, so that two batches of the
    same keys never wait for one another.
    """
    rows = [
        (
            each.id,
            org,
            each.key,
            each.digest,
            each.contact,
            each.state.value,
            now,
            each.expires_at,
            False,
            None if each.state == ReservationState.HELD else now,
        )
        for each in sorted(entries, key=_key)
    ]
    return set(store.insert_ignore(Reservation, _COLUMNS, rows, conflict=("org", "key")))


def bury(org: int, keys: Collection[str], now: datetime) -> set[str]:
    """Leave a tombstone under each key that is new: a try that comes later takes nothing."""
    numbers = dict(zip(ids.new_ids(len(keys)), sorted(keys), strict=True))
    entries = [
        Entry(number, key, "", None, ReservationState.CANCELLED, None)
        for number, key in numbers.items()
    ]
    return {numbers[number] for number in admit(org, entries, now)}


def rows(org: int, keys: Collection[str]) -> dict[str, Row]:
    """Return what is stored under keys."""
    found = Reservation.objects.filter(org=org, key__in=keys).values_list(*Row._fields)
    return {row[1]: Row(*row) for row in found}


def lock(org: int, keys: Collection[str]) -> dict[str, Row]:
    """Return what is stored under keys, and keep it so until the commit."""
    found = Reservation.objects.filter(org=org, key__in=keys).order_by("key").select_for_update()
    return {row[1]: Row(*row) for row in found.values_list(*Row._fields)}


def settle(numbers: Collection[int], state: ReservationState, now: datetime) -> None:
    """Give reservations, whose rows we hold, another state."""
    if numbers:
        Reservation.objects.filter(id__in=numbers).update(state=state.value, settled_at=now)


def _key(entry: Entry) -> str:
    return entry.key
