"""What was asked for, checked: a question that cannot be answered says how to ask."""

from collections.abc import Sequence
from datetime import date, datetime

from postlude.reports import walks
from postlude.reports.errors import BadDay, BadRange, BadStep, UnknownEvent, UnknownType
from postlude.reports.types.funnel import ASIDES, STEPS, Event, Scope

_FORMS = ("%Y-%m-%d", "%Y/%m/%d")
_NAMED = 12


def scope(  # noqa: PLR0913 - the filters of a report
    org: int,
    *,
    event: str = "",
    ticket_type: str = "",
    since: str | date | None = None,
    until: str | date | None = None,
    day: str | date | None = None,
) -> Scope:
    """Return which tickets are meant; `event` is the slug of an event or of a conference.

    `day` stands for both ends. Raises a ReportError that names what to write instead.
    """
    first = day_of("since", since) if not day else day_of("day", day)
    last = day_of("until", until) if not day else first
    if first and last and last < first:
        raise BadRange(since=first.isoformat(), until=last.isoformat())
    events = walks.events(org)
    wanted = _chosen(events, event.strip())
    numbers = tuple(each.happening for each in wanted)
    name = ticket_type.strip()
    if name:
        known = walks.type_names(org, numbers)
        if name not in known:
            raise UnknownType(name, ", ".join(known[:_NAMED]))
    return Scope(numbers, event.strip(), name, first, last)


def step(name: str) -> str:
    """Return the name of a step or of what became of those who never paid or came back."""
    known = [each.value for each in (*STEPS, *ASIDES)]
    if name not in known:
        raise BadStep(name, ", ".join(known))
    return name


def day_of(name: str, given: str | date | None) -> date | None:
    """Return a day as it was written; None of nothing. Raises BadDay."""
    if given is None or isinstance(given, date):
        return given
    text = given.strip()
    if not text:
        return None
    for form in _FORMS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    raise BadDay(name=name, day=text[:40])


def _chosen(events: Sequence[Event], wanted: str) -> list[Event]:
    if not wanted:
        return list(events)
    named = [each for each in events if wanted in (each.slug, str(each.happening))]
    named = named or [each for each in events if wanted == each.conference_slug]
    if not named:
        known = dict.fromkeys(
            [each.slug for each in events if each.slug] + [each.conference_slug for each in events]
        )
        raise UnknownEvent(wanted, ", ".join(list(known)[:_NAMED]))
    return named
