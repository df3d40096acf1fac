"""One conference at one moment: who bought what, and how far each buyer has come.

The pages, the API and the alerts all read this, so that they can never contradict each other.
"""

import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from postlude.access import api as access
from postlude.access.types import GrantFact
from postlude.console.readings import queries
from postlude.console.stages import ACCEPTED, Fate, Invitation, Stage, is_granted, rank, stage_of
from postlude.kernel import clock


@dataclass(frozen=True, slots=True)
class Sold:
    """A ticket as the board needs it."""

    id: int
    contact: int | None
    state: str
    sold_at: datetime | None
    order_number: str
    ticket_type: str
    event: str
    kind: str
    refunded: bool


@dataclass(frozen=True, slots=True)
class Buyer:
    """A contact with the tickets of one conference."""

    contact: int
    tickets: tuple[Sold, ...]
    fate: Fate
    stage: Stage
    grants: tuple[GrantFact, ...] = ()

    @property
    def sold_at(self) -> datetime | None:
        kept = [each.sold_at for each in self.tickets if each.sold_at and each.state == "paid"]
        return min(kept or [each.sold_at for each in self.tickets if each.sold_at], default=None)

    @property
    def seconds(self) -> float | None:
        """From the sale to the provider's yes; a sale that was imported late counts from then."""
        invitation = self.fate.invitation
        if invitation is None or invitation.accepted_at is None or self.sold_at is None:
            return None
        return max(0.0, (invitation.accepted_at - self.sold_at).total_seconds())

    @property
    def granted(self) -> bool:
        return is_granted(self.fate)

    @property
    def invited(self) -> bool:
        invitation = self.fate.invitation
        return invitation is not None and (invitation.state in ACCEPTED or invitation.opened)


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that is known of one conference now."""

    conference: int
    tickets: tuple[Sold, ...] = ()
    buyers: Mapping[int, Buyer] = field(default_factory=dict)

    def holders(self) -> Iterator[Buyer]:
        """Walk the buyers who hold a paid ticket."""
        return (each for each in self.buyers.values() if "paid" in each.fate.ticket_states)


INVITATIONS = ("invite:", "resend:")

# Every reader of a living page asks every two seconds. One answer serves them all, and one that
# was slow to compute serves for longer: looking never takes more than a tenth of a core.
_FRESH_SECONDS = 1.5
_SHARE = 10
_lock = threading.Lock()
_kept: dict[tuple[int, int], tuple[float, Board]] = {}


def board(org: int, conference: int) -> Board:
    """Return the board of a conference, at most a moment old."""
    key, tick = (org, conference), clock.monotonic()
    with _lock:
        until, kept = _kept.get(key, (0.0, Board(conference)))
    if tick < until:
        return kept
    made = make(org, conference)
    took = clock.monotonic() - tick
    with _lock:
        _kept[key] = (clock.monotonic() + max(_FRESH_SECONDS, took * _SHARE), made)
    return made


def forget() -> None:
    """Drop what is kept; for tests."""
    with _lock:
        _kept.clear()


def make(org: int, conference: int) -> Board:
    """Read the board from the database."""
    tickets = tuple(_sold(row) for row in queries.rows("list_tickets", (org, conference)))
    mine: dict[int, list[Sold]] = defaultdict(list)
    for each in tickets:
        if each.contact is not None:
            mine[each.contact].append(each)
    grants = access.grants_of(org, sorted(mine), conference)
    invited = invitations(org, conference)
    buyers = {}
    for contact, owned in mine.items():
        given = tuple(grants.get(contact, ()))
        states = [each.state for each in given]
        fate = Fate(contact, {t.state for t in owned}, states, invited.get(contact))
        buyers[contact] = Buyer(contact, tuple(owned), fate, stage_of(fate), given)
    return Board(conference, tickets, buyers)


def invitations(org: int, conference: int) -> dict[int, Invitation]:
    """Return each contact's invitation: the one that came furthest, the first of equals.

    Normally there is one; a person who pressed "resend" made another.
    """
    opened = {row[0] for row in queries.rows("list_opened", (org,))}
    found: dict[int, Invitation] = {}
    for row in queries.rows("list_invitations", (org,)):
        invitation = _invitation(row, conference, opened)
        if invitation is None:
            continue
        before = found.get(invitation.contact)
        if before is None or rank(invitation) < rank(before):
            found[invitation.contact] = invitation
    return found


def _invitation(row: tuple[Any, ...], conference: int, opened: set[int]) -> Invitation | None:
    id_, contact, key, about, state, reason, created_at, accepted_at = row
    if not key.startswith(INVITATIONS):
        return None  # an addition is a short note to somebody who is invited already
    if about is not None and about != conference:
        return None
    created = queries.instant(created_at)
    if created is None:
        return None
    accepted = queries.instant(accepted_at)
    return Invitation(id_, contact, state, reason, created, accepted, id_ in opened)


def _sold(row: tuple[Any, ...]) -> Sold:
    id_, contact, state, sold_at, number, type_name, event, kind, refunded = row
    sold = queries.instant(sold_at)
    return Sold(id_, contact, state, sold, number, type_name, event, kind, bool(refunded))
