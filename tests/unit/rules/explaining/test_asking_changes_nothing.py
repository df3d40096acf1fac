"""Explaining reads and never writes; order, priority and other rules change no verdict."""

from types import MappingProxyType

from hypothesis import given
from hypothesis import strategies as st

from postlude.rules.compiling.ruleset import RuleSet
from postlude.rules.explaining.examining import Examined
from postlude.rules.explaining.nearest import nearest_miss
from postlude.rules.explaining.traces import explain
from postlude.rules.explaining.verdicts import folded, verdicts
from postlude.rules.language.tree import And, Expression, Not, Or
from support import rule_cases


def verdict(tree: Expression, context: dict, seen: dict, **priorities: int) -> bool | None:
    examined = Examined(rule_cases.rule_of(tree, priorities=priorities))
    return folded(examined.tree, verdicts(examined, context, seen).values)


@given(rule_cases.conditions(), rule_cases.contexts, rule_cases.peeks)
def test_the_same_question_has_the_same_answer(tree: Expression, context: dict, seen: dict) -> None:
    examined = Examined(rule_cases.rule_of(tree))
    frozen = MappingProxyType(dict(context)), MappingProxyType(dict(seen))
    answers = [(explain(examined, *frozen), nearest_miss(examined, *frozen)) for _ in range(2)]
    fresh = Examined(rule_cases.rule_of(tree))
    assert answers[0] == answers[1]
    assert nearest_miss(fresh, *frozen) == answers[0][1]
    assert explain(fresh, *frozen).trace == answers[0][0].trace


@given(
    rule_cases.conditions(),
    rule_cases.contexts,
    rule_cases.peeks,
    st.dictionaries(st.sampled_from(rule_cases.FLAGS + rule_cases.CLAIMS), st.integers(-9, 9)),
)
def test_priority_and_order_change_no_verdict(
    tree: Expression, context: dict, seen: dict, priorities: dict[str, int]
) -> None:
    plain = verdict(tree, context, seen)
    assert plain is verdict(tree, context, seen, **priorities)
    assert plain is verdict(mirrored(tree), context, seen)


def mirrored(tree: Expression) -> Expression:
    match tree:
        case And(children) | Or(children):
            return type(tree)(tuple(map(mirrored, reversed(children))))
        case Not(child):
            return Not(mirrored(child))
    return tree


flags = rule_cases.conditions(rule_cases.FLAGS)


@given(flags, flags, rule_cases.contexts)
def test_de_morgan_and_double_negation_hold_with_unknown(
    one: Expression, other: Expression, context: dict
) -> None:
    both, either = And((one, other)), Or((one, other))
    for left, right in (
        (Not(both), Or((Not(one), Not(other)))),
        (Not(either), And((Not(one), Not(other)))),
        (one, Not(Not(one))),
    ):
        assert verdict(left, context, {}) is verdict(right, context, {})


@given(st.lists(flags, min_size=1, max_size=5), flags, rule_cases.contexts)
def test_another_rule_changes_no_match(
    trees: list[Expression], more: Expression, context: dict
) -> None:
    rules = [rule_cases.rule_of(each) for each in trees]
    before = RuleSet(rules).matching(context)
    after = RuleSet([*rules, rule_cases.rule_of(more)]).matching(context)
    assert before == after & ((1 << len(rules)) - 1)
