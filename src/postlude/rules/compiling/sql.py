"""A predicate as SQL: bound parameters only, the same text on both engines, Kleene's logic exactly.

SQL's own AND, OR and NOT are Kleene's. What breaks it is made so that it cannot: no `NOT IN`, no
comparison of one type with another, no COALESCE around a test, a NULL that stays NULL where a test
is decided beforehand, bounds that a 64-bit column cannot reach left out. `now` is in parameters
only, so a rule has one text however late it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from postlude.kernel import store
from postlude.rules import calendars
from postlude.rules.compiling import spans
from postlude.rules.compiling.completing import Completion
from postlude.rules.compiling.reading import facts_read
from postlude.rules.compiling.verdicts import verdict
from postlude.rules.facts import NOW, Context, date_of, local_name
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

_LEAST, _MOST = -(2**63), 2**63 - 1
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // timedelta(microseconds=1)
_YEAR = 366


class Stored(StrEnum):
    """How a column holds its fact."""

    WHOLE = "whole"  # any integer column
    TEXT = "text"
    FLAG = "flag"  # boolean (0 and 1 on SQLite)
    INSTANT = "instant"  # as Django stores an aware DateTimeField


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of SQL with `%s` marks and what goes there, in their order."""

    sql: str
    params: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """The expression that holds a fact; its parameters come with it."""

    sql: str
    stored: Stored
    params: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True)
class Elements:
    """A set fact, held as rows of its own: `SELECT 1 FROM {rows} AND {element} IN (…)`.

    `rows` names a view and ends in a WHERE that ties it to the row outside. `known` is a boolean
    expression that is not true where the whole set is unknown; None: it never is. `each` asks for
    one look a row: PostgreSQL otherwise gathers everybody with the word first, which pays where
    many rows are left to look at and costs four times as much where few are.
    """

    rows: str
    element: str
    params: tuple[Any, ...] = ()
    known: str | None = None
    each: bool = False


Columns = Mapping[str, Column | Elements]
TRUE, FALSE = Fragment("TRUE"), Fragment("FALSE")
UNKNOWN = Fragment("CAST(NULL AS boolean)")


def condition(predicate: Predicate, columns: Columns, context: Context) -> Fragment:
    """Return a boolean expression: true, false or NULL exactly as the predicate is.

    `columns` are the facts that differ from row to row; `context` says the others, once for all
    rows, and `now`, which must be among them. A fact that is in neither is unknown.
    """
    complete = Completion(facts_read(predicate) | {NOW}).complete(context)
    return _Writer(columns, complete).write(predicate)


def necessary(predicate: Predicate, row: Context, facts: Iterable[str]) -> bool:
    """Say whether the predicate can hold only where `facts` are otherwise than `row` says.

    `row` is what a missing row stands for (no orders): when this is true, rows without one need
    not be looked at, whatever all other facts are.
    """
    return not _possible(predicate, row, frozenset(facts), wanted=True)


def _possible(predicate: Predicate, row: Context, facts: frozenset[str], *, wanted: bool) -> bool:
    match predicate:
        case Negated(child):
            return _possible(child, row, facts, wanted=not wanted)
        case AllOf(children) | SomeOf(children):
            each = (_possible(child, row, facts, wanted=wanted) for child in children)
            return all(each) if isinstance(predicate, AllOf) is wanted else any(each)
        case Constant(value):
            return value is wanted
        case Computed():
            return True
        case _:
            if predicate.fact not in facts:
                return True
            return row.get(predicate.fact) is not None and verdict(predicate)(
                Completion(facts_read(predicate)).complete(row)
            ) in (wanted, None)


@dataclass(frozen=True, slots=True)
class _Writer:
    columns: Columns
    context: Mapping[str, Any]

    def write(self, predicate: Predicate) -> Fragment:
        match predicate:
            case AllOf(children):
                return _joined(" AND ", [self.write(each) for each in children], TRUE)
            case SomeOf(children):
                return _joined(" OR ", [self.write(each) for each in children], FALSE)
            case Negated(child):
                inner = self.write(child)
                return Fragment(f"(NOT {inner.sql})", inner.params)
            case Constant(value):
                return _decided(value)
            case Computed():
                raise TypeError("what is computed has no SQL; see `reading.is_computed`")
            case _:
                return self._test(predicate)

    def _test(self, test: Any) -> Fragment:
        column = self.columns.get(test.fact)
        match test, column:
            case _, None:
                return _decided(verdict(test)(self.context))
            case Meets(values=values), Elements():
                return _meets(column, values)
            case Is(), Column(stored=Stored.FLAG):
                return Fragment(f"({column.sql})", column.params)
            case OneOf(values=values), Column(stored=Stored.TEXT | Stored.WHOLE):
                return _one_of(column, values)
            case Anniversary(), Column(stored=Stored.WHOLE):
                return _one_of(column, self._month_days(test))
            case Range() | Ago() | CalendarAgo(), Column(stored=Stored.WHOLE | Stored.INSTANT):
                return _between(column, *self._bounds(test))
        raise TypeError(f"{test.fact} is not stored as a {type(test).__name__} needs it")

    def _bounds(self, test: Range | Ago | CalendarAgo) -> tuple[int | None, int | None]:
        """Return `low <= fact < high`."""
        now = self.context[NOW]
        match test:
            case Range(low=low, high=high):
                return low, high
            case Ago(low=low, high=high):
                return (
                    None if high is None else now - high + 1,
                    None if low is None else now - low + 1,
                )
            case CalendarAgo(zone=zone, older=older, newer=newer):
                return (
                    None if older is None else spans.back(now, zone, older) + 1,
                    None if newer is None else spans.back(now, zone, newer),
                )

    def _month_days(self, test: Anniversary) -> frozenset[int]:
        today = date_of(self._today(test.zone))
        before, after = min(test.before, _YEAR), min(test.after, _YEAR)
        return calendars.near(today, before=before, after=after)

    def _today(self, zone: str) -> int:
        today = self.context[local_name("day", zone)]
        return int(today)


def _joined(word: str, parts: Sequence[Fragment], empty: Fragment) -> Fragment:
    if not parts:
        return empty
    if len(parts) == 1:
        return parts[0]
    params = tuple(param for part in parts for param in part.params)
    return Fragment(f"({word.join(part.sql for part in parts)})", params)


def _decided(value: bool | None) -> Fragment:  # noqa: FBT001 - a verdict
    return UNKNOWN if value is None else TRUE if value else FALSE


def _where_known(column: Column, verdict: Fragment) -> Fragment:
    """Return the verdict where the fact is known, else NULL."""
    sql = f"(CASE WHEN {column.sql} IS NOT NULL THEN {verdict.sql} END)"
    return Fragment(sql, (*column.params, *verdict.params))


def _between(column: Column, low: int | None, high: int | None) -> Fragment:
    least, most = (_FIRST, _LAST) if column.stored is Stored.INSTANT else (_LEAST, _MOST)
    if (low is not None and low > most) or (high is not None and high <= least):
        return _where_known(column, FALSE)
    bounds = (
        (">=", None if low is None or low <= least else low),
        ("<", None if high is None or high > most else high),
    )
    parts = [
        Fragment(f"{column.sql} {sign} %s", (*column.params, _as_stored(column, bound)))
        for sign, bound in bounds
        if bound is not None
    ]
    return _joined(" AND ", parts, FALSE) if parts else _where_known(column, TRUE)


def _as_stored(column: Column, value: int) -> int | datetime:
    return _EPOCH + timedelta(microseconds=value) if column.stored is Stored.INSTANT else value


def _one_of(column: Column, values: Iterable[str | int]) -> Fragment:
    """Values of another type, or that no column can hold, are never met."""
    whole = column.stored is Stored.WHOLE
    wanted = sorted(value for value in values if (_is_whole(value) if whole else _is_text(value)))
    if not wanted:
        return _where_known(column, FALSE)
    return Fragment(f"{column.sql} IN ({store.marks(wanted)})", (*column.params, *wanted))


def _meets(column: Elements, values: Iterable[str]) -> Fragment:
    wanted = sorted(value for value in values if _is_text(value))
    found = FALSE
    if wanted:
        among = f"{column.element} IN ({store.marks(wanted)})"
        rows = f"SELECT 1 FROM {column.rows} AND {among}"  # noqa: S608 - our own words; values are bound
        # A LIMIT with an OFFSET keeps an EXISTS from being turned into a join.
        one = " LIMIT 1 OFFSET 0" if column.each else ""
        found = Fragment(f"EXISTS ({rows}{one})", (*column.params, *wanted))
    if column.known is None:
        return found
    return Fragment(f"(CASE WHEN {column.known} THEN {found.sql} END)", found.params)


def _is_whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and _LEAST <= value <= _MOST


def _is_text(value: object) -> bool:
    if not isinstance(value, str):
        return False
    return "\0" not in value and not any("\ud800" <= each <= "\udfff" for each in value)
