"""What an expression says of a context: the judge of a `Computed` test."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from postlude.rules import vocabulary
from postlude.rules.compiling.verdicts import verdict
from postlude.rules.conditions.freshness import young
from postlude.rules.expressions import programs
from postlude.rules.expressions.scanning import facts_read
from postlude.rules.facts import NOW
from postlude.rules.predicates import Computed


@dataclass(frozen=True, slots=True)
class Judge:
    """Asks a text in CEL, compiled when it is asked first.

    What another system says is left out, so unknown, once it is older than `max_age` seconds.
    """

    text: str
    zone: str
    max_age: int

    def __call__(self, context: Mapping[str, Any]) -> bool | None:
        program = programs.compiled(self.text, self.zone)
        known = program.known(context)
        for name in self._stale(program.facts, context):
            known.pop(name, None)
        return program.verdict(known)

    def _stale(self, facts: Mapping[str, str], context: Mapping[str, Any]) -> list[str]:
        return [
            name
            for name, fact in facts.items()
            if is_provided(fact) and verdict(young(fact, self.max_age))(context) is not True
        ]


def computed(text: str, zone: str, max_age: int) -> Computed:
    """Return the test that a text is; CEL is not needed for it yet."""
    facts = set(facts_read(text, zone).values())
    for fact in tuple(facts):
        if is_provided(fact):
            facts |= {f"{fact}.as_of", NOW}
    return Computed(tuple(sorted(facts)), Judge(text, zone, max_age))


def is_provided(fact: str) -> bool:
    """Say whether another system must say a fact at the moment of asking, and only then."""
    found = vocabulary.FACTS.get(fact)
    return found is not None and found.provided
