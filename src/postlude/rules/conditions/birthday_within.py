"""The member's birthday is near.

Whole local days are counted. Who was born on 29 February celebrates on the 28th in common years.
"""

from typing import Annotated, Self

from django.utils.translation import gettext as _
from pydantic import Field, model_validator

from postlude.kernel.errors import N_
from postlude.rules.kinds import Binding, ConditionKind, Params
from postlude.rules.predicates import AllOf, Anniversary, Negated, Predicate

_FACT = "member.birthday"
Near = Annotated[int, Field(ge=0, le=183)]


class BirthdayWithin(Params):
    days_before: Near = 0
    """From this many days before the birthday."""
    days_after: Near = 0
    """To this many days after it; both ends count."""
    on_the_day: bool = True
    """Whether the birthday itself counts."""

    @model_validator(mode="after")
    def _some_day(self) -> Self:
        if not (self.on_the_day or self.days_before or self.days_after):
            raise ValueError(_("no day is left: give days_before, days_after or on_the_day"))
        return self


def predicate(params: BirthdayWithin, binding: Binding) -> Predicate:
    near = Anniversary(_FACT, binding.zone, params.days_before, params.days_after)
    if params.on_the_day:
        return near
    return AllOf((near, Negated(Anniversary(_FACT, binding.zone, 0, 0))))


def words(params: BirthdayWithin, _binding: Binding) -> str:
    parts = (
        (_("in at most {days} days"), params.days_before),
        (_("today"), params.on_the_day),
        (_("not more than {days} days ago"), params.days_after),
    )
    when = ", ".join(text.format(days=days) for text, days in parts if days)
    return _("birthday {when}").format(when=when)


KIND = ConditionKind(
    name="birthday_within",
    title=N_("Birthday"),
    params=BirthdayWithin,
    predicate=predicate,
    words=words,
    cost=3,
    aliases=("生日", "день рождения"),
    unknown=N_("the birthday is not known"),
    examples=({"days_after": 7}, {"days_before": 14, "on_the_day": False}),
)
