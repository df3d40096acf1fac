"""How many orders there were before this one, as the asker's system says at this moment."""

from typing import Annotated, Self

from django.utils.translation import gettext as _
from pydantic import Field, model_validator

from postlude.kernel.errors import N_
from postlude.rules.conditions import bounds
from postlude.rules.conditions.freshness import fresh
from postlude.rules.kinds import Binding, ConditionKind, Params
from postlude.rules.parameters import Count
from postlude.rules.predicates import Predicate

MaxAge = Annotated[int, Field(ge=1, le=86_400)]


class OrderCount(Params):
    min: Count | None = None
    """At least this many orders before this one."""
    max: Count | None = None
    """At most this many orders before this one."""
    max_age: MaxAge = 300
    """Seconds for which the count is good; an older one is refused (unknown)."""

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        bounds.refuse_empty(self.min, self.max)
        return self


def predicate(params: OrderCount, _binding: Binding) -> Predicate:
    test = bounds.closed("orders_before", params.min, params.max)
    return fresh("orders_before", test, max_age=params.max_age)


def words(params: OrderCount, _binding: Binding) -> str:
    return _("has ordered {bounds} times before").format(
        bounds=bounds.in_words(params.min, params.max)
    )


KIND = ConditionKind(
    name="order_count",
    title=N_("Orders before this one"),
    params=OrderCount,
    predicate=predicate,
    words=words,
    cost=2,
    aliases=("下单次数", "число прошлых заказов"),
    unknown=N_("the asker does not say how many there were, or says it of too long ago"),
    examples=({"min": 1, "max": 4}, {"min": 10, "max_age": 60}),
)
