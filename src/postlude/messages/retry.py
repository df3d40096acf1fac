"""What follows an answer. Reads only: definite or not, permanent or not, and the channel's traits.

Kept apart from everything else, so that the promise "never silently repeated on a channel that
costs money" can be read on one page.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from postlude.messages.types import OutcomeKind

MOST_ATTEMPTS = 22  # about two hours
# A buyer waits for the second try, and a vendor that fails now and then answers it.
BASE_SECONDS = 0.5
CAP_SECONDS = 900.0


@dataclass(frozen=True, slots=True)
class Situation:
    """`attempts` counts this one, unless it was a 429. `maybe_sent`: an earlier try is open.

    `key_ends`: until then the vendor knows the key of the try that is open, so that repeating is
    the way to learn what became of it, however many tries that takes. None: it has no end.
    """

    kind: OutcomeKind
    attempts: int
    maybe_sent: bool
    repeatable: bool
    throttled: bool
    deadline: datetime
    key_ends: datetime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    then: Literal["accepted", "again", "failed", "expired", "unknown"]
    due: datetime | None = None
    maybe_sent: bool = False


def backoff(attempts: int, jitter: float) -> timedelta:
    """Exponential, of which a random half (`jitter` in 0..1), so that failures spread out."""
    whole = min(CAP_SECONDS, BASE_SECONDS * 2 ** min(max(attempts - 1, 0), 30))
    return timedelta(seconds=whole / 2 + jitter * whole / 2)


def decide(
    it: Situation, now: datetime, jitter: float, retry_after: float | None = None
) -> Decision:
    if it.kind is OutcomeKind.ACCEPTED:
        return Decision("accepted")
    if it.kind is OutcomeKind.UNKNOWN and not it.repeatable:
        return Decision("unknown")
    maybe_sent = it.maybe_sent or it.kind is OutcomeKind.UNKNOWN
    if it.kind is OutcomeKind.FAILED:
        return Decision("unknown" if it.maybe_sent else "failed")
    key_ends = it.key_ends if maybe_sent else None
    if it.attempts >= MOST_ATTEMPTS and not it.throttled and key_ends is None:
        return Decision("unknown" if maybe_sent else "failed")
    wait = backoff(it.attempts, jitter)
    if retry_after is not None:
        asked = timedelta(seconds=retry_after)
        wait = asked if it.throttled else max(wait, asked)
    due = now + wait
    if due >= it.deadline or (key_ends is not None and due >= key_ends):
        return Decision("unknown" if maybe_sent else "expired")
    return Decision("again", due, maybe_sent)
