"""When a vendor fails again and again: stop, and try with a single message later."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

THRESHOLD = 20
FIRST_PAUSE = timedelta(seconds=5)
PROBE_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Breaker:
    """`failures` in a row; `opened` times in a row; closed again by one success."""

    failures: int = 0
    opened: int = 0
    open_until: datetime | None = None


def state(breaker: Breaker, now: datetime) -> Literal["closed", "open", "half-open"]:
    if breaker.open_until is None:
        return "closed"
    return "open" if now < breaker.open_until else "half-open"


def after(breaker: Breaker, answers: Iterable[bool], now: datetime) -> Breaker:
    """Return the breaker after these answers, in order; True is an answer that worked."""
    failures = breaker.failures
    succeeded = False
    for worked in answers:
        failures = 0 if worked else failures + 1
        succeeded = succeeded or worked
    probing = breaker.open_until is not None and not succeeded and failures > breaker.failures
    if failures >= THRESHOLD or probing:
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(breaker.opened, 10))
        return Breaker(failures, breaker.opened + 1, now + pause)
    if succeeded:
        return Breaker(failures)
    return Breaker(failures, breaker.opened, breaker.open_until)
