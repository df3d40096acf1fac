"""How far a buyer has come. Pure: the facts of the rooms come in, one word comes out."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Stage(StrEnum):
    """Where a buyer is on the way from sale to invitation; a buyer is at one of them."""

    REGISTERED = "registered"
    WAITING = "waiting"
    GRANTED = "granted"
    INVITED = "invited"
    DELIVERED = "delivered"
    OPENED = "opened"
    UNKNOWN = "unknown"
    FAILED = "failed"
    REFUNDED = "refunded"
    CANCELLED = "cancelled"


# A message that was accepted may have been read, whatever came of it afterwards.
ACCEPTED = frozenset({"accepted", "delivered"})
ON_ITS_WAY = frozenset({"queued", "leased", "sending"})
LOST = frozenset({"failed", "bounced", "blocked", "expired", "cancelled"})


@dataclass(frozen=True, slots=True)
class Invitation:
    """The message that invites one contact to one conference."""

    id: int
    contact: int
    state: str
    reason: str
    created_at: datetime
    accepted_at: datetime | None
    opened: bool = False


@dataclass(frozen=True, slots=True)
class Fate:
    """A contact's facts in one conference."""

    contact: int
    ticket_states: Collection[str]
    grant_states: Collection[str]
    invitation: Invitation | None


def is_granted(fate: Fate) -> bool:
    """Everything this buyer is entitled to has been given, and there was something to give."""
    return bool(fate.grant_states) and all(each == "granted" for each in fate.grant_states)


def stage_of(fate: Fate) -> Stage:
    """Return how far a buyer is; what a person must look at wins over what goes well."""
    if "paid" not in fate.ticket_states:
        return _without_ticket(fate.ticket_states)
    invitation = fate.invitation
    if invitation is not None and invitation.state not in ON_ITS_WAY:
        return _invited(invitation)
    if "failed" in fate.grant_states:
        return Stage.FAILED
    return Stage.GRANTED if is_granted(fate) else Stage.WAITING


def rank(invitation: Invitation) -> int:
    """Return how far a message came, 0 the furthest."""
    if invitation.opened or invitation.state in ACCEPTED:
        return 0
    if invitation.state in ON_ITS_WAY:
        return 1
    return 2 if invitation.state == "unknown" else 3


def _invited(invitation: Invitation) -> Stage:
    if invitation.state in LOST:
        return Stage.FAILED
    if invitation.state == "unknown":
        return Stage.OPENED if invitation.opened else Stage.UNKNOWN
    if invitation.opened:
        return Stage.OPENED
    return Stage.DELIVERED if invitation.state == "delivered" else Stage.INVITED


def _without_ticket(states: Collection[str]) -> Stage:
    if "refunded" in states:
        return Stage.REFUNDED
    return Stage.REGISTERED if "registered" in states else Stage.CANCELLED


def quantile(values: list[float], share: float) -> float | None:
    """Return the nearest-rank quantile of sorted values, or None of none."""
    if not values:
        return None
    return values[min(len(values) - 1, max(0, -(-int(share * 100) * len(values) // 100) - 1))]
