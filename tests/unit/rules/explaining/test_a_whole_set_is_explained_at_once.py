from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from postlude.rules.actions import registry as actions
from postlude.rules.authoring.binding import bind
from postlude.rules.authoring.sources import Catalogue, Source
from postlude.rules.compiling.ruleset import RuleSet
from postlude.rules.conditions import registry as conditions
from postlude.rules.explaining.sets import SetExamined
from postlude.rules.explaining.traces import Group, Level
from postlude.rules.explaining.verdicts import Peek
from support import catalogue_worlds, rule_worlds, truth_tables


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 2**48))
def test_verdicts(seed):
    """Rules and leaves have the verdicts of the truth tables, and match where they are true."""
    random = Random(seed)
    rules = [rule_worlds.a_rule(random) for _ in range(6)]
    context = rule_worlds.a_context(random)
    before = dict(context)
    whys = SetExamined(rules).why(context)
    assert [why.verdict for why in whys] == [
        truth_tables.verdict_of_rule(rule, context) for rule in rules
    ]
    for why in whys:
        tests = [placed.predicate for placed in why.examined.leaves.values()]
        assert list(why.leaves) == [truth_tables.verdict(test, context) for test in tests]
    matching = sum(1 << place for place, why in enumerate(whys) if why.verdict is True)
    assert RuleSet(rules).matching(context) == matching
    assert context == before


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**48))
def test_words_say_the_same(seed):
    """What is told of a rule has the verdicts that the set gave, whatever was seen of claims."""
    random = Random(seed)
    rules = [catalogue_worlds.a_rule(random, number) for number in range(3)]
    examined = SetExamined(rules)
    tests = [test for rule in rules for test in catalogue_worlds.tests_of(rule)]
    context = catalogue_worlds.a_context(random, tests)
    peeks = {
        place: {key: Peek(random.choice((True, False, None))) for key in each.claims}
        for place, each in enumerate(examined.rules)
        if random.random() < 0.7
    }
    for why in examined.why(context, peeks):
        told = why.told(Level.FULL)
        assert told.verdict is why.verdict
        leaves = dict(zip(why.examined.leaves, why.leaves, strict=True))
        assert {leaf.key: leaf.verdict for leaf in _leaves(told.trace)} == leaves


def _leaves(trace):
    if isinstance(trace, Group):
        return [leaf for part in trace.parts for leaf in _leaves(part)]
    return [trace]


def test_a_claim_is_open_until_it_is_decided():
    """A rule that only waits for its claim matches, and is unknown until somebody has looked."""
    given = {
        "amount": {"kind": "paid_amount", "params": {"min": "10.00 TWD"}},
        "first": {"kind": "first_n", "params": {"quota": "first-30"}},
    }
    source = Source("r", "amount && first -> usable", rule_worlds.BINDING, conditions=given)
    rule = bind(source, Catalogue(conditions.kinds(), actions.kinds())).rule
    assert rule is not None
    examined, rules = SetExamined([rule]), RuleSet([rule])
    for amount, matches in ((1000, 1), (999, 0)):
        context = {"now": 0, "amount": amount}
        assert rules.matching(context) == matches
        verdicts = [
            examined.why(context, {0: {"first": Peek(granted)}})[0].verdict
            for granted in (True, None, False)
        ]
        assert verdicts == ([True, None, False] if matches else [False] * 3)
        assert examined.why(context)[0].verdict is (None if matches else False)
