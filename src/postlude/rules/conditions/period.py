"""When: between dates, on days of the week or the month, at hours of the day.

Dates become instants in the rule's zone; weekdays, days and hours are what calendar and clock on
the wall there show. So a window of an hour lasts two where the clocks go through it twice, and
none where they skip it.
"""

from datetime import date, datetime, time, timedelta
from typing import Annotated, Literal, Self

from django.utils.translation import gettext as _
from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from postlude.kernel.errors import N_
from postlude.rules.calendars import at_wall
from postlude.rules.facts import NOW, local_name
from postlude.rules.kinds import Binding, ConditionKind, Params
from postlude.rules.parameters import Hour, Moment
from postlude.rules.predicates import AllOf, Constant, OneOf, Predicate, Range, SomeOf

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_WEEK: tuple[Weekday, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAYS = {
    "mon": N_("mon"),
    "tue": N_("tue"),
    "wed": N_("wed"),
    "thu": N_("thu"),
    "fri": N_("fri"),
    "sat": N_("sat"),
    "sun": N_("sun"),
}
_MINUTES = 24 * 60


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


def _in_order(values: tuple[Weekday, ...]) -> tuple[Weekday, ...]:
    return tuple(sorted(set(values), key=_WEEK.index))


Weekdays = Annotated[
    tuple[Weekday, ...], BeforeValidator(_as_tuple), Field(min_length=1), AfterValidator(_in_order)
]
MonthDays = Annotated[
    tuple[Annotated[int, Field(ge=1, le=31)], ...],
    BeforeValidator(_as_tuple),
    Field(min_length=1),
    AfterValidator(lambda days: tuple(sorted(set(days)))),
]


class Period(Params):
    starts: Moment | None = None
    """From this day's beginning, or this local moment (included)."""
    ends: Moment | None = None
    """To this day's end, or this local moment (left out)."""
    weekdays: Weekdays | None = None
    """On these days of the week."""
    month_days: MonthDays | None = None
    """On these days of the month; a day that a month does not have is left out."""
    opens: Hour | None = None
    """From this time of the day (included)."""
    closes: Hour | None = None
    """To this time (left out); earlier than `opens`: over midnight, still of the day it began."""

    @model_validator(mode="after")
    def _can_be(self) -> Self:
        if not any((self.starts, self.ends, self.weekdays, self.month_days, self.opens)):
            raise ValueError(_("give starts, ends, weekdays, month_days or hours"))
        if (self.opens is None) != (self.closes is None):
            raise ValueError(_("give both opens and closes"))
        if self.opens is not None and self.opens == self.closes:
            raise ValueError(_("opens and closes are the same: leave both out for the whole day"))
        if self.starts and self.ends and _begin(self.starts) >= _end(self.ends):
            raise ValueError(_("ends before it starts"))
        if self.month_days and self._over_midnight and self.closes != time():
            raise ValueError(_("hours over midnight go with weekdays, not with days of the month"))
        return self

    @property
    def _over_midnight(self) -> bool:
        return self.opens is not None and self.closes is not None and self.closes < self.opens


def _begin(moment: date) -> datetime:
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time())


def _end(moment: date) -> datetime:
    if isinstance(moment, datetime):
        return moment
    return datetime.combine(moment, time()) + timedelta(days=1)


def predicate(params: Period, binding: Binding) -> Predicate:
    parts: list[Predicate] = []
    if params.starts or params.ends:
        low = at_wall(_begin(params.starts), binding.zone) if params.starts else None
        high = at_wall(_end(params.ends), binding.zone) if params.ends else None
        parts.append(Range(NOW, low, high))
    if params.month_days:
        parts.append(OneOf(local_name("month_day", binding.zone), frozenset(params.month_days)))
    parts.append(_week_and_hours(params, binding.zone))
    wanted = tuple(each for each in parts if each != Constant(value=True))
    return wanted[0] if len(wanted) == 1 else AllOf(wanted)


def _week_and_hours(params: Period, zone: str) -> Predicate:
    days = [_WEEK.index(each) + 1 for each in params.weekdays or ()]
    if params.opens is None or params.closes is None:
        return _on(days, zone) if days else Constant(value=True)
    minute = local_name("minute", zone)
    opens, closes = (each.hour * 60 + each.minute for each in (params.opens, params.closes))
    if opens < closes:
        return _both(days, Range(minute, opens, closes), zone)
    evening = _both(days, Range(minute, opens, _MINUTES), zone)
    if closes == 0:
        return evening
    return SomeOf((evening, _both([day % 7 + 1 for day in days], Range(minute, 0, closes), zone)))


def _both(days: list[int], hours: Range, zone: str) -> Predicate:
    return AllOf((_on(days, zone), hours)) if days else hours


def _on(days: list[int], zone: str) -> Predicate:
    return OneOf(local_name("weekday", zone), frozenset(days))


def words(params: Period, binding: Binding) -> str:
    parts = []
    if params.starts:
        parts.append(_("from {moment}").format(moment=params.starts.isoformat()))
    if params.ends:
        until = _("before {moment}") if isinstance(params.ends, datetime) else _("to {moment}")
        parts.append(until.format(moment=params.ends.isoformat()))
    if params.weekdays:
        parts.append(
            _("on {days}").format(days=", ".join(_(_DAYS[day]) for day in params.weekdays))
        )
    if params.month_days:
        days = ", ".join(map(str, params.month_days))
        parts.append(_("on day {days} of the month").format(days=days))
    if params.opens and params.closes:
        hours = f"{params.opens:%H:%M}–{params.closes:%H:%M}"
        parts.append(_("at {hours}").format(hours=hours))
    return f"{' '.join(parts)} ({binding.zone})"


KIND = ConditionKind(
    name="period",
    title=N_("Period"),
    params=Period,
    predicate=predicate,
    words=words,
    cost=2,
    aliases=("起止时间", "период"),
    unknown=N_("never: the moment of the decision is always known"),
    examples=(
        {"starts": "2026-05-01", "ends": "2026-05-31"},
        {"weekdays": ["fri", "sat"], "opens": "22:00", "closes": "02:00"},
        {"month_days": [1, 15], "opens": "11:00", "closes": "14:30"},
    ),
)
