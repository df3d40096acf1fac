"""What parameters are made of: texts that both databases can hold, money, counts, local moments.

Each reads what YAML and JSON write (lists, "50.00 TWD") and writes the same again, so a stored
version reads back equal.
"""

import re
from datetime import date, datetime, time
from typing import Annotated, Any

from django.utils.translation import gettext as _
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

from postlude.kernel.errors import MoneyError
from postlude.kernel.money import Money

MOST_NAMES = 5_000  # values of one leaf; all leaves of a rule must fit into one SQL statement
# What one entry of the points ledger moves at most: a rule never promises what cannot be confirmed.
MOST_GIVEN = 10**15
MOST_TAKEN = 10**9  # units of something scarce; those of many rules together stay in 64 bits
BIGGEST = 2**62  # far from the ends of a 64-bit column, so that a sum with `now` still fits
YEARS = (1970, 2200)
_MONEY = re.compile(r"\s*([+-]?[\d,]+(?:\.\d+)?)\s+([A-Za-z]{3})\s*")


def storable(text: str) -> str:
    """PostgreSQL stores neither NUL nor half a surrogate pair."""
    if "\0" in text or any("\ud800" <= each <= "\udfff" for each in text):
        raise ValueError(_("a text may hold neither NUL nor half a character"))
    return text


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list | set | frozenset) else value


def _distinct(values: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(values))


def _money(value: Any) -> Any:
    if isinstance(value, Money):
        return value
    found = _MONEY.fullmatch(value) if isinstance(value, str) else None
    if found is None:  # also a number: nobody knows of which currency, nor of which unit
        raise ValueError(_('write money as "50.00 TWD"'))
    try:
        return Money.parse(*found.groups())
    except MoneyError as error:
        raise ValueError(error.text()) from None


def _bounded(money: Money) -> Money:
    if abs(money.minor) > MOST_GIVEN:
        raise ValueError(_("this amount is too large"))
    return money


def _not_negative(money: Money) -> Money:
    if money.minor < 0:
        raise ValueError(_("an amount of a sale is not negative"))
    return money


def _positive(money: Money) -> Money:
    if money.minor == 0:
        raise ValueError(_("give more than nothing"))
    return money


def _day(value: Any) -> Any:
    return _read(date.fromisoformat, value, "2026-05-31")


def _moment(value: Any) -> Any:
    """A day, or a local moment without an offset: the zone is the rule's."""
    if isinstance(value, str) and len(value) > len("2026-05-31"):
        value = _read(datetime.fromisoformat, value, "2026-05-31T10:00")
    else:
        value = _day(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        raise ValueError(_("give the local time without an offset; the zone is the rule's"))
    if isinstance(value, date) and not YEARS[0] <= value.year <= YEARS[1]:
        raise ValueError(_("give a year from 1970 to 2200"))
    return value


def _hour(value: Any) -> Any:
    value = _read(time.fromisoformat, None if isinstance(value, date) else value, "22:00")
    if isinstance(value, time) and (value.second or value.microsecond or value.tzinfo):
        raise ValueError(_("hours are given to the minute, without an offset"))
    return value


def _read(reader: Any, value: Any, example: str) -> Any:
    if isinstance(value, date | time):
        return value
    try:
        return reader(value)
    except (TypeError, ValueError):
        raise ValueError(_('write it as "{example}"').format(example=example)) from None


def _iso(value: date | time) -> str:
    return value.isoformat(timespec="minutes") if isinstance(value, time) else value.isoformat()


_ISO = PlainSerializer(_iso, return_type=str)

Text = Annotated[
    str,
    StringConstraints(min_length=1, max_length=200, strip_whitespace=True),
    AfterValidator(storable),
]
Texts = Annotated[
    tuple[Text, ...],
    BeforeValidator(_as_tuple),
    AfterValidator(_distinct),
    Field(min_length=1, max_length=MOST_NAMES),
]
AnyTexts = Annotated[
    tuple[Text, ...],
    BeforeValidator(_as_tuple),
    AfterValidator(_distinct),
    Field(max_length=MOST_NAMES),
]
Amount = Annotated[
    Money,
    BeforeValidator(_money),
    AfterValidator(_bounded),
    AfterValidator(_not_negative),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _MONEY.pattern, "examples": ["50.00 TWD"]}),
]
Price = Annotated[Amount, AfterValidator(_positive)]
Whole = Annotated[int, Field(ge=-BIGGEST, le=BIGGEST)]
Count = Annotated[int, Field(ge=0, le=BIGGEST)]
Given = Annotated[int, Field(ge=1, le=MOST_GIVEN)]
Taken = Annotated[int, Field(ge=1, le=MOST_TAKEN)]
Days = Annotated[int, Field(ge=0, le=36_525)]
Day = Annotated[
    date, BeforeValidator(_day), _ISO, WithJsonSchema({"type": "string", "format": "date"})
]
Moment = Annotated[
    datetime | date,
    BeforeValidator(_moment),
    _ISO,
    WithJsonSchema({"type": "string", "examples": ["2026-05-31", "2026-05-31T10:00"]}),
]
Hour = Annotated[
    time,
    BeforeValidator(_hour),
    _ISO,
    WithJsonSchema({"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9]$"}),
]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._-]{0,99}$")]


def listed(names: tuple[str, ...], most: int = 5) -> str:
    """Return names for people: "a, b and 3 more" as "a, b … (+3)"."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} … (+{len(names) - most})"
