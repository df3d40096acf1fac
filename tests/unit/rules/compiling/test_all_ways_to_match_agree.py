from hypothesis import example, given, settings
from hypothesis import strategies as st

from postlude.rules.compiling.bitmask import Index
from postlude.rules.compiling.closures import matcher
from postlude.rules.compiling.completing import Completion
from postlude.rules.compiling.deciding import decisive
from postlude.rules.compiling.normalising import normalised
from postlude.rules.compiling.reading import facts_read
from postlude.rules.compiling.ruleset import RuleSet, places
from postlude.rules.compiling.verdicts import verdict
from postlude.rules.predicates import Anniversary, Negated, Predicate, Range
from support import rule_worlds, truth_tables


def _complete(predicate: Predicate, context):
    return Completion(facts_read(predicate)).complete(context)


@settings(max_examples=600, deadline=None)
@given(rule_worlds.conditions, rule_worlds.contexts)
def test_three_values(predicate, context):
    """The three-valued closure says what the truth tables say, before and after normalising."""
    expected = truth_tables.verdict(predicate, context)
    complete = _complete(predicate, context)
    assert verdict(predicate)(complete) is expected
    assert verdict(normalised(predicate))(complete) is expected


@settings(max_examples=600, deadline=None)
@given(rule_worlds.conditions, rule_worlds.contexts)
@example(Negated(Anniversary("b1", "Asia/Taipei", 366, 0)), {"now": 0, "b1": 229})
@example(Negated(Range("n1")), {"now": 0, "n1": 1})
def test_true_or_not(predicate, context):
    """The two-valued closure and the index are true exactly where the truth tables say true."""
    expected = truth_tables.verdict(predicate, context) is True
    complete = _complete(predicate, context)
    assert matcher(predicate)(complete) is expected
    assert Index([decisive(normalised(predicate))]).matching(complete) == int(expected)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(rule_worlds.rules, min_size=1, max_size=12),
    st.lists(rule_worlds.contexts, min_size=1, max_size=4),
    st.sets(st.sampled_from(("n1", "t1", "s1", "f1", "i1", "b1"))),
)
def test_rule_sets(rules, contexts, deferred):
    """Whatever is deferred, index and closures of a rule set match what each rule says alone."""
    compiled = RuleSet(rules, frozenset(deferred))
    for context in contexts:
        expected = [
            place
            for place, rule in enumerate(rules)
            if truth_tables.verdict_of_rule(rule, context) is True
        ]
        complete = compiled.complete(context)
        assert [place for place, holds in enumerate(compiled.closures) if holds(complete)] == (
            expected
        )
        assert list(places(compiled.matching(context))) == expected
        assert compiled.matched(context) == tuple(rules[place] for place in expected)
