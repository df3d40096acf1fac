"""Expressions compiled by CEL, and asked. CEL is imported when the first one is.

CEL has no unknown, but an error, and its `&&`, `||` and `!` treat an error exactly as Kleene's
logic treats unknown. So a fact that is not known is left out, which makes its name an error; and
whatever CEL cannot finish (an overflow, a division by zero, a loop that is too long) is unknown.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any

from postlude.kernel.errors import N_
from postlude.rules import vocabulary
from postlude.rules.errors import ExtraMissing
from postlude.rules.expressions import names, values
from postlude.rules.expressions.mistakes import Mistake
from postlude.rules.expressions.scanning import facts_read

EXTRA = "cel"
_PLACED = re.compile(r"^(?:[A-Z_]+: )?ERROR: <input>:(-?\d+):(-?\d+): (.*)$", re.MULTILINE)
_KEPT = 1_024  # compiled texts in one process


def cel() -> Any:
    """Return the library: an extra, imported at first use. Raises ExtraMissing."""
    try:
        return import_module("cel_expr_python.cel")
    except ImportError:
        raise ExtraMissing(what=N_("The condition “expr”"), extra=EXTRA) from None


class Wrong(ValueError):
    """CEL does not accept the text; `mistakes` are all that it says about it."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__(mistakes)
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class Program:
    """A text that CEL accepted. `facts` are those it reads, by the names that it says."""

    facts: Mapping[str, str]
    environment: Any
    expression: Any
    verdict_type: Any

    def verdict(self, known: Mapping[str, Any]) -> bool | None:
        """Return what the text says of values by name, as `values.as_said` makes them."""
        try:
            found = self.expression.eval(self.environment.Activation(known))
        except RuntimeError:  # a loop over its budget
            return None
        return bool(found.value()) if found.type() == self.verdict_type else None

    def known(self, context: Mapping[str, Any]) -> dict[str, Any]:
        """Return the facts of a context that are known and can be said, by name."""
        said = (
            (name, values.as_said(context[fact], _type(fact))) for name, fact in self.facts.items()
        )
        return {name: value for name, value in said if value is not None}


@lru_cache(maxsize=_KEPT)
def compiled(text: str, zone: str) -> Program:
    """Return the program of a text. Raises Wrong and ExtraMissing.

    Only the facts that the text names are declared, so CEL itself sees to it that there are no
    others.
    """
    library, facts = cel(), facts_read(text, zone)
    types = {name: library.Type(names.TYPES[_type(fact)]) for name, fact in facts.items()}
    environment = library.NewEnv(variables=types)
    try:
        expression = environment.compile(text)
    except RuntimeError as error:
        raise Wrong(tuple(_mistakes(str(error)))) from None
    if expression.return_type() != library.Type.BOOL:
        raise Wrong((Mistake.of_type(expression.return_type().name()),))
    return Program(facts, environment, expression, library.Type.BOOL)


def _type(fact: str) -> Any:
    found = vocabulary.fact(fact)
    if found is None:
        raise LookupError(fact)
    return found.type


def _mistakes(said: str) -> Iterator[Mistake]:
    placed = dict.fromkeys(_PLACED.findall(said))
    for line, column, words in placed:
        yield Mistake(words.removesuffix(" [INVALID_ARGUMENT]"), max(int(line), 0), int(column))
    if not placed:
        yield Mistake(said.partition(": ")[2].partition(" [")[0] or said)
