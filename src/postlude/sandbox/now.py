"""The vendors' clock. It is theirs, not ours: the product's fake clock never moves it."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment as an aware UTC time."""
    return datetime.now(UTC)


def epoch() -> float:
    """The present moment as seconds since 1970."""
    return now().timestamp()
