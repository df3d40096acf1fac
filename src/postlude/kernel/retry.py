"""When to try again: exponential back-off with jitter, decided apart from everything else."""

import random
from datetime import timedelta

BASE_SECONDS = 1.0
CAP_SECONDS = 600.0
MOST_ATTEMPTS = 12


def delay(attempt: int, *, base: float = BASE_SECONDS, cap: float = CAP_SECONDS) -> timedelta:
    """Return how long to wait after failed try number `attempt` (from 1).

    Doubles from `base` to `cap` seconds and takes a random half of it ("equal jitter"), so that
    many workers that failed together do not return together.
    """
    whole = min(cap, base * 2 ** min(attempt - 1, 30))
    return timedelta(seconds=whole / 2 + random.random() * whole / 2)  # noqa: S311


def is_spent(attempt: int) -> bool:
    """Say whether a row has been tried often enough to be shown to a person instead."""
    return attempt >= MOST_ATTEMPTS
