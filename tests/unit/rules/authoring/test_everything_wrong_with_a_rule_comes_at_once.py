"""A rule that cannot be is refused with every mistake: its code, its place in text or parameters."""

import pytest

from postlude.rules.authoring.binding import DEEPEST_SUB_RULES
from postlude.rules.authoring.sources import Bound
from postlude.rules.language.spans import Severity
from support.rule_texts import COUPONS, FIRST, POINTS, bound, rule

AMOUNT = {"params": {"min": "50.00 TWD"}}


def errors(found: Bound) -> set[tuple[str, str]]:
    assert found.rule is None
    return {(each.code, each.pointer) for each in found.errors}


def test_all_together() -> None:
    found = bound(
        "paid_amout && period && x:bad || && first_n -> points && coupon && usable",
        {"period": {"params": {"weekdays": ["someday"]}}, "first_n": {"params": {"quota": 3}}, "old": {}},
        {"points": {"parms": {}}},
    )  # fmt: skip
    assert {
        ("no_condition", ""),
        ("unknown_condition", ""),
        ("bad_parameter", "/conditions/period/params/weekdays/0"),
        ("bad_parameter", "/conditions/first_n/params/quota"),
        ("unused_definition", "/conditions/old"),
        ("unknown_key", "/actions/points/parms"),
        ("missing_parameter", "/actions/points/params/amount"),
        ("missing_parameters", "/actions/coupon"),
    } == errors(found)


def test_an_unknown_name_is_answered_with_a_near_one() -> None:
    found = bound("paid_amout -> usabel", {"paid_amout": AMOUNT})
    assert ["Did you mean “paid_amount”?", "Did you mean “usable”?"] == [
        each.hint for each in found.problems
    ]


@pytest.mark.parametrize(
    ("definition", "expected"),
    [
        ({"params": {"min": "50.00 USD"}}, ("currency_mismatch", "/conditions/paid_amount/params/min")),
        ({"params": {"min": 50}}, ("bad_parameter", "/conditions/paid_amount/params/min")),
        ({"params": {"mim": "5.00 TWD"}}, ("unknown_parameter", "/conditions/paid_amount/params/mim")),
        ({"params": []}, ("wrong_type", "/conditions/paid_amount/params")),
        ({**AMOUNT, "priority": True}, ("wrong_type", "/conditions/paid_amount/priority")),
        ({**AMOUNT, "kind": ["x"]}, ("wrong_type", "/conditions/paid_amount/kind")),
        ({**AMOUNT, "kind": "period"}, ("unknown_parameter", "/conditions/paid_amount/params/min")),
        ("50.00 TWD", ("wrong_type", "/conditions/paid_amount")),
        ({"rule": "absent"}, ("unknown_rule", "/conditions/paid_amount/rule")),
        ({"rule": "absent", "params": {}}, ("unknown_key", "/conditions/paid_amount/params")),
        (None, ("missing_parameters", "/conditions/paid_amount")),
    ],
)  # fmt: skip
def test_a_definition(definition: object, expected: tuple[str, str]) -> None:
    assert expected in errors(bound("paid_amount -> usable", {"paid_amount": definition}))


def test_an_alias_with_odd_signs_has_an_escaped_pointer() -> None:
    found = bound('"a/b~c":tags -> usable', {"a/b~c": {"params": {"any_off": []}}})
    assert ("unknown_parameter", "/conditions/a~1b~0c/params/any_off") in errors(found)


def test_an_empty_allow_list_must_say_whom_it_means() -> None:
    empty = {"params": {"mode": "allow"}}
    assert {("bad_parameter", "/conditions/in_list/params")} == errors(
        bound("in_list -> usable", {"in_list": empty})
    )
    said = {"params": {"mode": "allow", "empty": "nobody"}}
    assert () == bound("in_list -> usable", {"in_list": said}).problems


@pytest.mark.parametrize(
    "text", ["!first_n -> usable", "a:first_order || !(a && !first_n) -> usable"]
)
def test_a_claim_cannot_stand_under_not(text: str) -> None:
    found = bound(text, {"first_n": FIRST})
    (error,) = found.errors
    assert ("claim_under_not", "first_n") == (error.code, text[error.span.start : error.span.end])


def test_a_claim_cannot_stand_under_not_in_a_sub_rule_either() -> None:
    inner = rule("first_n -> usable", {"first_n": FIRST}, key="inner")
    outer = rule("sub -> usable", {"sub": {"rule": "inner"}}, rules={"inner": inner}, key="outer")
    rules = {"inner": inner, "outer": outer}
    found = bound("!sub -> usable", {"sub": {"rule": "outer"}}, rules=rules)
    (error,) = found.errors
    assert "claim_under_not" == error.code
    assert "sub/first_n" in error.message
    assert () == bound("sub -> usable", {"sub": {"rule": "outer"}}, rules=rules).problems


def test_a_deny_list_cannot_stand_under_not() -> None:
    deny = {"params": {"mode": "deny", "ids": ["a"]}}
    assert {("deny_under_not", "")} == errors(bound("!in_list -> usable", {"in_list": deny}))


def test_the_kind_may_stand_in_the_text_or_below_it_but_only_one() -> None:
    assert () == bound("a:paid_amount -> usable", {"a": {**AMOUNT, "kind": "paid_amount"}}).problems
    assert ("two_kinds", "/conditions/a/kind") in errors(
        bound("a:paid_amount -> usable", {"a": {**AMOUNT, "kind": "period"}})
    )
    assert ("two_kinds", "") in errors(bound("a:paid_amount || a:period -> usable", {"a": AMOUNT}))


def test_sub_rules_have_a_depth() -> None:
    rules = {"r1": rule("first_order -> usable", key="r1")}
    for deep in range(2, DEEPEST_SUB_RULES + 1):
        name = f"r{deep}"
        inner = {"sub": {"rule": f"r{deep - 1}"}}
        rules[name] = rule("sub -> usable", inner, rules=rules, key=name)
    found = bound("sub -> usable", {"sub": {"rule": f"r{DEEPEST_SUB_RULES}"}}, rules=rules)
    assert {("sub_rules_too_deep", "/conditions/sub/rule")} == errors(found)


def test_a_warning_does_not_stop_a_rule() -> None:
    found = bound("first_order || !first_order -> usable")
    assert found.rule is not None
    assert {(Severity.WARNING, "repeated_name"), (Severity.WARNING, "never_false")} == {
        (each.severity, each.code) for each in found.problems
    }


def test_both_templates_of_the_seed_are_bound_by_their_own_names() -> None:
    scope = bound(
        "商品范围 || 商品分组范围 -> 可用",
        {"商品范围": {"params": {"ids": ["a"]}}, "商品分组范围": {"params": {"groups": ["g"]}}},
    )
    top_up = bound(
        '实付金额 && 起止时间 && "前 N 名限制" -> 发赠送金 && 发优惠券 && 发赠品',
        {
            "实付金额": AMOUNT,
            "起止时间": {"params": {"starts": "2026-05-01"}},
            "前 N 名限制": {"params": {"quota": "first-30"}, "priority": 9},
        },
        {
            "发赠送金": {"params": {"amount": "10.00 TWD"}},
            "发优惠券": COUPONS | {"kind": ""},
            "发赠品": {"params": {"gift": "mug"}},
        },
    )
    assert [(), ()] == [scope.problems, top_up.problems]
    assert {"实付金额": 0, "起止时间": 0, "前 N 名限制": 9} == {
        alias: leaf.priority for alias, leaf in top_up.rule.leaves.items()
    }


def test_one_kind_stands_twice_under_two_aliases() -> None:
    found = rule(
        "goods_a:products && goods_b:products -> x:points && y:points",
        {"goods_a": {"params": {"ids": ["a"]}}, "goods_b": {"params": {"ids": ["b"]}}},
        {"x": POINTS, "y": POINTS},
    )
    assert {("goods_a", "products"), ("goods_b", "products")} == {
        (alias, leaf.kind.name) for alias, leaf in found.leaves.items()
    }
