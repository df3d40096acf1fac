"""What facts are called in an expression, and of which type they are there. Pure.

A fact keeps its name, dots and all: `amount`, `member.level`, `orders_before.as_of`. Only two
families have signs that no identifier has: a balance `member.balance:bonus:TWD` is said as
`member.balance.bonus.TWD`, and the calendar `now.weekday@Asia/Taipei` as `now.weekday`, since the
zone is the rule's.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from postlude.rules import vocabulary
from postlude.rules.facts import LOCAL, NOW, Type, local_name

TYPES: Mapping[Type, str] = MappingProxyType(
    {
        Type.MONEY: "int",
        Type.INT: "int",
        Type.INSTANT: "timestamp",
        Type.DAY: "int",
        Type.TEXT: "string",
        Type.FLAG: "bool",
        Type.SET: "list<string>",
    }
)
_BALANCE = vocabulary.BALANCE.removesuffix(":").split(".")
_LOCAL = {f"{NOW}.{what}": what for what in LOCAL}
_AS_OF = {f"{each.name}.as_of" for each in vocabulary.FACTS.values() if each.provided}


def known() -> tuple[str, ...]:
    """Return the names that an expression may use; balances by the one that is always there."""
    balance = ".".join((*_BALANCE, "points"))
    return tuple(sorted({*vocabulary.FACTS, *_AS_OF, *_LOCAL, balance}))


def said_first(path: Sequence[str], zone: str) -> tuple[str, str] | None:
    """Return the longest name that `path` begins with, and its fact; None where it has none.

    `member.tags.exists(…)` begins with `member.tags`.
    """
    for length in range(len(path), 0, -1):
        fact = _fact(path[:length], zone)
        if fact is not None:
            return ".".join(path[:length]), fact
    return None


def _fact(path: Sequence[str], zone: str) -> str | None:
    said = ".".join(path)
    if said in _LOCAL:
        return local_name(_LOCAL[said], zone)
    if said in vocabulary.FACTS or said in _AS_OF:
        return said
    match path[len(_BALANCE) :] if list(path[: len(_BALANCE)]) == _BALANCE else ():
        case ("points",):
            return f"{vocabulary.BALANCE}points"
        case ("bonus", currency):
            return f"{vocabulary.BALANCE}bonus:{currency}"
    return None
