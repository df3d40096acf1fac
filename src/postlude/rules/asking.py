"""Raw facts from outside, each looked at before any rule is asked. Pure.

Names are those of `vocabulary`. What is known of members and of the calendar is looked up, never
taken from outside. Every mistake is told at once, each with a JSON pointer.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from postlude.kernel.errors import MoneyError
from postlude.kernel.money import Money
from postlude.rules import raw, vocabulary
from postlude.rules.errors import BadAsk
from postlude.rules.facts import Fact, Type, Value, instant

_LARGEST = 2**53  # what JSON and everybody's screens can count to
_LONGEST, _MOST = 200, 1_000
_NAME = re.compile(r"[a-z_]{1,40}(\.as_of)?")
_HINTS = {
    "unknown_fact": "Known facts: {names}.",
    "looked_up": "Name the contact: what is known of members is looked up.",
    "wrong_type": "See docs/reference/http-api.md for how each fact is written.",
    "wrong_currency": "Rules here count in {currency}.",
}


class _WrongCurrency(ValueError):
    pass


def read_facts(given: Mapping[str, Any], currency: str) -> dict[str, Value]:
    """Return the facts of a JSON object, checked for name, type and unit.

    Money is {"amount": "50.00", "currency": "CNY"} in `currency`, a moment ISO 8601 with its
    offset, a set a list of texts; numbers are whole. Raises BadAsk with every mistake in its
    fields, by JSON pointer.
    """
    read: dict[str, Value] = {}
    faults: dict[str, str] = {}
    for name, value in given.items():
        fault = _read_one(name, value, currency, read)
        if fault:
            place = f"/facts/{name}" if _NAME.fullmatch(name) else "/facts"
            faults[place] = fault
    if faults:
        names = ", ".join(
            sorted(each for each, fact in vocabulary.FACTS.items() if _is_asked(fact))
        )
        hints = [_HINTS[each] for each in dict.fromkeys(faults.values())]
        hint = " ".join(hints).format(names=names, currency=currency)
        raise BadAsk("These facts cannot be used.", hint=hint, **faults)
    return read


def _read_one(name: str, value: Any, currency: str, read: dict[str, Value]) -> str:
    """Read one fact; return what is wrong with it, or ""."""
    fact = vocabulary.fact(name)
    if fact is None:
        return "unknown_fact"
    if not _is_asked(fact):
        return "looked_up"
    try:
        read[name] = None if value is None else _READERS[fact.type](value, currency)
    except _WrongCurrency:
        return "wrong_currency"
    except (MoneyError, ValueError, TypeError, OverflowError):
        return "wrong_type"
    return ""


def _is_asked(fact: Fact) -> bool:
    return not fact.of_contact


def _money(value: Any, currency: str) -> int:
    if not isinstance(value, dict) or set(value) != {"amount", "currency"}:
        raise TypeError
    if not isinstance(value["amount"], str) or not isinstance(value["currency"], str):
        raise TypeError
    if value["currency"] != currency:
        raise _WrongCurrency
    return _in_range(Money.parse(value["amount"], currency).minor)


def _whole(value: Any, _currency: str) -> int:
    return _in_range(raw.whole(value))


def _in_range(value: int) -> int:
    if not 0 <= value <= _LARGEST:
        raise ValueError
    return value


def _instant(value: Any, _currency: str) -> int:
    moment = datetime.fromisoformat(_text(value, ""))
    if moment.tzinfo is None:
        raise ValueError
    return instant(moment)


def _text(value: Any, _currency: str) -> str:
    if len(raw.text(value)) > _LONGEST:
        raise ValueError
    return raw.text(value)


def _flag(value: Any, _currency: str) -> bool:
    return raw.flag(value)


def _set(value: Any, currency: str) -> frozenset[str]:
    if len(raw.listed(value)) > _MOST:
        raise ValueError
    return frozenset(_text(each, currency) for each in value)


_READERS: Mapping[Type, Callable[[Any, str], Value]] = {
    Type.MONEY: _money,
    Type.INT: _whole,
    Type.INSTANT: _instant,
    Type.DAY: _whole,
    Type.TEXT: _text,
    Type.FLAG: _flag,
    Type.SET: _set,
}
