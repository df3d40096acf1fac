"""The same condition in CEL, judged by Google's own implementation.

CEL has no unknown, but its `&&`, `||` and `!` treat an error exactly as Kleene's logic treats
unknown, and a name without a value is an error. So a fact that is None is left out. What CEL cannot
say without being told the answer (calendars, anniversaries) is not translated.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cel_expr_python import cel

from postlude.rules.predicates import (
    Ago,
    AllOf,
    Anniversary,
    CalendarAgo,
    Computed,
    Constant,
    Is,
    Meets,
    Negated,
    OneOf,
    Predicate,
    Range,
    SomeOf,
)

_NOTHING = "nothing"


class NotInCel(Exception):
    """The condition asks for a calendar, or is no plain test."""


def verdict(predicate: Predicate, context: Mapping[str, Any]) -> bool | None:
    """Raises NotInCel."""
    text, types = translated(predicate)
    given = {
        _name(fact): list(value) if isinstance(value, frozenset) else value
        for fact, value in context.items()
        if value is not None and _name(fact) in types
    }
    environment, program = _program(text, tuple(sorted(types.items())))
    found = program.eval(environment.Activation(given))
    return found.value() if found.type() == cel.Type.BOOL else None


def translated(predicate: Predicate) -> tuple[str, dict[str, str]]:
    """Return the expression and the types of its names. Raises NotInCel."""
    types = {_NOTHING: "bool"}
    return _text(predicate, types), types


@lru_cache(maxsize=512)
def _program(text: str, types: tuple[tuple[str, str], ...]) -> Any:
    environment = cel.NewEnv(variables={name: cel.Type(kind) for name, kind in types})
    return environment, environment.compile(text)


def _text(predicate: Predicate, types: dict[str, str]) -> str:
    match predicate:
        case Negated(child):
            return f"!({_text(child, types)})"
        case AllOf(children) | SomeOf(children):
            sign, empty = (" && ", "true") if isinstance(predicate, AllOf) else (" || ", "false")
            return sign.join(f"({_text(child, types)})" for child in children) or empty
        case Constant(value):
            return {True: "true", False: "false", None: _NOTHING}[value]
        case Anniversary() | CalendarAgo() | Computed():
            raise NotInCel
        case _:
            return _test(predicate, types)


def _test(test: Range | OneOf | Meets | Is | Ago, types: dict[str, str]) -> str:
    name = _name(test.fact)
    match test:
        case Range(low=low, high=high):
            types[name] = "int"
            return _between(name, low, high)
        case Ago(low=low, high=high):
            types |= {name: "int", "now": "int"}
            return _between(f"(now - {name})", low, high)
        case OneOf(values=values):
            kinds = {"string" if isinstance(value, str) else "int" for value in values}
            if types.get(name, "dyn") == "dyn":
                types[name] = kinds.pop() if kinds else "dyn"
            return f"{name} in {_list(values)}" if values else f"{name} != {name}"
        case Meets(values=values):
            types[name] = "list<string>"
            return f"{name}.exists(each, {f'each in {_list(values)}' if values else 'false'})"
        case Is():
            types[name] = "bool"
            return name


def _between(name: str, low: int | None, high: int | None) -> str:
    known = f"{name} == {name}"
    return " && ".join(
        (known, *([] if low is None else [f"{name} >= {low}"]), *([] if high is None else [f"{name} < {high}"]))
    )  # fmt: skip


def _list(values: frozenset[str] | frozenset[int]) -> str:
    quoted = (f'"{value}"' if isinstance(value, str) else str(value) for value in values)
    return f"[{', '.join(sorted(quoted))}]"


def _name(fact: str) -> str:
    """Return a name CEL can have; a letter in front keeps it from being one of its words."""
    if fact == "now":
        return fact
    return "f_" + "".join(each if each.isalnum() and each.isascii() else "_" for each in fact)
