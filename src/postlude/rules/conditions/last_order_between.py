"""The member's last order lies between two spans ago, both ends left out.

Spans are counted back from now on the local calendar: 3 months ago is the same day of the month at
the same time of the day, or the month's last day where it has no such day.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Self

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema, model_validator

from postlude.kernel.errors import N_, NN_
from postlude.rules.kinds import Binding, ConditionKind, Params
from postlude.rules.predicates import CalendarAgo, Predicate

_SPAN = re.compile(r"(\d{1,4}) (day|week|month|year)s?(?: ago)?")
_MOST = {"day": 3_660, "week": 520, "month": 120, "year": 10}
_UNITS = {
    "day": NN_("{n} day", "{n} days"),
    "week": NN_("{n} week", "{n} weeks"),
    "month": NN_("{n} month", "{n} months"),
    "year": NN_("{n} year", "{n} years"),
}


@dataclass(frozen=True, slots=True)
class Span:
    """So many days, weeks, months or years."""

    count: int
    unit: str

    @property
    def calendar(self) -> tuple[int, int]:
        """Return months and days."""
        factor = {"day": (0, 1), "week": (0, 7), "month": (1, 0), "year": (12, 0)}[self.unit]
        return self.count * factor[0], self.count * factor[1]

    def __str__(self) -> str:
        return f"{self.count} {self.unit}{'' if self.count == 1 else 's'}"

    @property
    def words(self) -> str:
        """Return it for people; `str` gives it as it is written in parameters."""
        return ngettext(*_UNITS[self.unit], self.count).format(n=self.count)


def _span(value: object) -> object:
    if isinstance(value, Span):
        return value
    found = _SPAN.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None or not 1 <= int(found[1]) <= _MOST[found[2]]:
        raise ValueError(_('write "4 weeks", "3 months", "10 days" or "1 year", at most ten years'))
    return Span(int(found[1]), found[2])


Ago = Annotated[
    Span,
    BeforeValidator(_span),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": _SPAN.pattern, "examples": ["4 weeks"]}),
]


class LastOrderBetween(Params):
    after: Ago | None = None
    """Less long ago than this."""
    before: Ago | None = None
    """Longer ago than this."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.after is None and self.before is None:
            raise ValueError(_("give after, before or both"))
        if self.after and self.before and _least(self.after) <= _least(self.before):
            raise ValueError(_("`after` must be longer ago than `before`"))
        return self


def _least(span: Span) -> int:
    """Return days, a month counting 28: two spans compare so unless they are of a size."""
    months, days = span.calendar
    return months * 28 + days


def predicate(params: LastOrderBetween, binding: Binding) -> Predicate:
    older = params.after.calendar if params.after else None
    newer = params.before.calendar if params.before else None
    return CalendarAgo("member.last_order", binding.zone, older, newer)


def words(params: LastOrderBetween, _binding: Binding) -> str:
    after, before = (each.words if each else "" for each in (params.after, params.before))
    if not after:
        return _("last order more than {before} ago").format(before=before)
    if not before:
        return _("last order less than {after} ago").format(after=after)
    text = _("last order more than {before} and less than {after} ago")
    return text.format(before=before, after=after)


KIND = ConditionKind(
    name="last_order_between",
    title=N_("Last order"),
    params=LastOrderBetween,
    predicate=predicate,
    words=words,
    cost=3,
    aliases=("最近下单时间", "последний заказ"),
    unknown=N_("the member has never ordered, or nobody is known"),
    examples=({"after": "4 weeks", "before": "2 weeks"}, {"after": "3 months"}),
)
