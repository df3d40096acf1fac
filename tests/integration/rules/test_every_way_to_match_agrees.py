"""Truth tables, closures, index, explanation, SQL and CEL: one verdict of each rule on each world."""

from random import Random

import pytest

from postlude.rules.compiling.normalising import condition
from postlude.rules.compiling.reading import is_computed
from postlude.rules.compiling.ruleset import RuleSet
from postlude.rules.explaining.sets import SetExamined
from support import rule_worlds, sql_worlds, truth_tables

cel_oracle = pytest.importorskip("support.cel_oracle")


@pytest.fixture
def worlds(db, breaches):
    with sql_worlds.a_table_of_worlds() as worlds:
        yield worlds
    breaches.clear()  # tables of this test's own are written without the product's pen


@pytest.mark.parametrize("seed", range(6))
def test_rules_over_worlds(worlds, seed) -> None:
    """On days when clocks change, with facts missing and on edges, all six say the same."""
    random = Random(seed)
    now = rule_worlds.MOMENTS[seed]
    contexts = [_a_context_at(now, random) for _ in range(20)]
    rules = [rule_worlds.a_rule(random, depth=2) for _ in range(20)]
    worlds.fill(contexts)
    compiled, examined = RuleSet(rules), SetExamined(rules)
    whys = [examined.why(context) for context in contexts]
    masks = [compiled.matching(context) for context in contexts]
    completes = [compiled.complete(context) for context in contexts]
    for place, rule in enumerate(rules):
        expected = [truth_tables.verdict_of_rule(rule, context) for context in contexts]
        matches = [verdict is True for verdict in expected]
        assert [why[place].verdict for why in whys] == expected
        if not is_computed(condition(rule)):
            assert worlds.ask(condition(rule), {"now": now}) == expected
        assert [compiled.closures[place](complete) for complete in completes] == matches
        assert [bool(mask >> place & 1) for mask in masks] == matches
        assert _in_cel(condition(rule), completes) in (expected, None)


def _a_context_at(now, random):
    context = rule_worlds.a_context(random) | {"now": now}
    instants = {name: rule_worlds.an_instant(random, now) for name in ("i1", "i2")}
    return context | {name: each for name, each in instants.items() if context.get(name)}


def _in_cel(predicate, completes):
    try:
        return [cel_oracle.verdict(predicate, complete) for complete in completes]
    except cel_oracle.NotInCel:
        return None
