"""Patterns on names: which kind an event is, which conference it belongs to. Pure.

A pattern is what an organiser would write: plain words match anywhere in the name, `*` stands for
anything, `?` for one letter; capitals and full-width forms make no difference.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from postlude.orders.types import Kind

ANSWERS = "ticket:"

DEFAULT_KINDS = (
    ("corporate", Kind.CORPORATE),
    ("企業", Kind.CORPORATE),
    ("reserved", Kind.RESERVED),
    ("預留", Kind.RESERVED),
    ("individual", Kind.INDIVIDUAL),
    ("個人", Kind.INDIVIDUAL),
)


def answers_subject(ticket: int) -> str:
    """Return the name under which `people` keeps a ticket's form: one spelling for all rooms."""
    return f"{ANSWERS}{ticket}"


def matches(pattern: str, name: str) -> bool:
    """Say whether the name fits the pattern; an empty pattern fits nothing."""
    return bool(pattern.strip()) and _compiled(pattern).search(fold(name)) is not None


def kind_of(name: str, rules: Iterable[tuple[str, str]]) -> str:
    """Return the kind of the first rule that fits, else OTHER."""
    return next((kind for pattern, kind in rules if matches(pattern, name)), Kind.OTHER)


def fold(text: str) -> str:
    """Return the name as it compares: capitals, full-width forms and blanks make no difference."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


@lru_cache(maxsize=1_000)
def _compiled(pattern: str) -> re.Pattern[str]:
    folded = fold(pattern)
    wild = "*" in folded or "?" in folded
    body = re.escape(folded).replace(r"\*", ".*").replace(r"\?", ".")
    return re.compile(rf"\A{body}\Z" if wild else body, re.DOTALL)
