"""What no rule can mean is refused when it is written, with the parameter's name."""

import pytest
from pydantic import ValidationError

from postlude.rules.actions import registry as actions
from postlude.rules.conditions import registry as conditions
from postlude.rules.kinds import Binding

TAIPEI = Binding("TWD", "Asia/Taipei")
CONDITIONS = [
    ("paid_amount", {}),
    ("paid_amount", {"min": "50"}),
    ("paid_amount", {"min": 50}),
    ("paid_amount", {"min": "50.001 TWD"}),
    ("paid_amount", {"min": "-1.00 TWD"}),
    ("paid_amount", {"min": "9.00 TWD", "max": "8.99 TWD"}),
    ("paid_amount", {"min": "9.00 TWD", "max": "10.00 USD"}),
    ("paid_amount", {"min": "99999999999999999.00 TWD"}),
    ("period", {}),
    ("period", {"starts": "2026-05-02", "ends": "2026-05-01"}),
    ("period", {"starts": "2026-05-01T10:00", "ends": "2026-05-01T10:00"}),
    ("period", {"starts": "2026-05-01T10:00+08:00"}),
    ("period", {"starts": "2026-02-30"}),
    ("period", {"ends": "9999-12-31"}),
    ("period", {"opens": "22:00"}),
    ("period", {"opens": "22:00", "closes": "22:00"}),
    ("period", {"opens": "25:00", "closes": "22:00"}),
    ("period", {"weekdays": []}),
    ("period", {"weekdays": ["monday"]}),
    ("period", {"month_days": [0]}),
    ("period", {"month_days": [1], "opens": "22:00", "closes": "02:00"}),
    ("membership_day", {"day": 32}),
    ("membership_day", {}),
    ("first_n", {}),
    ("first_n", {"quota": "First 30"}),
    ("first_n", {"quota": "first", "places": 0}),
    ("products", {"ids": []}),
    ("products", {"ids": ["a\0b"]}),
    ("products", {"ids": ["\ud800"]}),
    ("products", {"ids": [1]}),
    ("products", {"ids": [str(each) for each in range(5_001)]}),
    ("in_list", {"mode": "allow"}),
    ("in_list", {"mode": "allow", "ids": [], "groups": []}),
    ("in_list", {"mode": "deny", "empty": "nobody"}),
    ("in_list", {"ids": ["a"]}),
    ("tags", {}),
    ("orders", {"min": 4, "max": 3}),
    ("orders", {"min": -1}),
    ("order_count", {"min": 1, "max_age": 0}),
    ("birthday_within", {"on_the_day": False}),
    ("birthday_within", {"days_before": 184}),
    ("last_order_between", {}),
    ("last_order_between", {"after": "2 weeks", "before": "4 weeks"}),
    ("last_order_between", {"after": "4 weeks", "before": "28 days"}),
    ("last_order_between", {"after": "a while"}),
    ("last_order_between", {"after": "11 years"}),
    ("balance_at_least", {"amount": 1, "currency": "bonus:twd"}),
    ("balance_at_least", {"amount": 2**62 + 1}),
    ("balance_at_least", {"amount": "1"}),
    ("budget", {"budget": "spring", "amount": "0.00 TWD"}),
    ("budget", {"budget": "spring", "amount": "10000000000000.01 TWD"}),
    ("first_n", {"quota": "first", "places": 10**9 + 1}),
    ("coupon_stock", {"coupons": "tea", "count": 10**9 + 1}),
]
ACTIONS = [
    ("points", {"amount": 0}),
    ("points", {"amount": 1.5}),
    ("points", {"amount": 10**15 + 1}),
    ("coupon", {"coupons": "tea", "count": 10**9 + 1}),
    ("gift", {"gift": "mug", "count": 10**9 + 1}),
    ("bonus_money", {"amount": "10000000000000.01 TWD"}),
    ("temporary_points", {"amount": 1}),
    ("temporary_points", {"amount": 1, "days": 0}),
    ("bonus_money", {}),
    ("bonus_money", {"amount": "1.00 TWD", "per_mille": 1}),
    ("bonus_money", {"amount": "1.00 TWD", "most": "2.00 TWD"}),
    ("percent_off", {"percent": 101}),
    ("percent_off", {"percent": 10, "per_mille": 100}),
    ("amount_off", {"amount": "0.00 TWD"}),
    ("usable", {"amount": 1}),
]


@pytest.mark.parametrize(("name", "params"), CONDITIONS)
def test_a_condition_refuses(name, params) -> None:
    with pytest.raises(ValidationError):
        conditions.kinds()[name].params.model_validate(params)


@pytest.mark.parametrize(("name", "params"), ACTIONS)
def test_an_action_refuses(name, params) -> None:
    with pytest.raises(ValidationError):
        actions.kinds()[name].params.model_validate(params)


@pytest.mark.parametrize(
    ("kinds", "name", "params", "pointers"),
    [
        (conditions, "paid_amount", {"min": "1.00 USD", "max": "2.00 USD"}, ["/min", "/max"]),
        (conditions, "spent_at_least", {"amount": "1.00 USD"}, ["/amount"]),
        (conditions, "budget", {"budget": "b", "amount": "1.00 USD"}, ["/amount"]),
        (actions, "bonus_money", {"per_mille": 1, "most": "1.00 USD"}, ["/most"]),
        (actions, "percent_off", {"percent": 1, "most": "1.00 USD"}, ["/most"]),
        (actions, "amount_off", {"amount": "1.00 USD"}, ["/amount"]),
    ],
)
def test_another_currency_is_pointed_at(kinds, name, params, pointers) -> None:
    """Money in another currency than the rule's is a problem of that very parameter."""
    kind = kinds.kinds()[name]
    problems = kind.check(kind.params.model_validate(params), TAIPEI)
    assert [("currency_mismatch", pointer) for pointer in pointers] == [
        (each.code, each.pointer) for each in problems
    ]
