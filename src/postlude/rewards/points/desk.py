"""One batch at the ledger: what was asked before, what is opened, what came of each key."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from postlude.kernel import lookups, store
from postlude.rewards import models
from postlude.rewards.points import posting
from postlude.rewards.points.errors import KeyReused, UnknownEntry
from postlude.rewards.points.opening import CHUNK, Name, Opened, open_purses
from postlude.rewards.points.purse import Purse
from postlude.rewards.types.points import Entry, Kind, Posted


@dataclass(frozen=True, slots=True)
class Stored:
    """An entry of the journal, and of which request it is the answer."""

    entry: Entry
    digest: str


@dataclass(slots=True)
class Desk:
    org: int
    opened: dict[Name, Opened]
    known: dict[str, Stored]
    new: dict[str, Stored] = field(default_factory=dict)

    def before(self, key: str, digest: str) -> Posted | None:
        """Return what came of a key before; raise KeyReused when it stands for something else."""
        stored = self.known.get(key) or self.new.get(key)
        if stored is None:
            return None
        if stored.digest != digest:
            raise KeyReused(key=key)
        return Posted(key, stored.entry, replayed=True)

    def posted(self, key: str, digest: str, entry: Entry) -> Posted:
        self.new[key] = Stored(entry, digest)
        return Posted(key, entry)

    def purse(self, contact: int, currency: str) -> Purse:
        return self.opened[contact, currency].purse

    def close(self) -> None:
        """Write all that was decided."""
        posting.post(self.org, {id(each): each for each in self.opened.values()}.values())


def open_desk(  # noqa: PLR0913 - whose, what for, and how much of it
    org: int,
    names: Collection[Name],
    keys: Iterable[str],
    now: datetime,
    *,
    lots: bool,
    unborn: bool = False,
) -> Desk:
    """Lock the accounts first, then look for the keys: what others have just written is seen."""
    opened = open_purses(org, names, now, lots=lots, unborn=unborn)
    return Desk(org, opened, find(org, keys))


def find(org: int, keys: Iterable[str]) -> dict[str, Stored]:
    """Return the entries with these keys."""
    found: dict[str, Stored] = {}
    for chunk in store.chunks(sorted(set(keys)), CHUNK):
        known = lookups.rows_by(
            "key", "rewards_entry", "org_id = %s", [org], key=chunk
        )  # mostly none: what is asked for is new
        for row in models.Entry.objects.filter(org=org, key__in=[key for (key,) in known]):
            found[row.key] = Stored(as_entry(row), row.digest)
    return found


def targets(
    org: int, keys: Collection[str], kinds: Collection[Kind], what: str
) -> dict[str, Entry]:
    """Return the entries that others are to settle or undo; raises UnknownEntry."""
    found = find(org, keys)
    for key in keys:
        stored = found.get(key)
        if stored is None or stored.entry.kind not in kinds:
            raise UnknownEntry(what=what, key=key)
    return {key: found[key].entry for key in keys}


def as_entry(row: models.Entry) -> Entry:
    return Entry(
        id=row.id,
        key=row.key,
        contact=row.contact,
        currency=row.currency,
        kind=Kind(row.kind),
        amount=row.amount,
        available=row.available,
        held=row.held,
        reason=row.reason,
        at=row.at,
        campaign=row.campaign,
        debt=row.debt,
        of=row.of,
        until=row.until,
    )
