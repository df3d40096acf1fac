"""A template that can never be true, or never false, is warned of; the table is exact."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postlude.rules.language import truth
from postlude.rules.language.analysis import analyse
from postlude.rules.language.parsing import parse
from postlude.rules.language.spans import Severity
from postlude.rules.language.tree import And, Expression, Leaf, Not, Or
from postlude.rules.language.walking import leaves
from support import rule_trees


def kleene(tree: Expression, values: dict[str, bool | None]) -> bool | None:
    match tree:
        case Leaf():
            return values[tree.alias]
        case Not(child):
            value = kleene(child, values)
            return None if value is None else not value
        case And(children) | Or(children):
            found = {kleene(child, values) for child in children}
            ending = isinstance(tree, Or)
            return ending if ending in found else None if None in found else not ending


def warnings(text: str) -> list[tuple[str, str]]:
    problems = analyse(parse(text).template)
    return [(p.code, text[p.span.start : p.span.end]) for p in problems]


@given(rule_trees.conditions(st.sampled_from("abcd"), leaves=10))
def test_the_table_says_what_trying_everything_says(tree: Expression) -> None:
    names = sorted({leaf.alias for leaf in leaves(tree)})
    tried = {
        kleene(tree, dict(zip(names, values, strict=True)))
        for values in product((True, False, None), repeat=len(names))
    }
    assert truth.Possible(true=True in tried, false=False in tried) == truth.possible(tree)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a && !a -> x", [("repeated_name", "a"), ("never_true", "a && !a")]),
        ("a || !a ? x : y", [("repeated_name", "a"), ("never_false", "a || !a")]),
        ("a && (b || c) && !a -> x", [("repeated_name", "a"), ("never_true", "a && (b || c) && !a")]),
        ("a && b || a && c -> x", [("repeated_name", "a")]),
        ("a_1:a && a_2:a -> x", []),
        ("a:k && a -> x", [("repeated_name", "a")]),
        ("a:k && a:m -> x", [("two_kinds", "a:m"), ("repeated_name", "a:m")]),
        ("a -> x:k && x:m", [("two_kinds", "x:m"), ("repeated_name", "x:m")]),
        ("a -> x && x", [("repeated_name", "x")]),
        ("a ? x : x", []),
    ],
)  # fmt: skip
def test_what_is_said(text: str, expected: list[tuple[str, str]]) -> None:
    assert expected == warnings(text)


def test_only_contradicting_kinds_are_errors() -> None:
    problems = analyse(parse("a:k && a:m && !a -> x").template)
    assert {"two_kinds"} == {p.code for p in problems if p.severity is Severity.ERROR}


def test_a_hundred_names_that_stand_once_are_no_obstacle() -> None:
    wide = " && ".join(f"(n{at} || m{at})" for at in range(50))
    assert ["repeated_name", "never_true"] == [
        code for code, _ in warnings(f"z && {wide} && !z -> x")
    ]


def test_beyond_sixteen_repeated_names_nothing_is_claimed() -> None:
    tree = Or(
        tuple(
            And((Leaf(f"n{at}"), Leaf(f"m{at}"), Not(Leaf(f"n{(at + 1) % 18}")), Leaf(f"m{at}")))
            for at in range(18)
        )
    )
    assert truth.possible(tree) is None


def test_a_missing_condition_takes_no_part() -> None:
    assert ["repeated_name"] == [code for code, _ in warnings("a && !a && -> x")]
