"""The people behind a number of a run, masked; and what a notice would do for one person."""

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from postlude.console import words
from postlude.console.readings import people_rows
from postlude.console.types import Tone
from postlude.journeys import api as journeys
from postlude.kernel import tokens
from postlude.kernel.errors import N_
from postlude.orgs import api as orgs
from postlude.orgs.types import OrgRef
from postlude.people.types import PersonShown
from postlude.reports import api as reports

MOST = 100
_MOST_ORDERS = 1_000
_OUTCOMES = {
    "sent": (N_("sent"), Tone.GOOD),
    "blocked": (N_("blocked"), Tone.WARN),
    "failed": (N_("failed"), Tone.BAD),
    "waiting": (N_("waiting"), Tone.INFO),
    "held_out": (N_("held out"), Tone.PLAIN),
}
_WHY_NOT = {
    "not_selected": N_("not selected now"),
    "no_period": N_("there is no such period"),
    "served": N_("served in this period already"),
    "filtered": N_("stopped by “only”"),
    "held_out": N_("held out for good"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One person in a run; `message` leads to what was written, if anything was."""

    who: str
    email: str
    href: str
    state: str
    tone: Tone
    reason: str
    branch: str
    at: datetime
    message: str


@dataclass(frozen=True, slots=True)
class Lines:
    """A page of them, newest first; `before` opens the next page, None on the last one."""

    rows: tuple[Line, ...]
    before: int | None


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What a selection would do for one person now."""

    selection: str
    text: str
    tone: Tone
    way: str
    points: int


def lines(  # noqa: PLR0913 - a number of a run, and where the page begins
    org: OrgRef, slug: str, run: int, *, selection: str, of: str, before: int | None
) -> Lines | None:
    """Return who stands behind a number; None where there is no such run."""
    found = journeys.attempts(
        org.id, slug, run, selection=selection, outcome=of, before=before, limit=MOST + 1
    )
    if found is None:
        return None
    shown = people_rows.masked(org.id, {each.contact for each in found})
    branches = {each.id: each.name for each in orgs.branches(org.id)}
    listed = found[:MOST]
    return Lines(
        tuple(
            _line(org, each, shown.get(each.contact), branches.get(each.branch or 0, ""))
            for each in listed
        ),
        listed[-1].id if len(found) > MOST else None,
    )


def _line(org: OrgRef, each: journeys.Attempt, person: PersonShown | None, branch: str) -> Line:
    state, tone = _OUTCOMES.get(each.outcome, (each.outcome, Tone.PLAIN))
    contact = tokens.seal("contact", each.contact)
    message = tokens.seal("message", each.message) if each.message is not None else ""
    return Line(
        people_rows.called(person),
        (person.email or person.email_as_given) if person else "",
        reverse("console:buyer", args=[org.slug, contact]),
        _(state),
        tone,
        _why(each.reason),
        branch,
        each.at,
        reverse("console:message", args=[org.slug, message]) if message else "",
    )


def _why(reason: str) -> str:
    return _(_WHY_NOT[reason]) if reason in _WHY_NOT else words.reason(reason) if reason else ""


@dataclass(frozen=True, slots=True)
class Redeemed:
    """An order that named a coupon, and the message that had told of it."""

    order: str
    code: str
    who: str
    href: str
    at: datetime
    told_at: datetime
    message: str


def redeemed(org: OrgRef, slug: str, action: str) -> list[Redeemed]:
    """Return who redeemed what a notice told them of; of one action, or of all, newest first."""
    try:
        asked = reports.notices_asked(org.id, kind=slug)
    except LookupError:
        return []
    found = [
        (it, by)
        for it, by in reports.redemptions(org.id, asked)
        if by is not None and action in {"", by.place.action}
    ]
    listed = sorted(found, key=lambda pair: pair[0].opened_at, reverse=True)[:_MOST_ORDERS]
    shown = people_rows.masked(org.id, {it.contact for it, _by in listed if it.contact})
    return [
        Redeemed(
            it.order,
            it.code,
            people_rows.called(shown.get(by.contact)),
            reverse("console:buyer", args=[org.slug, tokens.seal("contact", by.contact)]),
            it.opened_at,
            by.sent_at,
            reverse("console:message", args=[org.slug, tokens.seal("message", by.message)]),
        )
        for it, by in listed
    ]


def foreseen(org: OrgRef, slug: str, contact: int, *, now: datetime) -> list[Foreseen]:
    """Return what each selection would do for a contact now; nothing is marked or sent."""
    return [
        Foreseen(
            each.selection,
            _why(each.why_not) if each.why_not else _("would get it"),
            Tone.PLAIN if each.why_not else Tone.GOOD,
            each.way,
            each.points,
        )
        for each in journeys.foresee(org.id, contact, now=now, slug=slug)
    ]
