from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postlude.rules.compiling.closures import matcher
from postlude.rules.compiling.completing import Completion
from postlude.rules.compiling.normalising import condition
from postlude.rules.compiling.reading import facts_read
from postlude.rules.compiling.ruleset import RuleSet
from postlude.rules.compiling.verdicts import verdict
from support import catalogue_worlds, rule_worlds, truth_tables

cel_oracle = pytest.importorskip("support.cel_oracle")


def _spoken(predicate) -> bool:
    try:
        cel_oracle.translated(predicate)
    except cel_oracle.NotInCel:
        return False
    return True


@settings(max_examples=600, deadline=None)
@given(
    rule_worlds.conditions.filter(_spoken), st.lists(rule_worlds.contexts, min_size=3, max_size=3)
)
def test_random_conditions(predicate, contexts):
    """Google's CEL gives the verdict of the closures wherever CEL can say the condition."""
    completion = Completion(facts_read(predicate))
    said, matches = verdict(predicate), matcher(predicate)
    for context in contexts:
        complete = completion.complete(context)
        expected = cel_oracle.verdict(predicate, complete)
        assert said(complete) is expected
        assert matches(complete) is (expected is True)


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**48))
def test_rules_of_the_catalogue(seed):
    """Closures, index, traces and truth tables agree on bound rules of the catalogue, and CEL too."""
    random = Random(seed)
    rule = catalogue_worlds.a_rule(random)
    rules, spoken = RuleSet([rule]), _spoken(condition(rule))
    tests = catalogue_worlds.tests_of(rule)
    for _ in range(5):
        context = catalogue_worlds.a_context(random, tests)
        complete = rules.complete(context)
        expected = truth_tables.verdict(condition(rule), context)
        assert rules.closures[0](complete) is (expected is True)
        assert rules.matching(context) == (expected is True)
        if spoken:
            assert cel_oracle.verdict(condition(rule), complete) is expected


def test_the_share_that_cel_can_say(capsys):
    """At least fifteen kinds of the catalogue, and most random conditions, are compared with CEL."""
    kinds = {
        kind.name
        for kind in catalogue_worlds.kinds()
        if any(
            _spoken(condition(catalogue_worlds.a_rule(Random(seed), among=[kind])))
            for seed in range(9)
        )
    }
    random = Random(7)
    conditions = [rule_worlds.a_condition(random) for _ in range(1000)]
    share = sum(map(_spoken, conditions)) / len(conditions)
    with capsys.disabled():
        print(
            f"CEL: {len(kinds)} of {len(catalogue_worlds.kinds())} kinds, {share:.0%} of conditions"
        )
    assert len(kinds) >= 15
    assert share > 0.5
