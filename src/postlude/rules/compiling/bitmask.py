"""A rule set as an index: which of all rules match, in a few look-ups.

Each fact's value gives a bit mask of the rows that it leaves standing (`tables.py`), and their
`and` is the answer. So the cost grows with the number of facts, hardly with the number of rules: a
mask of 200 bits is four machine words.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from postlude.rules.compiling import tables
from postlude.rules.compiling.closures import Complete, Matches
from postlude.rules.compiling.rows import Row, rows
from postlude.rules.facts import local_name
from postlude.rules.predicates import (
    Ago,
    Anniversary,
    CalendarAgo,
    Is,
    Meets,
    Negated,
    OneOf,
    Predicate,
    Range,
    SomeOf,
)

_Indexed = Range | OneOf | Meets | Is | Ago | CalendarAgo | Anniversary
_Key = tuple[type, str, str, int]  # kind of test, fact, zone, and how many the row had before
# Tables that are cheap and tell much come first: with no row left the others are not asked.
_ORDER = (OneOf, Meets, Is, Range, Ago, Anniversary, CalendarAgo)


class Index:
    """The index of decisive expressions; a bit's position is the place of its expression."""

    def __init__(
        self, predicates: Sequence[Predicate], deferred: frozenset[str] = frozenset()
    ) -> None:
        """Expressions that read `deferred` facts are decided by a closure, if all else holds."""
        self._places = len(predicates)
        self._more: list[tuple[int, Matches | None]] = []
        laid = self._lay([rows(predicate, deferred) for predicate in predicates])
        self.needs_closures = any(check is not None for _, check in self._more)
        self._rows = tables.bits(laid)
        by_table = sorted(_by_table(laid).items(), key=lambda item: _ORDER.index(item[0][0]))
        self._tables = tuple(
            _table(key, literals, self._rows ^ tables.bits(literals)) for key, literals in by_table
        )

    def matching(self, context: Complete) -> int:
        """Return the mask of the expressions that hold.

        Facts may be missing from the context where no closure is asked (`needs_closures`).
        """
        hits = self._rows
        for table in self._tables:
            hits &= table(context)
            if not hits:
                return 0
        return self._decided(hits, context) if self._more else hits

    def _decided(self, hits: int, context: Complete) -> int:
        """Give the rows beyond the first ones to their expressions."""
        more = hits >> self._places
        result = hits ^ (more << self._places)
        while more:
            lowest = more & -more
            more ^= lowest
            place, check = self._more[lowest.bit_length() - 1]
            if not result >> place & 1 and (check is None or check(context)):
                result |= 1 << place
        return result

    def _lay(self, laid_out: Sequence[tuple[Row, ...]]) -> dict[int, Row]:
        """Number the rows: an expression's first has its place unless a closure decides it."""
        laid: dict[int, Row] = {}
        for place, its_rows in enumerate(laid_out):
            for row in its_rows:
                if row.check is None and place not in laid:
                    laid[place] = row
                else:
                    laid[self._places + len(self._more)] = row
                    self._more.append((place, row.check))
        return laid


def _by_table(laid: Mapping[int, Row]) -> dict[_Key, dict[int, Predicate]]:
    """Give each literal its table; a row's second literal on a fact goes into a second one."""
    by_table: dict[_Key, dict[int, Predicate]] = defaultdict(dict)
    for number, row in laid.items():
        for literal in row.literals:
            test = _test(literal)
            zone = test.zone if isinstance(test, CalendarAgo | Anniversary) else ""
            layer = 0
            while number in by_table[type(test), test.fact, zone, layer]:
                layer += 1
            by_table[type(test), test.fact, zone, layer][number] = literal
    return by_table


def _table(key: _Key, literals: Mapping[int, Predicate], free: int) -> tables.Table:
    kind, fact, zone, _ = key
    tests: dict[int, Any] = {row: _test(part) for row, part in literals.items()}
    if kind is Range or kind is Ago:
        build = tables.numbers if kind is Range else tables.ages
        return build(fact, {row: _spans(part) for row, part in literals.items()}, free)
    flipped = tables.bits(row for row, part in literals.items() if isinstance(part, Negated))
    if kind is Is:
        return tables.flag(fact, literals, flipped=flipped, free=free)
    if kind is OneOf or kind is Meets:
        build_named = tables.choices if kind is OneOf else tables.elements
        named = {row: test.values for row, test in tests.items()}
        return build_named(fact, named, flipped=flipped, free=free)
    if kind is Anniversary:
        near = {row: (test.before, test.after) for row, test in tests.items()}
        today = local_name("day", zone)
        return tables.anniversaries(fact, today, near, flipped=flipped, free=free)
    ends = {row: (test.older, test.newer) for row, test in tests.items()}
    return tables.calendar_ages(fact, zone, ends, flipped=flipped, free=free)


def _test(literal: Predicate) -> _Indexed:
    """Return the test of a literal; of a `SomeOf` of ranges the first, which names the fact."""
    match literal:
        case Negated(test) | SomeOf((test, *_)):
            return _test(test)
        case Range() | OneOf() | Meets() | Is() | Ago() | CalendarAgo() | Anniversary():
            return literal
        case _:
            raise TypeError(f"no literal of an index: {literal!r}")


def _spans(literal: Predicate) -> tables.Spans:
    match literal:
        case SomeOf(children):
            return tuple(span for child in children for span in _spans(child))
        case Range(low=low, high=high) | Ago(low=low, high=high):
            return ((low, high),)
        case _:
            raise TypeError(f"no range: {literal!r}")
