"""An action says what is to be given; it changes nothing, and rounds as it says."""

from types import MappingProxyType

import pytest

from postlude.rules.actions import registry
from postlude.rules.kinds import Binding

TAIPEI = Binding("TWD", "Asia/Taipei")


def asked(name: str, params: dict, amount: int | None):
    kind = registry.kinds()[name]
    read, context = kind.params.model_validate(params), MappingProxyType({"amount": amount})
    effect = kind.effect(read, context, TAIPEI)
    return effect, kind.value(read, context, TAIPEI), kind.cost(read, context, TAIPEI)


@pytest.mark.parametrize(
    ("params", "amount", "discount"),
    [
        ({"percent": 15}, 999, 149),
        ({"percent": 100}, 999, 999),
        ({"per_mille": 1}, 999, 0),
        ({"per_mille": 125, "most": "1.00 TWD"}, 799, 99),
        ({"per_mille": 125, "most": "1.00 TWD"}, 10_000, 100),
        ({"percent": 10}, None, 0),
        ({"percent": 10}, -5, 0),
        ({"percent": 10}, 2**62 + 9, (2**62 + 9) // 10),
    ],
)
def test_a_share_is_rounded_down(params, amount, discount) -> None:
    effect, value, cost = asked("percent_off", params, amount)
    assert {"discount_minor": discount, "currency": "TWD"} == effect
    assert (discount, discount) == (value, cost)


@pytest.mark.parametrize(("amount", "discount"), [(5000, 2000), (1999, 1999), (0, 0), (None, 0)])
def test_no_more_is_taken_off_than_is_paid(amount, discount) -> None:
    assert discount == asked("amount_off", {"amount": "20.00 TWD"}, amount)[1]


@pytest.mark.parametrize(
    ("params", "bonus"),
    [
        ({"amount": "30.00 TWD"}, 3000),
        ({"per_mille": 100}, 1234),
        ({"per_mille": 100, "most": "12.00 TWD"}, 1200),
    ],
)
def test_bonus_money_is_in_the_rules_currency(params, bonus) -> None:
    effect, value, cost = asked("bonus_money", params, 12_345)
    assert {"minor": bonus, "currency": "bonus:TWD", "reason": "order"} == effect
    assert (bonus, bonus) == (value, cost)


@pytest.mark.parametrize("kind", registry.kinds().values(), ids=lambda kind: kind.name)
def test_the_context_cannot_be_changed_and_need_not_be(kind) -> None:
    """Every action works on a context that refuses changes, also on an empty one, the same twice."""
    for example in kind.examples:
        read = kind.params.model_validate(example)
        for context in (MappingProxyType({}), MappingProxyType({"amount": 10_000})):
            assert kind.effect(read, context, TAIPEI) == kind.effect(read, context, TAIPEI)
            assert kind.value(read, context, TAIPEI) >= 0
            assert kind.cost(read, context, TAIPEI) >= 0


def test_instant_are_those_that_answer_during_the_event() -> None:
    instant = {name for name, kind in registry.kinds().items() if kind.instant}
    assert {"percent_off", "amount_off", "usable", "not_usable"} == instant


def test_scarce_is_claimed_where_it_is_counted() -> None:
    kinds = registry.kinds()
    gift, coupon = kinds["gift"], kinds["coupon"]
    assert gift.claim(gift.params.model_validate({"gift": "mug"})) is None
    claim = gift.claim(gift.params.model_validate({"gift": "mug", "quota": "mugs", "count": 2}))
    assert ("quota:mugs", 2) == (claim.resource, claim.quantity)
    claim = coupon.claim(coupon.params.model_validate({"coupons": "latte", "count": 5}))
    assert ("coupons:latte", 5) == (claim.resource, claim.quantity)
