import sys
from pathlib import Path

import pytest

from postlude.rules.compiling.ruleset import RuleSet
from postlude.rules.measuring import figures, workload

sys.path.insert(0, str(Path(__file__).resolve().parents[4] / "benchmarks"))


def test_the_product_counts_what_the_reference_counts():
    """Closures, index and explanations count the matches that a plain reference counts."""
    found = figures.measured(rules=40, events=60, rounds=1)
    expected = workload.expected(workload.rules(40), workload.events(60))
    assert found.matches == sum(expected) > 0
    assert min(found.closures_us, found.index_us, found.explain_us, found.words_us) > 0


def test_a_wrong_count_is_not_measured():
    """A way that counts other matches raises instead of showing how fast it is wrong."""
    compiled = RuleSet(
        [figures.rule(number, asked) for number, asked in enumerate(workload.rules(5))]
    )
    contexts = [figures.context(event) for event in workload.events(10)]
    with pytest.raises(figures.Disagreement):
        figures.median_us(figures.by_index(compiled), contexts, [99] * 10, 1)


def test_another_engine_reads_the_same_rules():
    """The rules as the benchmark gives them to CEL match what the reference matches."""
    rule_engines = pytest.importorskip("rule_engines")
    pytest.importorskip("cel_expr_python")
    asked, happened = workload.rules(30), workload.events(40)
    count = rule_engines.cel_expr_python(rule_engines.workload.rules(30))
    counts = [count(rule_engines.facts(event)) for event in rule_engines.workload.events(40)]
    assert counts == workload.expected(asked, happened)


def test_nothing_to_match_matches_nothing():
    """A set without rules is a set."""
    rules = RuleSet([])
    assert rules.matching({"now": 0}) == 0
    assert rules.matched({"now": 0}) == ()
