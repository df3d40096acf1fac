"""The only clock. Business time comes from here, so that a whole month can run on a fake one.

Leases are the exception: they use database time (`kernel.store.db_now`) and are never faked.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Anything that can say what time it is, as an aware UTC instant."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FrozenClock:
    """A clock that moves only when told; for tests and for the time machine."""

    def __init__(self, start: datetime) -> None:
        if start.tzinfo is None:
            raise ValueError("a clock needs an aware instant")
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def advance(self, **delta: float) -> datetime:
        """Move forward by `timedelta(**delta)` and return the new instant."""
        self._now += timedelta(**delta)
        return self._now


_clock: Clock = SystemClock()


def now() -> datetime:
    """Return the current business time as an aware UTC instant."""
    return _clock.now()


def monotonic() -> float:
    """Return seconds that only grow, for measuring durations."""
    return time.monotonic()


def faked() -> bool:
    """Say whether business time is another than the machine's, on purpose."""
    return not isinstance(_clock, SystemClock)


@contextmanager
def use(clock: Clock) -> Iterator[Clock]:
    """Use another clock in this process until the block ends."""
    global _clock  # noqa: PLW0603 - the one switch, swapped only by tests and the time machine
    before, _clock = _clock, clock
    try:
        yield clock
    finally:
        _clock = before
