"""Many messages that leave as one: a dispatch from its opening to its end."""

from collections.abc import Collection, Sequence
from datetime import datetime

from postlude.messages import (
    dispatch_members,
    dispatching,
    pieces,
    settle,
)
from postlude.messages.types import (
    DispatchFact,
    DispatchState,
    Filled,
    Leased,
    NewDispatch,
    Outcome,
    Piecewise,
    State,
)


def start_dispatch(org: int, new: NewDispatch, *, now: datetime) -> DispatchFact:
    """Open a dispatch, or return the one that has this key."""
    return dispatching.start(org, new, now=now)


def add_to_dispatch(it: DispatchFact, contacts: Sequence[int], *, now: datetime) -> int:
    """Write a message for each contact, once; a repetition changes nothing."""
    return dispatch_members.add(it.org, it, contacts, now=now)


def freeze_dispatch(it: DispatchFact, *, step: str) -> DispatchFact:
    """Say that its members are all written down, so that it goes on its way from `step`."""
    dispatching.freeze(it.org, it.id, count=dispatch_members.count(it.id), step=step)
    return dispatching.by_key(it.org, it.key)


def dispatch(org: int, key: str) -> DispatchFact:
    """Return a dispatch; raise UnknownDispatch."""
    return dispatching.by_key(org, key)


def dispatches(org: int, *, limit: int = 50) -> list[DispatchFact]:
    """Return the newest dispatches."""
    return dispatching.newest(org, limit=limit)


def dispatch_counts(it: DispatchFact) -> dict[str, int]:
    """Return how many of its messages are in which state."""
    return dispatch_members.by_state(it.id)


def take_dispatch(senders: Collection[int], *, owner: str, now: datetime) -> DispatchFact | None:
    """Claim one dispatch of these senders that is due; None while the epoch is held."""
    return dispatching.take_one(senders, owner=owner, now=now)


note_dispatch = dispatching.note
with_vendor = dispatching.changed_vendor
let_go_of_dispatch = dispatching.let_go
lists_today = dispatching.listed_today
take_members = dispatch_members.take
screen_members = dispatch_members.screen
members_going = dispatch_members.going
contacts_going = dispatch_members.contacts_going
mark_dispatch_sending = dispatch_members.mark_sending
unmark_dispatch_sending = dispatch_members.unmark


def fill_pieces(leased: Sequence[Leased]) -> tuple[list[Filled], list[Outcome]]:
    """Return each member's pieces, and a failure for each whose pieces cannot be made."""
    return pieces.fill(leased)


def in_pieces(org: int, version: int, locale: str) -> Piecewise:
    """Return a text in pieces; raise NotSplittable."""
    return pieces.apart(org, version, locale)


def dispatch_messages(it: DispatchFact, contacts: Sequence[int]) -> dict[int, int]:
    """Return the messages of these contacts in a dispatch."""
    return dispatch_members.by_contact(it.id, contacts)


def fail_members(it: DispatchFact, failures: Sequence[Outcome], *, now: datetime) -> None:
    """Settle members whose text cannot be made."""
    owner = dispatch_members.owner_of(it.id)
    settle.settle_many(it.sender, failures, owner=owner, now=now)


def finish_dispatch(
    it: DispatchFact, state: DispatchState, outcome: Outcome, *, reason: str = "", now: datetime
) -> None:
    """Settle its messages (`outcome` for those on the wire), and say that it is over.

    Raises DispatchLost, before anything is settled, when somebody else works on it by now.
    """
    it = dispatching.note(it)
    dispatch_members.settle_all(it, outcome, now=now)
    rest = State.CANCELLED if state is DispatchState.SENT else State.FAILED
    words = reason or "the announcement left without this message"
    dispatch_members.end_rest(it, rest, reason=words, now=now)
    dispatching.finish(it, state, reason=reason, now=now)


def cancel_dispatch(org: int, key: str, *, actor: str, now: datetime) -> DispatchFact:
    """Stop a dispatch that the vendor cannot have sent yet; raise NotAllowed afterwards."""
    return dispatching.cancel(org, key, actor=actor, now=now)
