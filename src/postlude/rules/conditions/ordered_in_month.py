"""The member has a paid order of one calendar month, by the local calendar."""

from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import Field

from postlude.kernel.errors import N_
from postlude.rules.kinds import Binding, ConditionKind, Params
from postlude.rules.predicates import Is, Predicate
from postlude.rules.vocabulary import ORDERED


class OrderedInMonth(Params):
    months_ago: Annotated[int, Field(ge=0, le=24)] = 1
    """Which month: 0 is this one, 1 the one before."""


def predicate(params: OrderedInMonth, binding: Binding) -> Predicate:
    return Is(f"{ORDERED}{params.months_ago}:{binding.zone}")


def words(params: OrderedInMonth, _binding: Binding) -> str:
    if params.months_ago == 0:
        return _("ordered this month")
    if params.months_ago == 1:
        return _("ordered last month")
    return _("ordered in the month {months} months ago").format(months=params.months_ago)


KIND = ConditionKind(
    name="ordered_in_month",
    title=N_("Ordered in a month"),
    params=OrderedInMonth,
    predicate=predicate,
    words=words,
    cost=4,
    aliases=("某月下过单", "заказ в месяце"),
    unknown=N_("nobody is known"),
    examples=({}, {"months_ago": 0}, {"months_ago": 3}),
)
