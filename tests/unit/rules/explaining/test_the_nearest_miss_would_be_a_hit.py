"""Turning the leaves of the nearest miss makes the rule hold; there is no smaller such set."""

from datetime import UTC, datetime
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given

from postlude.rules.explaining.examining import Examined
from postlude.rules.explaining.gaps import Turn
from postlude.rules.explaining.nearest import nearest_miss
from postlude.rules.explaining.showing import Reader
from postlude.rules.explaining.verdicts import Peek, folded, verdicts
from postlude.rules.facts import NOW, instant
from postlude.rules.language.tree import Expression
from support import rule_cases
from support.rule_texts import FIRST, rule

# Saturday evening in Taipei.
SATURDAY = instant(datetime(2026, 11, 21, 11, 0, tzinfo=UTC))
DAY_US = 86_400_000_000


@given(rule_cases.conditions(leaves=8), rule_cases.contexts, rule_cases.peeks)
def test_of_any_rule(tree: Expression, context: dict, seen: dict) -> None:
    examined = Examined(rule_cases.rule_of(tree))
    values = verdicts(examined, context, seen).values
    found = nearest_miss(examined, context, seen)
    least = smallest(examined, values)
    assert (found is None) == (least is None)
    if found is not None:
        turned = {**values, **{each.key: each.wanted for each in found.flips}}
        assert folded(examined.tree, turned) is True
        assert least == len(found.flips)
        assert all(values[each.key] is not each.wanted for each in found.flips)
        assert all(each.words for each in found.flips)


def smallest(examined: Examined, values: dict[str, bool | None]) -> int | None:
    """Try all sets of leaves, small ones first."""
    keys = list(values)
    for size in range(len(keys) + 1):
        for which in combinations(keys, size):
            for to in product((True, False), repeat=size):
                turned = {**values, **dict(zip(which, to, strict=True))}
                if folded(examined.tree, turned) is True:
                    return size
    return None


def miss(kind: str, params: dict[str, Any], **facts: Any) -> list[str]:
    examined = Examined(rule("c -> usable", {"c": {"kind": kind, "params": params}}))
    context = {"now": SATURDAY} | {name.replace("__", "."): value for name, value in facts.items()}
    return [each.words for each in nearest_miss(examined, context).flips]


@pytest.mark.parametrize(
    ("kind", "params", "facts", "words"),
    [
        ("paid_amount", {"min": "50.00 TWD"}, {"amount": 3800}, "spend 12.00 TWD more"),
        ("paid_amount", {"max": "50.00 TWD"}, {"amount": 5100}, "what is to be paid: 1.00 TWD less"),
        ("orders", {"min": 3}, {"member__orders": 1}, "2 more orders"),
        ("orders", {"min": 2}, {"member__orders": 1}, "one more order"),
        ("quantity", {"min": 5}, {"quantity": 1}, "4 more items"),
        ("period", {"starts": "2026-11-25"}, {}, "4 days from now"),
        ("period", {"starts": "2026-11-21T20:30"}, {}, "90 minutes from now"),
        ("period", {"weekdays": ["tue"]}, {}, "3 days from now"),
        ("period", {"opens": "20:00", "closes": "22:00"}, {}, "60 minutes from now"),
        ("membership_day", {"day": 8}, {}, "17 days from now"),
        ("paid_amount", {"min": "50.00 TWD"}, {}, "pays at least 50.00 TWD"),
        ("period", {"ends": "2026-11-20"}, {}, "to 2026-11-20 (Asia/Taipei)"),
        ("products", {"ids": ["mocha"]}, {"products": frozenset({"tea"})}, "buys one of mocha"),
    ],
)  # fmt: skip
def test_the_words(kind: str, params: dict, facts: dict, words: str) -> None:
    assert [words] == miss(kind, params, **facts)


def test_a_fresh_count_has_its_number_and_a_stale_one_has_not() -> None:
    params = {"min": 3}
    fresh = {"orders_before": 1, "orders_before__as_of": SATURDAY - 1_000_000}
    stale = {"orders_before": 3, "orders_before__as_of": SATURDAY - DAY_US}
    assert ["2 more orders"] == miss("order_count", params, **fresh)
    assert ["has ordered at least 3 times before"] == miss("order_count", params, **stale)


def test_the_numbers_make_it_true() -> None:
    text = "paid_amount && orders && period -> usable"
    examined = Examined(rule(text, {
        "paid_amount": {"params": {"min": "50.00 TWD", "max": "60.00 TWD"}},
        "orders": {"params": {"min": 3}},
        "period": {"params": {"weekdays": ["mon"], "opens": "09:00", "closes": "10:00"}},
    }))  # fmt: skip
    context: dict[str, Any] = {"now": SATURDAY, "amount": 7000, "member.orders": 0}
    found = nearest_miss(examined, context)
    gaps = [gap for each in found.flips for gap in each.gaps]
    assert [Turn.LESS, Turn.MORE, Turn.LATER] == [each.turn for each in gaps]
    for gap in gaps:
        context[gap.fact] += -gap.amount if gap.turn is Turn.LESS else gap.amount
    assert () == nearest_miss(examined, context).flips
    assert datetime(2026, 11, 23, 1, 0, tzinfo=UTC) == datetime.fromtimestamp(
        context[NOW] / 1_000_000, UTC
    )


def either(*definitions: dict[str, Any], **facts: Any) -> list[str]:
    aliases = "abc"[: len(definitions)]
    conditions = dict(zip(aliases, definitions, strict=True))
    examined = Examined(rule(f"{' || '.join(aliases)} -> usable", conditions))
    peeks = {alias: Peek(False, "sold_out") for alias in aliases}
    found = nearest_miss(examined, {"now": SATURDAY} | facts, peeks)
    return [each.key for each in found.flips]


def test_of_as_few_leaves_what_a_buyer_can_do_comes_first() -> None:
    products = {"kind": "products", "params": {"ids": ["mocha"]}}
    amount = {"kind": "paid_amount", "params": {"min": "50.00 TWD"}}
    later = {"kind": "period", "params": {"starts": "2026-11-25"}}
    assert ["c"] == either(products, later, amount, amount=1)
    assert ["b"] == either(FIRST, products, amount=1)
    assert ["a"] == either(amount, amount, amount=1)


def test_a_gap_does_not_give_a_hidden_fact_away() -> None:
    conditions = {"b": {"kind": "birthday_within", "params": {"days_before": 3}}}
    examined = Examined(rule("b -> usable", conditions))
    context = {"now": SATURDAY, "member.birthday": 1130}
    (hidden,) = nearest_miss(examined, context).flips
    (shown,) = nearest_miss(examined, context, reader=Reader(may_see_personal=True)).flips
    assert () == hidden.gaps
    assert "from now" not in hidden.words
    assert "6 days from now" == shown.words


def test_what_can_never_hold_has_no_nearest_miss() -> None:
    tree = rule_cases.parse_condition("a && !a")
    assert nearest_miss(Examined(rule_cases.rule_of(tree)), {"a": True}) is None


def test_what_holds_misses_nothing() -> None:
    tree = rule_cases.parse_condition("a")
    assert () == nearest_miss(Examined(rule_cases.rule_of(tree)), {"a": True}).flips


def test_a_leaf_in_two_places_turns_in_both() -> None:
    tree = rule_cases.parse_condition("(a && b) || (!a && c)")
    examined = Examined(rule_cases.rule_of(tree))
    context = {"a": True, "b": False, "c": True, "d": None}
    assert [("a", False)] == [
        (each.key, each.wanted) for each in nearest_miss(examined, context).flips
    ]
