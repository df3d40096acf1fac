"""A day that comes round every month."""

from typing import Annotated, Literal

from django.utils.translation import gettext as _
from pydantic import Field

from postlude.kernel.errors import N_
from postlude.rules.facts import local_name
from postlude.rules.kinds import Binding, ConditionKind, Params
from postlude.rules.predicates import AllOf, OneOf, Predicate, Range, SomeOf

_SHORTEST = 28


class MembershipDay(Params):
    day: Annotated[int, Field(ge=1, le=31)]
    """The day of the month."""
    short_months: Literal["last_day", "skip"] = "last_day"
    """In a month without that day: its last day instead, or no membership day."""


def predicate(params: MembershipDay, binding: Binding) -> Predicate:
    month_day = local_name("month_day", binding.zone)
    itself = OneOf(month_day, frozenset({params.day}))
    if params.day <= _SHORTEST or params.short_months == "skip":
        return itself
    last = Range(local_name("month_left", binding.zone), 0, 1)
    return SomeOf((itself, AllOf((last, Range(month_day, None, params.day)))))


def words(params: MembershipDay, binding: Binding) -> str:
    text = _("on day {day} of the month")
    if params.day > _SHORTEST and params.short_months == "last_day":
        text = _("on day {day} of the month, or its last")
    return f"{text.format(day=params.day)} ({binding.zone})"


KIND = ConditionKind(
    name="membership_day",
    title=N_("Membership day"),
    params=MembershipDay,
    predicate=predicate,
    words=words,
    aliases=("会员日", "день участника"),
    unknown=N_("never: the moment of the decision is always known"),
    examples=({"day": 8}, {"day": 31}, {"day": 31, "short_months": "skip"}),
)
