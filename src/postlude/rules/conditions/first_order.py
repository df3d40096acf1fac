"""This is the first order (or top-up), as the asker's system says at this moment."""

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_
from postlude.rules.conditions.freshness import fresh
from postlude.rules.conditions.order_count import MaxAge
from postlude.rules.kinds import Binding, ConditionKind, Params
from postlude.rules.predicates import Predicate, Range


class FirstOrder(Params):
    max_age: MaxAge = 300
    """Seconds for which the count is good; an older one is refused (unknown)."""


def predicate(params: FirstOrder, _binding: Binding) -> Predicate:
    return fresh("orders_before", Range("orders_before", None, 1), max_age=params.max_age)


def words(_params: FirstOrder, _binding: Binding) -> str:
    return _("orders for the first time")


KIND = ConditionKind(
    name="first_order",
    title=N_("First order"),
    params=FirstOrder,
    predicate=predicate,
    words=words,
    cost=2,
    aliases=("首单", "首次充值", "первый заказ"),
    unknown=N_("the asker does not say how many there were, or says it of too long ago"),
    examples=({}, {"max_age": 60}),
)
