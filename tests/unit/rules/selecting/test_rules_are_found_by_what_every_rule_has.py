"""Business, carrier, merchant and schedule choose the rules that are asked at all."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from postlude.rules.rule import Attributes, Rule
from postlude.rules.selecting.candidates import Candidates
from postlude.rules.selecting.matches import rank, worth
from support.rule_matches import match
from support.rule_texts import COUPONS, HOME, POINTS, rule

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
CARD = ("gift-card", "7")


def ruled(key: str, **attributes: Any) -> Rule:
    return replace(match(key).rule, attributes=Attributes("top-up", **attributes))


def found(*rules: Rule, business: str = "top-up", now: datetime = NOW, **more: Any) -> str:
    return "".join(each.key for each in Candidates(rules).find(business, now=now, **more))


def test_a_business_has_its_own_rules() -> None:
    other = replace(ruled("b"), attributes=Attributes("checkout"))
    assert ["a", "b", ""] == [
        found(ruled("a"), other, business=each) for each in ("top-up", "checkout", "gift-card")
    ]


def test_a_carriers_rules_are_found_through_it_alone() -> None:
    rules = (ruled("a"), ruled("b", carrier=CARD), ruled("c", carrier=("gift-card", "8")))
    assert ["a", "b"] == [found(*rules), found(*rules, carrier=CARD)]


def test_a_rule_without_a_merchant_is_every_merchants() -> None:
    rules = (ruled("a"), ruled("b", merchant="m1"), ruled("c", merchant="m2"), ruled("d"))
    assert ["ad", "abd"] == [found(*rules), found(*rules, merchant="m1")]


@pytest.mark.parametrize(
    ("attributes", "there"),
    [
        ({"online": False}, False),
        ({"starts": NOW}, True),
        ({"starts": NOW + timedelta(microseconds=1)}, False),
        ({"ends": NOW}, False),
        ({"ends": NOW + timedelta(microseconds=1)}, True),
    ],
)
def test_a_schedule_is_half_open(attributes: dict[str, Any], there: bool) -> None:
    assert there == bool(found(ruled("a", **attributes)))


def test_narrower_scope_stands_before_a_wider_one() -> None:
    wide, conditions = match("a"), rule("first_order && quantity -> usable", {"quantity": {"params": {"min": 1}}})  # fmt: skip
    every = [
        replace(wide, rule=replace(wide.rule, attributes=Attributes("x"))),
        replace(wide, rule=replace(conditions, attributes=Attributes("x"))),
        replace(wide, rule=replace(wide.rule, attributes=Attributes("x", merchant="m"))),
        replace(wide, rule=replace(wide.rule, attributes=Attributes("x", carrier=CARD))),
    ]
    assert every[::-1] == sorted(every, key=rank)


def test_what_actions_are_worth_is_added_up() -> None:
    it = rule("first_order -> a && b", {}, {"a": POINTS, "b": {**COUPONS, "params": {**COUPONS["params"], "worth": 7, "costs": 2}}})  # fmt: skip
    assert (10 * 100 + 5 * 7, 10 * 100 + 5 * 2) == worth(it.actions.values(), {}, HOME)
