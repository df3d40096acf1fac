"""The SQL of a predicate is true, false or NULL exactly where plain Python says so."""

from datetime import UTC, datetime
from random import Random
from zoneinfo import ZoneInfo

import pytest

from postlude.rules.calendars import back
from postlude.rules.compiling import sql
from postlude.rules.compiling.reading import is_computed
from postlude.rules.compiling.sql import Column, Stored
from postlude.rules.conditions import registry
from postlude.rules.facts import instant
from postlude.rules.kinds import Binding
from postlude.rules.predicates import (
    Ago,
    AllOf,
    Anniversary,
    CalendarAgo,
    Constant,
    Is,
    Meets,
    Negated,
    OneOf,
    Range,
    SomeOf,
)
from support import rule_worlds, sql_worlds, truth_tables
from support.sql_worlds import COLUMNS

NOW = instant(datetime(2026, 3, 29, 1, 0, tzinfo=UTC))
HUGE = 2**53 + 1


@pytest.fixture
def worlds(db, breaches):
    with sql_worlds.a_table_of_worlds() as worlds:
        yield worlds
    breaches.clear()  # tables of this test's own are written without the product's pen


def expected(predicate, worlds, context) -> list[bool | None]:
    return [truth_tables.verdict(predicate, {**each, **context}) for each in worlds.contexts]


def test_random_predicates_over_random_worlds(worlds) -> None:
    random = Random(20261121)
    for now in rule_worlds.MOMENTS[:5]:
        contexts = [{**rule_worlds.a_context(random), "now": now} for _ in range(40)]
        for each in contexts:  # instants near the moment at which all rows are looked at
            each |= {
                name: rule_worlds.an_instant(random, now)
                for name in ("i1", "i2")
                if each.get(name) is not None
            }
        worlds.fill(contexts)
        for _ in range(80):
            predicate = rule_worlds.a_condition(random)
            if is_computed(predicate):
                continue
            assert expected(predicate, worlds, {"now": now}) == worlds.ask(predicate, {"now": now})


@pytest.mark.parametrize(
    ("predicate", "verdicts"),
    [
        (Range("n1", 1, 3), [None, False, True, True, False]),
        (Range("n1"), [None, True, True, True, True]),
        (Range("n1", 3, 3), [None, False, False, False, False]),
        (Negated(Range("n1", 1, 3)), [None, True, False, False, True]),
        (OneOf("n1", frozenset({1, 2})), [None, False, True, True, False]),
        (OneOf("n1", frozenset()), [None, False, False, False, False]),
        (Negated(OneOf("n1", frozenset({1}))), [None, True, False, True, True]),
        (OneOf("n1", frozenset({"1"})), [None, False, False, False, False]),
        (AllOf((Range("n1", 1, 3), Constant(None))), [None, False, None, None, False]),
        (SomeOf((Range("n1", 1, 3), Constant(None))), [None, None, True, True, None]),
        (AllOf(()), [True] * 5),
        (SomeOf(()), [False] * 5),
        (Negated(Constant(None)), [None] * 5),
        (Range("nowhere", 0, None), [None] * 5),
    ],
)
def test_numbers_and_null(worlds, predicate, verdicts) -> None:
    worlds.fill({"n1": value} for value in (None, 0, 1, 2, 3))
    assert verdicts == worlds.ask(predicate, {"now": NOW})
    assert verdicts == expected(predicate, worlds, {"now": NOW})


@pytest.mark.parametrize("edge", [0, HUGE, 2**62, -(2**62), 2**63 - 1, -(2**63)])
def test_large_numbers_are_exact(worlds, edge) -> None:
    near = [each for each in (edge - 1, edge, edge + 1) if -(2**63) <= each < 2**63]
    worlds.fill({"n1": each, "i2": each} for each in (None, *near))
    bounds = (None, edge - 1, edge, edge + 1, 2**70, -(2**70))
    predicates = [Range("n1", low, high) for low in bounds for high in bounds]
    predicates += [OneOf("n1", frozenset({each, 2**70})) for each in (edge - 1, edge, edge + 1)]
    predicates += [Ago("i2", low, high) for low in bounds for high in bounds]
    for predicate in predicates:
        wanted = expected(predicate, worlds, {"now": NOW})
        assert wanted == worlds.ask(predicate, {"now": NOW}), predicate


@pytest.mark.parametrize(
    ("predicate", "verdicts"),
    [
        (OneOf("t1", frozenset({"a", "Ä"})), [None, True, False, False, True, False, False]),
        (Negated(OneOf("t1", frozenset({"a"}))), [None, False, True, True, True, True, True]),
        (OneOf("t1", frozenset()), [None, *[False] * 6]),
        (OneOf("t1", frozenset({"a\0", "\ud800"})), [None, *[False] * 6]),
        (OneOf("t1", frozenset({1})), [None, *[False] * 6]),
        (OneOf("t1", frozenset({"1"})), [None, False, False, False, False, True, False]),
        (OneOf("t1", frozenset({"%s"})), [None, False, False, False, False, False, True]),
    ],
)
def test_texts_are_compared_letter_by_letter(worlds, predicate, verdicts) -> None:
    """No case, no trailing blank, no accent, no number is taken for another."""
    worlds.fill({"t1": value} for value in (None, "a", "A", "a ", "Ä", "1", "%s"))
    assert verdicts == worlds.ask(predicate, {"now": NOW})


def test_sets_and_flags(worlds) -> None:
    sets = (None, frozenset(), frozenset({"a"}), frozenset({"b", "c"}))
    worlds.fill({"s1": value, "s2": value} for value in sets)
    for name in ("s1", "s2"):
        assert [None, False, True, False] == worlds.ask(Meets(name, frozenset("a")), {"now": NOW})
        negated = Negated(Meets(name, frozenset("ab")))
        assert [None, True, False, False] == worlds.ask(negated, {"now": NOW})
        assert [None, False, False, False] == worlds.ask(Meets(name, frozenset()), {"now": NOW})
    worlds.fill({"f1": value} for value in (None, True, False))
    assert [None, True, False] == worlds.ask(Is("f1"), {"now": NOW})
    assert [None, False, True] == worlds.ask(Negated(Is("f1")), {"now": NOW})


@pytest.mark.parametrize("zone", rule_worlds.ZONES)
@pytest.mark.parametrize("now", rule_worlds.MOMENTS)
def test_instants_at_the_microsecond(worlds, zone, now) -> None:
    """On the edge of a span, and one microsecond to each side, also where clocks change."""
    edges = [back(now, zone, *span) for span in rule_worlds.SPANS] + [now]
    near = [edge + step for edge in edges for step in (-1, 0, 1)]
    worlds.fill({"i1": each, "i2": each} for each in (None, *near))
    for fact in ("i1", "i2"):
        predicates = [CalendarAgo(fact, zone, span, None) for span in rule_worlds.SPANS]
        predicates += [CalendarAgo(fact, zone, None, span) for span in rule_worlds.SPANS]
        predicates += [CalendarAgo(fact, zone, (3, 0), (0, 28)), CalendarAgo(fact, zone)]
        predicates += [Ago(fact, now - edge, None) for edge in edges]
        predicates += [Ago(fact, None, now - edge) for edge in edges]
        predicates += [
            Ago(fact, -(2**62), 2**62),
            Ago(fact, 2**62, None),
            Ago(fact, None, -(2**62)),
        ]
        for predicate in predicates:
            assert expected(predicate, worlds, {"now": now}) == worlds.ask(predicate, {"now": now})


def test_every_day_of_the_year_comes_round(worlds) -> None:
    days = [101, 102, 227, 228, 229, 301, 302, 1230, 1231]
    worlds.fill({"b1": each} for each in (None, *days))
    for year in (2027, 2028):
        for month, day in ((2, 28), (3, 1), (12, 31), (1, 1)):
            now = instant(datetime(year, month, day, 0, 30, tzinfo=ZoneInfo("Asia/Taipei")))
            for before, after in ((0, 0), (1, 0), (0, 1), (14, 0), (0, 7), (365, 0), (366, 0)):
                test = Anniversary("b1", "Asia/Taipei", before, after)
                for predicate in (test, Negated(test)):
                    wanted = expected(predicate, worlds, {"now": now})
                    assert wanted == worlds.ask(predicate, {"now": now})


def test_time_goes_in_as_a_parameter() -> None:
    """A rule has one text at whatever instant, and no clock of the database in it."""
    binding = Binding("TWD", "Asia/Taipei")
    columns = {"member.last_order": Column("o.last", Stored.INSTANT)}
    kind = registry.kinds()["last_order_between"]
    params = kind.params.model_validate({"after": "3 months", "before": "4 weeks"})
    texts = {
        sql.condition(kind.predicate(params, binding), columns, {"now": now}).sql
        for now in rule_worlds.MOMENTS
    }
    assert {"(o.last >= %s AND o.last < %s)"} == texts


def test_a_fact_in_a_column_of_another_kind_is_a_mistake_of_ours() -> None:
    with pytest.raises(TypeError, match="n1"):
        sql.condition(Meets("n1", frozenset("a")), COLUMNS, {"now": NOW})
