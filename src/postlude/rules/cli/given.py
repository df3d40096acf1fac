"""Facts as a person writes them in JSON: money with its currency, moments as ISO 8601, lists."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from postlude.kernel.errors import N_, BadInput
from postlude.kernel.money import Money
from postlude.rules import raw, vocabulary
from postlude.rules.cli.reading import text_of
from postlude.rules.explaining.verdicts import Peek
from postlude.rules.facts import NOW, Context, Fact, Type, Value, civil_day, instant
from postlude.rules.kinds import Binding
from postlude.rules.language.suggesting import did_you_mean
from postlude.rules.parameters import YEARS

_CLAIMS = "claims"


@dataclass(frozen=True, slots=True)
class Given:
    """A context, and under `claims` what was seen of scarce things: true, false, or why not."""

    context: Context
    peeks: Mapping[str, Peek]


def read(path: Path, binding: Binding, *, now: datetime) -> Given:
    """Read a context for a rule at home in `binding`; `now` unless the file says another moment.

    Raises BadInput.
    """
    text = text_of(path)
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise BadInput(N_("{path} is no JSON."), path=path) from None
    if not isinstance(data, dict):
        raise BadInput(N_("A context is a JSON object of facts."))
    claims = data.pop(_CLAIMS, {})
    if not isinstance(claims, dict):
        raise BadInput(N_("`claims` is an object: true, false or a reason for each claim."))
    facts: dict[str, Value] = {NOW: instant(now)}
    for name, value in data.items():
        facts[name] = None if value is None else _value(_fact(name), value, binding)
    return Given(facts, {key: _peek(value) for key, value in claims.items()})


def _fact(name: str) -> Fact:
    fact = vocabulary.fact(name)
    if fact is None:
        hint = did_you_mean(name, vocabulary.FACTS)
        raise BadInput(N_("There is no fact “{name}”."), name=name, hint=hint)
    return fact


def _peek(value: Any) -> Peek:
    return Peek(False, value) if isinstance(value, str) else Peek(bool(value))


def _value(fact: Fact, value: Any, binding: Binding) -> Value:
    try:
        return _READERS[fact.type](value, binding)
    except (ValueError, TypeError):
        raise BadInput(
            N_("{name} cannot be {value}."),
            name=fact.name,
            value=json.dumps(value, ensure_ascii=False),
            hint=_SHAPES[fact.type],
        ) from None


def _money(value: Any, binding: Binding) -> int:
    if isinstance(value, str):
        amount, _, currency = value.strip().rpartition(" ")
        if currency != binding.currency:
            raise ValueError(currency)
        return Money.parse(amount, currency).minor
    return _whole(value, binding)


def _whole(value: Any, _binding: Binding) -> int:
    return raw.whole(value)


def _instant(value: Any, binding: Binding) -> int:
    moment = datetime.fromisoformat(value)
    if not YEARS[0] <= moment.year <= YEARS[1]:  # calendars end somewhere, and so do parameters
        raise ValueError(moment)
    return instant(moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(binding.zone)))


def _day(value: Any, _binding: Binding) -> int:
    return civil_day(date.fromisoformat(value))


def _text(value: Any, _binding: Binding) -> str:
    return raw.text(value)


def _flag(value: Any, _binding: Binding) -> bool:
    return raw.flag(value)


def _set(value: Any, binding: Binding) -> frozenset[str]:
    return frozenset(_text(each, binding) for each in raw.listed(value))


_READERS: Mapping[Type, Callable[[Any, Binding], Value]] = {
    Type.MONEY: _money,
    Type.INT: _whole,
    Type.INSTANT: _instant,
    Type.DAY: _day,
    Type.TEXT: _text,
    Type.FLAG: _flag,
    Type.SET: _set,
}
_SHAPES = {
    Type.MONEY: N_("Write “50.00 TWD”, in the rule's currency, or whole minor units."),
    Type.INT: N_("Write a whole number."),
    Type.INSTANT: N_("Write a moment, such as “2026-05-31T10:00”; without an offset it is local."),
    Type.DAY: N_("Write a day, such as “2026-05-31”."),
    Type.TEXT: N_("Write a text."),
    Type.FLAG: N_("Write true or false."),
    Type.SET: N_("Write a list of texts."),
}
