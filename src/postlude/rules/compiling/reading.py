"""Which facts an expression reads, and in which zones."""

from collections.abc import Iterator

from postlude.rules.facts import NOW, local_name
from postlude.rules.predicates import (
    Ago,
    AllOf,
    Anniversary,
    CalendarAgo,
    Computed,
    Constant,
    Negated,
    Predicate,
    SomeOf,
)


def facts_read(predicate: Predicate) -> frozenset[str]:
    """Return the names of all facts that its tests may look at."""
    return frozenset(_names(predicate))


def is_computed(predicate: Predicate) -> bool:
    """Say whether some test of it can be decided in Python only."""
    match predicate:
        case AllOf(children) | SomeOf(children):
            return any(map(is_computed, children))
        case Negated(child):
            return is_computed(child)
        case _:
            return isinstance(predicate, Computed)


def zones_read(names: frozenset[str]) -> frozenset[str]:
    """Return the zones of the local facts among `names` (`now.minute@Asia/Taipei`)."""
    local = (name.partition("@") for name in names)
    return frozenset(zone for name, _, zone in local if zone and name.startswith(f"{NOW}."))


def _names(predicate: Predicate) -> Iterator[str]:
    match predicate:
        case AllOf(children) | SomeOf(children):
            for child in children:
                yield from _names(child)
        case Negated(child):
            yield from _names(child)
        case Anniversary(fact=fact, zone=zone):
            yield from (fact, local_name("day", zone))
        case Ago(fact=fact) | CalendarAgo(fact=fact):
            yield from (fact, NOW)
        case Computed(facts=facts):
            yield from facts
        case Constant():
            return
        case _:
            yield predicate.fact
