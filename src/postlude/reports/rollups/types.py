from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple


class What(StrEnum):
    """What became of a message; each is exactly one of them.

    A cancelled message is a blocked one, an expired one has failed. A text message that the vendor
    took and gave up later (`given_up`) counts as failed.
    """

    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    GIVEN_UP = "given_up"
    BLOCKED = "blocked"
    FAILED = "failed"
    UNKNOWN = "unknown"
    WAITING = "waiting"


SENT = frozenset({What.ACCEPTED, What.DELIVERED, What.BOUNCED})
BLOCKED = f"{What.BLOCKED}:"
"""What a blocked message is counted as begins with this; its reason follows."""
TEXTS = frozenset({"sms"})
"""Channels of which a code of failure, whenever it comes, says that nothing was sent."""
_STATES: Mapping[str, What] = {
    "queued": What.WAITING,
    "leased": What.WAITING,
    "sending": What.WAITING,
    "accepted": What.ACCEPTED,
    "delivered": What.DELIVERED,
    "bounced": What.BOUNCED,
    "blocked": What.BLOCKED,
    "cancelled": What.BLOCKED,
    "failed": What.FAILED,
    "expired": What.FAILED,
    "unknown": What.UNKNOWN,
}


def counted_as(channel: str, state: str, reason: str) -> str:
    """Return what a message in this state is counted as: a What, or blocked and why."""
    what = _STATES[state]
    if what is What.BLOCKED:
        return f"{BLOCKED}{'cancelled' if state == 'cancelled' else reason or 'other'}"[:48]
    if what is What.BOUNCED and channel in TEXTS:
        return What.GIVEN_UP.value
    return what.value


class CellKey(NamedTuple):
    """What a node did on a local day of the organisation."""

    node: str
    day: date


KINDS = (
    "opened_raw",
    "opened_human",
    "opened_filtered",
    "clicked_raw",
    "clicked_human",
    "clicked_filtered",
)
