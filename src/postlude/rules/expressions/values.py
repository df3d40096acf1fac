"""Facts as CEL takes them. Pure.

What does not fit (a number beyond 64 bits, a moment before the year 1, a set of hundreds) is
unknown: a part of it could say the opposite of the whole.
"""

from datetime import datetime, timedelta

from postlude.rules.facts import EPOCH, Type, Value

# Together with the length of an expression they bound what it can cost: a loop over a set may
# compare the whole set at each turn. With 1,000 of both that took three seconds, so less.
MOST_ELEMENTS = 200
LONGEST_TEXT = 200  # characters
_LEAST, _MOST = -(2**63), 2**63 - 1

Said = int | str | bool | datetime | list[str]


def as_said(value: Value, of: Type) -> Said | None:  # noqa: PLR0911 - one a type
    """Return a fact's value, or None for one that is unknown, of another type, or too large."""
    match value, of:
        case bool(), Type.FLAG:
            return value
        case bool(), _:
            return None
        case int(), Type.INSTANT:
            return _moment(value)
        case int(), Type.MONEY | Type.INT | Type.DAY:
            return value if _LEAST <= value <= _MOST else None
        case str(), Type.TEXT:
            return value if _fits(value) else None
        case frozenset(), Type.SET:
            fits = len(value) <= MOST_ELEMENTS and all(map(_fits, value))
            return sorted(value) if fits else None
        case _:
            return None


def _moment(value: int) -> datetime | None:
    try:
        return EPOCH + timedelta(microseconds=value)
    except OverflowError:
        return None


def _fits(text: str) -> bool:
    return len(text) <= LONGEST_TEXT and not any("\ud800" <= each <= "\udfff" for each in text)
