"""Reading the values of a line: each reader returns what we keep, or raises Wrong. Pure."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from postlude.activity.types import Campaign, campaign_of
from postlude.kernel import storable
from postlude.sources.history.types import Wrong

Reader = Callable[[Any], Any]
_ANCIENT = 1990
_EMAIL = re.compile(r"[^\s@/]+@[^\s@/]+\.[^\s@/]+")
_PHONE = re.compile(r"\+\d[\d .()-]{7,}\d")
_BIRTHDAY = re.compile(r"(?:\d{4}-)?(\d{2})-(\d{2})")
_PROPERTIES = 20
_LIST = 100
_BIGGEST = 2**31 - 1


def word(most: int, *, clean: bool = False) -> Reader:
    """Return a reader of a text of 1 to `most` letters; `clean`: without e-mails and phones."""

    def read(value: Any) -> str:
        if type(value) is int:
            value = str(value)
        if not isinstance(value, str) or not value or len(value) > most:
            raise Wrong("bad_value", hint=f"A text of 1 to {most} letters.")
        if clean and is_personal(value):
            raise Wrong("personal")
        return storable.text(value)

    return read


def is_personal(text: str) -> bool:
    """Say whether a text looks as if it held an e-mail or a phone number."""
    if "@" in text and _EMAIL.search(text):
        return True
    return "+" in text and bool(_PHONE.search(text))


def one_of(values: Iterable[str]) -> Reader:
    """Return a reader of one of these words."""
    known = frozenset(values)

    def read(value: Any) -> str:
        if not isinstance(value, str) or value not in known:
            raise Wrong("bad_value", hint=f"One of {', '.join(sorted(known))}.")
        return value

    return read


@lru_cache(maxsize=4096)
def _instant(value: str) -> datetime:
    at = datetime.fromisoformat(value)
    if at.tzinfo is None:
        raise ValueError("no zone")
    return storable.instant(at.astimezone(UTC))


def instant(value: Any) -> datetime:
    """Read an instant with its zone."""
    if not isinstance(value, str):
        raise Wrong("bad_time")
    try:
        at = _instant(value)
    except (ValueError, OverflowError):
        old = value[:4].isdecimal() and int(value[:4]) < _ANCIENT
        raise Wrong("ancient" if old else "bad_time") from None
    if at.year < _ANCIENT:
        raise Wrong("ancient")
    return at


def yes_or_no(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Wrong("bad_value", hint="true or false.")
    return value


def count(value: Any) -> int:
    """Read a whole number, 0 or more."""
    if type(value) is not int or not 0 <= value <= _BIGGEST:
        raise Wrong("bad_value", hint="A whole number, 0 or more.")
    return value


def amount(value: Any) -> str:
    """Read an amount in major units, as text: what it is worth the currency says."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise Wrong("bad_amount")
    text = str(value)
    if text.startswith("-"):
        raise Wrong("negative_amount")
    return text


def words(most: int, *, clean: bool = False) -> Reader:
    """Return a reader of a list of texts."""
    one = word(most, clean=clean)

    def read(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or len(value) > _LIST:
            raise Wrong("bad_value", hint=f"A list of at most {_LIST} texts.")
        return tuple(one(each) for each in value)

    return read


def birthday(value: Any) -> tuple[int, int]:
    """Read the month and the day; the year is not kept."""
    found = _BIRTHDAY.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise Wrong("bad_value", hint="Write MM-DD.")
    return int(found[1]), int(found[2])


class Page(NamedTuple):
    """An address without what follows `?` or `#`, and what it says of what brought the visitor."""

    url: str
    campaign: Campaign


def page(value: Any) -> Page:
    """Read an address of a page."""
    if not isinstance(value, str) or not value:
        raise Wrong("bad_value", hint="A text.")
    bare = re.split(r"[?#]", value, maxsplit=1)[0][:1000]
    if is_personal(bare):
        raise Wrong("personal")
    return Page(storable.text(bare), campaign_of(value))


def properties(value: Any) -> dict[str, str | int | float | bool]:
    """Read small facts about an event: nothing nested, nothing personal."""
    if not isinstance(value, dict) or len(value) > _PROPERTIES:
        raise Wrong("bad_value", hint=f"An object of at most {_PROPERTIES} plain values.")
    return {str(name)[:64]: _plain(each) for name, each in value.items()}


def _plain(value: Any) -> str | int | float | bool:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, str):
        if is_personal(value):
            raise Wrong("personal")
        return storable.text(value)[:200]
    if isinstance(value, bool | int):
        return value
    raise Wrong("bad_value", hint="Texts, numbers, true and false.")


def ignored(_: Any) -> None:
    """Take what an export wrote and nobody reads."""
