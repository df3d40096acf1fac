"""Scheduled journeys for their page: when, to whom, and how far."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from postlude.console.readings import journey_rows
from postlude.console.types import Tone
from postlude.journeys import api as journeys
from postlude.journeys.types import Progress, Scheduled, ScheduleState
from postlude.kernel.errors import N_
from postlude.orgs.types import OrgRef

_STATES: Mapping[ScheduleState, tuple[str, Tone]] = {
    ScheduleState.RESTS: (N_("rests"), Tone.WARN),
    ScheduleState.INACTIVE: (N_("switched off"), Tone.PLAIN),
    ScheduleState.AHEAD: (N_("ahead"), Tone.INFO),
    ScheduleState.DUE: (N_("due now"), Tone.INFO),
    ScheduleState.MISSED: (N_("missed"), Tone.BAD),
    ScheduleState.FREEZING: (N_("writing down who gets it"), Tone.INFO),
    ScheduleState.RUNNING: (N_("on its way"), Tone.INFO),
    ScheduleState.DONE: (N_("done"), Tone.GOOD),
}
_WHY: Mapping[str, str] = {
    "no_end": N_("The conference has no end. Write `ends` into the playbook."),
    "no_start": N_("The conference has no start. Write `starts` into the playbook."),
    "no_conference": N_("There is no such conference."),
}
_MISSED = N_("Postlude did not run between its time and the end of the conference.")


@dataclass(frozen=True, slots=True)
class Count:
    """A number and what it says; together the last four make up the first."""

    key: str
    label: str
    value: int
    note: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A scheduled journey and one conference."""

    title: str
    conference: str
    state: str
    tone: Tone
    why: str
    due_at: datetime | None
    begun_at: datetime | None
    audience: str
    counts: tuple[Count, ...]
    late: str
    mails: tuple[tuple[str, str], ...]


def rows(org: OrgRef, *, now: datetime) -> list[Row]:
    """Return every scheduled journey with each of its conferences, the next one first."""
    return [_row(org, each) for each in journeys.scheduled(org.id, now=now)]


def _row(org: OrgRef, each: Scheduled) -> Row:
    state, tone = _STATES[each.state]
    page = reverse("console:templates", args=[org.slug])
    why = _MISSED if each.state is ScheduleState.MISSED else _WHY.get(each.reason, "")
    return Row(
        title=each.title,
        conference=each.conference_name,
        state=_(state),
        tone=tone,
        why=_(why) if why else "",
        due_at=each.due_at,
        begun_at=each.begun_at,
        audience=_audience(each),
        counts=_counts(each.progress, _Links(org, each)) if each.progress else (),
        late=_late(each.late),
        mails=tuple((it, f"{page}?{urlencode({'template': it})}") for it in each.templates),
    )


def _audience(each: Scheduled) -> str:
    n = each.audience
    if each.begun_at is None:
        text = ngettext("{n} person holds a ticket now", "{n} people hold a ticket now", n)
    else:
        text = ngettext("{n} person held a ticket then", "{n} people held a ticket then", n)
    return text.format(n=n)


def _late(n: int) -> str:
    if not n:
        return ""
    text = ngettext(
        "{n} of them bought later and got it with the invitation",
        "{n} of them bought later and got it with the invitation",
        n,
    )
    return text.format(n=n)


class _Links:
    """Makes the links that open a number into its people."""

    def __init__(self, org: OrgRef, each: Scheduled) -> None:
        self._page = reverse("console:journey-rows", args=[org.slug])
        self._asked = {"journey": each.journey, "conference": each.conference}

    def of(self, key: str) -> str:
        return f"{self._page}?{urlencode({**self._asked, 'of': key})}"


def _counts(it: Progress, link: _Links) -> tuple[Count, ...]:
    values = {
        "entered": (it.entered, ""),
        "sent": (it.sent, ""),
        "blocked": (it.blocked_total, _reasons(it.blocked)),
        "failed": (it.failed, _reasons(it.failures)),
        "waiting": (it.waiting, _waits(it)),
    }
    return tuple(
        Count(key, _(journey_rows.LABELS[key]), value, note, link.of(key))
        for key, (value, note) in values.items()
    )


def _reasons(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{journey_rows.reason(name)}: {n}" for name, n in sorted(counts.items()) if n)


def _waits(it: Progress) -> str:
    return f"{_('unknown')}: {it.unknown}" if it.unknown else ""
