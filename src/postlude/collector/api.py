"""What `wiring` and the rooms above may ask of the collector, beside its app."""

from postlude.collector import rush
from postlude.collector.arrivals import TOUCHES
from postlude.collector.hearing import LETTERS
from postlude.collector.lying import (
    Decided,
    LyingHit,
    again,
    content,
    decided,
    doctor,
    drop,
    left_lying,
    lying,
    waiting,
)
from postlude.kernel.jobs import Budget

__all__ = (
    "Decided",
    "LyingHit",
    "again",
    "content",
    "decided",
    "doctor",
    "drop",
    "left_lying",
    "lying",
    "take_in",
    "waiting",
)


def take_in(budget: Budget) -> int:
    """Take in what was put aside in a rush; return how many hits that were."""
    return rush.take_in((TOUCHES, LETTERS), budget)
