"""The branch that follows, the claims taken for it in their order, and why it was not the first."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postlude.rules.compiling.ruleset import RuleSet
from postlude.rules.explaining.examining import Examined
from postlude.rules.explaining.outcomes import Branch, Outcome, Reason, outcome
from postlude.rules.explaining.verdicts import Peek, folded, verdicts
from postlude.rules.language.parsing import parse
from postlude.rules.language.tree import Expression
from postlude.rules.language.walking import leaves
from support import rule_cases
from support.rule_texts import COUPONS, FIRST, POINTS, SECOND, rule

YES, NO, NOBODY = Peek(True), Peek(False, "sold_out"), Peek(None)


def asked(condition: str, facts: dict[str, bool | None], otherwise: bool = True, **seen: Peek) -> Outcome:  # fmt: skip
    tree = parse(f"{condition} -> yes").template.condition
    known = dict.fromkeys(rule_cases.FLAGS) | facts
    examined = Examined(rule_cases.rule_of(tree, otherwise=otherwise, priorities={"y": 5}))
    return outcome(examined, verdicts(examined, known, seen), seen)


def summary(found: Outcome) -> tuple[str, str, tuple[str, ...], list[str]]:
    return found.branch, found.reason, found.because, [each.key for each in found.claims]


@pytest.mark.parametrize(
    ("condition", "facts", "seen", "expected"),
    [
        # Claims are taken when the whole holds, by priority and then from left to right.
        ("a && x", {"a": True}, {"x": YES}, ("then", "holds", (), ["x"])),
        ("x && a && y", {"a": True}, {"x": YES, "y": YES}, ("then", "holds", (), ["y", "x"])),
        ("a && x", {"a": False}, {"x": YES}, ("otherwise", "not_met", ("a",), [])),
        # Under || a claim is taken only if nothing to its left holds.
        ("a || x", {"a": True}, {"x": YES}, ("then", "holds", (), [])),
        ("a || x", {"a": False}, {"x": YES}, ("then", "holds", (), ["x"])),
        ("a || x", {"a": None}, {"x": YES}, ("then", "holds", (), ["x"])),
        ("x || a", {"a": True}, {"x": YES}, ("then", "holds", (), ["x"])),
        ("x || a", {"a": True}, {"x": NO}, ("then", "holds", (), [])),
        ("x || z", {}, {"x": YES, "z": YES}, ("then", "holds", (), ["x"])),
        ("x || z", {}, {"x": NO, "z": YES}, ("then", "holds", (), ["z"])),
        ("a && x || z", {"a": False}, {"x": YES, "z": YES}, ("then", "holds", (), ["z"])),
        ("(a || x) && y", {"a": True}, {"x": YES, "y": YES}, ("then", "holds", (), ["y"])),
        # The else part follows on false, on unknown, and when a claim is refused.
        ("a", {"a": None}, {}, ("otherwise", "unknown", ("a",), [])),
        ("x", {}, {"x": NO}, ("otherwise", "refused", ("x",), [])),
        ("x", {}, {"x": NOBODY}, ("otherwise", "unknown", ("x",), [])),
        ("x", {}, {}, ("otherwise", "unknown", ("x",), [])),
        ("a && x", {"a": False}, {"x": NO}, ("otherwise", "not_met", ("a", "x"), [])),
        ("a && x", {"a": None}, {"x": NO}, ("otherwise", "not_met", ("a", "x"), [])),
        ("(a || b) && x", {"a": True, "b": False}, {"x": NO}, ("otherwise", "refused", ("x",), [])),
        ("a && !b", {"a": True, "b": True}, {}, ("otherwise", "not_met", ("b",), [])),
    ],
)  # fmt: skip
def test_branches(condition: str, facts: dict, seen: dict, expected: tuple) -> None:
    assert expected == summary(asked(condition, facts, **seen))
    branch, *rest = summary(asked(condition, facts, otherwise=False, **seen))
    wanted = Branch.THEN if expected[0] == "then" else Branch.NOTHING
    assert (wanted, *expected[1:]) == (branch, *rest)


def test_why_a_claim_was_refused_is_kept() -> None:
    assert ("sold_out",) == asked("x", {}, x=NO).details


COUPON_RULE = "first -> coupon && points"


def scarce(text: str = COUPON_RULE, **seen: Peek) -> Outcome:
    conditions = {
        alias: each for alias, each in (("first", FIRST), ("next", SECOND)) if alias in text
    }
    acts = {alias: each for alias, each in (("coupon", COUPONS), ("points", POINTS), ("more", COUPONS)) if alias in text}  # fmt: skip
    examined = Examined(rule(text, conditions, acts))
    peeks = {key.replace("act_", "->"): each for key, each in seen.items()}
    return outcome(examined, verdicts(examined, {}, peeks), peeks)


def test_a_place_and_its_coupons_are_taken_together_or_not_at_all() -> None:
    both = scarce(first=YES, act_coupon=YES)
    assert ["first", "->coupon"] == [each.key for each in both.claims]
    assert [("quota:first-30", 1), ("coupons:latte", 5)] == [
        (each.spec.resource, each.spec.quantity) for each in both.claims
    ]
    for seen, reason in ((NO, Reason.REFUSED), (NOBODY, Reason.UNKNOWN)):
        without = scarce(first=YES, act_coupon=seen)
        assert (Branch.NOTHING, reason, ("->coupon",), ()) == (
            without.branch, without.reason, without.because, without.claims,
        )  # fmt: skip
    assert ("sold_out",) == scarce(first=YES, act_coupon=NO).details


def test_an_else_part_takes_only_what_its_own_actions_need() -> None:
    text = "first ? points : more"
    assert ["->more"] == [each.key for each in scarce(text, first=NO, act_more=YES).claims]
    refused = scarce(text, first=NO, act_more=NO)
    assert (Branch.NOTHING, Reason.REFUSED, ("first", "->more")) == (
        refused.branch, refused.reason, refused.because,
    )  # fmt: skip


def test_an_action_that_is_named_twice_is_given_once() -> None:
    found = scarce("first -> coupon && coupon", first=YES, act_coupon=YES)
    assert ["coupon"] == [each.alias for each in found.actions]
    assert ["first", "->coupon"] == [each.key for each in found.claims]


def test_claims_of_sub_rules_are_taken_with_the_rest() -> None:
    inner = rule(
        "a || first -> usable", {"a": {"kind": "first_order"}, "first": FIRST}, key="inner"
    )
    outer = rule(
        "sub && next -> usable",
        {"sub": {"rule": "inner", "priority": 3}, "next": SECOND},
        rules={"inner": inner},
    )
    examined = Examined(outer)
    seen = {"sub/first": YES, "next": YES}
    found = outcome(examined, verdicts(examined, {}, seen), seen)
    assert ["sub/first", "next"] == [each.key for each in found.claims]


@given(rule_cases.conditions(), rule_cases.contexts, rule_cases.peeks, st.booleans())
def test_whatever_the_rule(tree: Expression, context: dict, seen: dict, otherwise: bool) -> None:
    found_rule = rule_cases.rule_of(tree, otherwise=otherwise)
    examined = Examined(found_rule)
    said = verdicts(examined, context, seen)
    found = outcome(examined, said, seen)
    holds = folded(examined.tree, said.values)
    assert (holds is True) == (found.branch is Branch.THEN) == (found.reason is Reason.HOLDS)
    keys = {each.key for each in found.claims}
    # With the claims that are taken, and no other, the condition holds.
    alone = {
        key: value and (key in keys or key not in rule_cases.CLAIMS)
        for key, value in said.values.items()
    }
    if found.branch is Branch.THEN:
        assert folded(examined.tree, alone) is True
        assert all(seen[key].granted for key in keys)
    else:
        assert not keys
        assert set(found.because) <= {leaf.alias for leaf in leaves(tree)}
    # What matches with every claim granted is a candidate, and nothing else ever holds.
    candidate = bool(RuleSet([found_rule]).matched(context))
    everything = dict.fromkeys(rule_cases.CLAIMS, YES)
    assert candidate == (
        folded(examined.tree, verdicts(examined, context, everything).values) is True
    )
    assert candidate or holds is not True
