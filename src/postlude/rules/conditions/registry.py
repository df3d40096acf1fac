"""All kinds of condition: ours, and those of plug-ins (entry point group `postlude.conditions`).

A plug-in's entry point names a `ConditionKind`.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from postlude.rules import plugins
from postlude.rules.conditions import (
    balance_at_least,
    birthday_within,
    budget,
    coupon_held,
    coupon_stock,
    expr,
    first_n,
    first_order,
    in_list,
    last_order_between,
    member_level,
    membership_day,
    order_count,
    orders,
    paid_amount,
    period,
    product_groups,
    products,
    quantity,
    segment,
    source,
    spent_at_least,
    tags,
)
from postlude.rules.kinds import ConditionKind

GROUP = "postlude.conditions"
OWN: tuple[ConditionKind[Any], ...] = tuple(
    module.KIND
    for module in (
        balance_at_least,
        birthday_within,
        budget,
        coupon_held,
        coupon_stock,
        expr,
        first_n,
        first_order,
        in_list,
        last_order_between,
        member_level,
        membership_day,
        order_count,
        orders,
        paid_amount,
        period,
        product_groups,
        products,
        quantity,
        segment,
        source,
        spent_at_least,
        tags,
    )
)


@cache
def kinds() -> Mapping[str, ConditionKind[Any]]:
    """Return every kind of condition by name. Raises BrokenPlugin or KindClash, see `plugins`."""
    return plugins.gathered(OWN, ConditionKind, GROUP)


def names() -> Mapping[str, str]:
    """Return the kind's name for each name and alias by which a template may call it."""
    return plugins.by_alias(kinds())
