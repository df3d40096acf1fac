"""Whether our clock and the database's agree: holds and expiries are told by ours.

Two machines that disagree would let go of what another still holds. A clock that is faked on
purpose is its maker's business.
"""

from postlude.kernel import clock, store
from postlude.kernel.errors import N_, AppError

MOST_SECONDS = 2.0


class ClockSkewed(AppError):
    """Our clock and the database's differ."""

    code = "clock_skewed"
    http_status = 500
    message = N_("The clock is {seconds} seconds off the database's.")
    hint = N_("Run NTP on both machines, then start again.")


def seconds() -> float:
    """Return how far our clock is off the database's; 0 for a clock that is faked."""
    if clock.faked():
        return 0.0
    before = clock.now()
    theirs = store.db_now()
    after = clock.now()
    if before <= theirs <= after:
        return 0.0
    return min(abs((theirs - before).total_seconds()), abs((theirs - after).total_seconds()))


def check() -> None:
    """Raise ClockSkewed when it is more than two seconds."""
    off = seconds()
    if off > MOST_SECONDS:
        raise ClockSkewed(seconds=f"{off:.0f}")
