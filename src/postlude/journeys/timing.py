"""How long a buyer is asked to wait. Pure."""

from datetime import timedelta
from math import ceil

_LEAST_MINUTES, _AFTER_POLL = 5, 2


def try_after(poll_every: timedelta) -> int:
    """Return the minutes after paying when it is worth trying: max(5, poll + 2)."""
    return max(_LEAST_MINUTES, ceil(poll_every.total_seconds() / 60) + _AFTER_POLL)
