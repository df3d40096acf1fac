"""In a scope, whose conditions are joined by OR, a deny list is a veto."""

from collections.abc import Callable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postlude.rules.authoring.hoisting import hoisted
from postlude.rules.compiling.ruleset import RuleSet
from postlude.rules.language.parsing import parse
from postlude.rules.language.printing import text_of_condition
from postlude.rules.language.tree import And, Expression, Leaf, Not, Or
from postlude.rules.language.walking import leaves
from support import rule_trees
from support.rule_texts import rule

DENY_A = {"kind": "in_list", "params": {"mode": "deny", "ids": ["A"]}}
DENY_G = {"kind": "in_list", "params": {"mode": "deny", "groups": ["G"]}}
ALLOW_G = {"kind": "in_list", "params": {"mode": "allow", "groups": ["G"]}}
ALLOW_B = {"kind": "in_list", "params": {"mode": "allow", "ids": ["B"]}}
Usable = Callable[..., bool]


def usable(one: object, other: object, text: str = "one || other -> usable") -> Usable:
    rules = RuleSet([rule(text, {"one": one, "other": other})])

    def ask(name: str, *groups: str) -> bool:
        facts = {"now": 0, "products": frozenset({name}), "product_groups": frozenset(groups)}
        return bool(rules.matched(facts))

    return ask


def test_what_is_denied_by_name_is_not_allowed_by_its_group() -> None:
    for asked in (usable(DENY_A, ALLOW_G), usable(ALLOW_G, DENY_A)):
        assert [False, True, False] == [asked("A", "G"), asked("B", "G"), asked("B")]


def test_two_deny_lists_deny_what_is_on_either() -> None:
    asked = usable(DENY_A, DENY_G)
    assert [False, False, True] == [asked("A"), asked("B", "G"), asked("B", "H")]


def test_of_two_allow_lists_one_is_enough() -> None:
    asked = usable(ALLOW_G, ALLOW_B)
    assert [True, True, False] == [asked("C", "G"), asked("B"), asked("C")]


def test_a_deny_list_deep_in_an_or_is_a_veto_too() -> None:
    asked = usable(DENY_A, ALLOW_B, "(one && !first_order) || other -> usable")
    assert [False, True] == [asked("A"), asked("B")]


def hoist(text: str, vetoes: str) -> str:
    return text_of_condition(hoisted(parse(f"{text} -> x").template.condition, vetoes.split()))


@pytest.mark.parametrize(
    ("text", "vetoes", "expected"),
    [
        ("a || b", "", "a || b"),
        ("d && a", "d", "d && a"),
        ("d || a", "d", "d && a"),
        ("a || d || b", "d", "d && (a || b)"),
        ("d || e", "d e", "d && e"),
        ("d || d", "d", "d"),
        ("p && (d || a || b)", "d", "p && d && (a || b)"),
        ("(d && p) || a", "d", "d && (p || a)"),
        ("(d && e) || a", "d e", "d && e && a"),
        ("(d && (a || b)) || c", "d", "d && (a || b || c)"),
        ("a || (b && (c || d))", "d", "d && (a || b && c)"),
        ("a || !b || d", "d", "d && (a || !b)"),
    ],
)
def test_where_it_goes(text: str, vetoes: str, expected: str) -> None:
    assert expected == hoist(text, vetoes)


def holds(tree: Expression, values: dict[str, bool]) -> bool:
    match tree:
        case Leaf():
            return values[tree.alias]
        case Not(child):
            return not holds(child, values)
        case And(children):
            return all(holds(child, values) for child in children)
        case Or(children):
            return any(holds(child, values) for child in children)


def joined_by_or(tree: Expression) -> set[str]:
    """Return the aliases that stand anywhere under an `||`, and not under `!`."""
    match tree:
        case Leaf() | Not():
            return set()
        case And(children):
            return set().union(*map(joined_by_or, children))
    return {leaf.alias for leaf in _plain(tree)}


def _plain(tree: Expression) -> list[Leaf]:
    match tree:
        case Leaf():
            return [tree]
        case Not():
            return []
    return [leaf for child in tree.children for leaf in _plain(child)]


@given(rule_trees.conditions(st.sampled_from("abcde"), leaves=8))
def test_a_deny_list_that_hits_denies_and_the_form_is_the_parsers(tree: Expression) -> None:
    vetoes = {leaf.alias for leaf in _plain(tree)} & {"d", "e"}
    flat = hoisted(tree, vetoes)
    assert not vetoes & joined_by_or(flat)
    assert flat == parse(f"{text_of_condition(flat)} -> x").template.condition
    names = sorted({leaf.alias for leaf in leaves(tree)})
    for values in product((True, False), repeat=len(names)):
        known = dict(zip(names, values, strict=True))
        if holds(flat, known):
            assert all(known[each] for each in vetoes)
            assert holds(tree, known)
