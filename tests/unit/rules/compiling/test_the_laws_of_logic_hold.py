"""De Morgan, commutativity, double negation and the like, with unknown among the values."""

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from postlude.rules.compiling.closures import matcher
from postlude.rules.compiling.completing import Completion
from postlude.rules.compiling.deciding import decisive
from postlude.rules.compiling.normalising import normalised
from postlude.rules.compiling.reading import facts_read
from postlude.rules.compiling.ruleset import RuleSet
from postlude.rules.compiling.verdicts import verdict
from postlude.rules.predicates import AllOf, Constant, Negated, Range, SomeOf
from support import rule_worlds

pairs = st.tuples(rule_worlds.conditions, rule_worlds.conditions)


def _same(one, other, context):
    """Both have the same verdict, and match alike by every closure."""
    completion = Completion(facts_read(one) | facts_read(other))
    complete = completion.complete(context)
    expected = verdict(one)(complete)
    assert verdict(other)(complete) is expected
    assert matcher(one)(complete) is matcher(other)(complete) is (expected is True)


@settings(max_examples=300, deadline=None)
@given(pairs, rule_worlds.contexts)
def test_de_morgan(pair, context):
    """Not both is one of them not; not either is both not."""
    one, other = pair
    _same(Negated(AllOf(pair)), SomeOf((Negated(one), Negated(other))), context)
    _same(Negated(SomeOf(pair)), AllOf((Negated(one), Negated(other))), context)


@settings(max_examples=300, deadline=None)
@given(pairs, rule_worlds.contexts)
def test_order_and_repetition(pair, context):
    """Order, repetition and a double negation change nothing."""
    one, other = pair
    for join in (AllOf, SomeOf):
        _same(join((one, other)), join((other, one)), context)
        _same(join((one, other, one)), join((one, other)), context)
    _same(Negated(Negated(one)), one, context)


@settings(max_examples=300, deadline=None)
@given(rule_worlds.conditions, rule_worlds.contexts)
def test_constants(predicate, context):
    """True and false are the units and zeros of `and` and `or`, also beside the unknown."""
    true, false = Constant(value=True), Constant(value=False)
    _same(AllOf((predicate, true)), predicate, context)
    _same(SomeOf((predicate, false)), predicate, context)
    _same(AllOf((predicate, false)), false, context)
    _same(SomeOf((predicate, true)), true, context)


def test_the_excluded_middle_is_not_a_law():
    """A test or its negation is unknown where the fact is, and so does not match."""
    test = Range("n1", 1)
    either = SomeOf((test, Negated(test)))
    complete = Completion({"n1"}).complete({"now": 0})
    assert verdict(normalised(either))(complete) is None
    assert matcher(either)(complete) is False


@settings(max_examples=300, deadline=None)
@given(rule_worlds.conditions)
def test_normal_forms_are_final(predicate):
    """In normal form only tests are negated, and normalising again changes nothing."""
    normal = normalised(predicate)
    assert normalised(normal) == normal
    _only_tests_are_negated(normal)
    _only_tests_are_negated(decisive(normal))


def _only_tests_are_negated(predicate):
    match predicate:
        case Negated(child):
            assert not isinstance(child, AllOf | SomeOf | Negated | Constant)
        case AllOf(children) | SomeOf(children):
            assert len(children) > 1
            for child in children:
                assert type(child) is not type(predicate)
                _only_tests_are_negated(child)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**48))
def test_rules_do_not_see_each_other(seed):
    """Adding rules, before or behind, never changes whether another one matches."""
    random = Random(seed)
    rules = [rule_worlds.a_rule(random) for _ in range(random.randint(1, 8))]
    added = [rule_worlds.a_rule(random) for _ in range(random.randint(1, 4))]
    alone, before, behind = RuleSet(rules), RuleSet(added + rules), RuleSet(rules + added)
    for _ in range(4):
        context = rule_worlds.a_context(random)
        matching = alone.matching(context)
        assert before.matching(context) >> len(added) == matching
        assert behind.matching(context) & ((1 << len(rules)) - 1) == matching


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**48))
def test_cost_and_priority_only_order(seed):
    """Whatever costs and priorities the leaves have, the same contexts match."""
    predicates, expression = _template(Random(seed))
    random = Random(seed + 1)
    sets = [RuleSet([_weighed(expression, predicates, random)]) for _ in range(4)]
    for _ in range(4):
        context = rule_worlds.a_context(random)
        assert len({rules.matching(context) for rules in sets}) == 1
        assert len({rules.closures[0](rules.complete(context)) for rules in sets}) == 1


def _template(random):
    predicates = {f"leaf{at}": rule_worlds.a_condition(random, depth=1) for at in range(4)}
    return predicates, rule_worlds.an_expression(random, list(predicates))


def _weighed(expression, predicates, random):
    leaves = {
        alias: rule_worlds.leaf_of(
            alias, predicate, priority=random.randint(-5, 5), cost=random.choice((1, 5, 100))
        )
        for alias, predicate in predicates.items()
    }
    return rule_worlds.rule_of(expression, leaves)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 2**48))
def test_evaluation_changes_nothing(seed):
    """Asking twice, in any order, gives the same answers and leaves the context as it was."""
    random = Random(seed)
    rules = RuleSet([rule_worlds.a_rule(random) for _ in range(6)])
    contexts = [rule_worlds.a_context(random) for _ in range(4)]
    before = [dict(context) for context in contexts]
    first = [rules.matching(context) for context in contexts]
    again = [rules.matching(context) for context in reversed(contexts)][::-1]
    assert first == again
    assert contexts == before
