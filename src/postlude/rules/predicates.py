"""What every pure condition is made of: a few tests of one fact each, joined by and, or, not.

A condition kind turns its parameters into one of these; closure, bitmask, SQL and explanation are
then made from it by the same code for all kinds. Logic is Kleene's: a fact that is None makes its
test unknown, and a rule matches on true only.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Range:
    """`low <= fact < high` for whole numbers; None leaves that side open."""

    fact: str
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class OneOf:
    """A text (or whole number) fact is among `values`; of none, it never is (but unknown stays)."""

    fact: str
    values: frozenset[str] | frozenset[int]


@dataclass(frozen=True, slots=True)
class Meets:
    """A set fact shares an element with `values`."""

    fact: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class Is:
    """A flag fact is true."""

    fact: str


@dataclass(frozen=True, slots=True)
class Ago:
    """`low <= now - fact < high`, in microseconds, for an instant; None leaves that side open."""

    fact: str
    low: int | None = None
    high: int | None = None


@dataclass(frozen=True, slots=True)
class CalendarAgo:
    """An instant lies between two spans ago, both ends left out, by the calendar of `zone`.

    A span is (months, days) and is counted back from `now` on the wall clock (`calendars.back`);
    None leaves that side open. ((3, 0), (0, 28)) is less than 3 months and more than 4 weeks ago.
    """

    fact: str
    zone: str
    older: tuple[int, int] | None = None
    newer: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Anniversary:
    """A month-and-day fact (month x 100 + day) comes round near today.

    Today is the civil day of `now` in `zone`; the anniversary lies from `before` days ahead of it
    to `after` days behind it (both inclusive, at most 366 together). 0229 is kept on 0228 in years
    without it: `calendars.kept_on` says what a day keeps.
    """

    fact: str
    zone: str
    before: int
    after: int


@dataclass(frozen=True, slots=True)
class Computed:
    """What `judge` makes of some facts, by whatever means: true, false or unknown (None).

    It is asked with a complete context, looks at nothing but `facts`, and answers the same to the
    same. Two are one test when their judges are equal. No index and no SQL can answer it: closures
    decide, and an audience cannot be chosen by it.
    """

    facts: tuple[str, ...]
    judge: Callable[[Mapping[str, Any]], bool | None]


@dataclass(frozen=True, slots=True)
class Constant:
    """True, false or unknown whatever the facts."""

    value: bool | None


@dataclass(frozen=True, slots=True)
class AllOf:
    children: tuple["Predicate", ...]


@dataclass(frozen=True, slots=True)
class SomeOf:
    children: tuple["Predicate", ...]


@dataclass(frozen=True, slots=True)
class Negated:
    child: "Predicate"


Test = Range | OneOf | Meets | Is | Ago | CalendarAgo | Anniversary | Computed | Constant
Predicate = Test | AllOf | SomeOf | Negated
