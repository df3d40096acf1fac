"""The people behind a number of a scheduled journey, masked."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from postlude.console import words
from postlude.console.readings import people_rows
from postlude.console.types import Tone
from postlude.journeys import api as journeys
from postlude.journeys.types import MemberFact, MemberState, Scheduled
from postlude.kernel import tokens
from postlude.kernel.errors import N_
from postlude.orgs.types import OrgRef
from postlude.people.types import PersonShown

MOST = 100
LABELS: Mapping[str, str] = {
    "entered": N_("entered"),
    "sent": N_("sent"),
    "blocked": N_("blocked"),
    "failed": N_("failed"),
    "waiting": N_("waiting"),
}
_BEHIND: Mapping[str, tuple[MemberState, ...]] = {
    "entered": tuple(MemberState),
    "sent": (MemberState.SENT,),
    "blocked": (MemberState.BLOCKED,),
    "failed": (MemberState.FAILED,),
    "waiting": (
        MemberState.READY,
        MemberState.WAITING,
        MemberState.QUEUED,
        MemberState.UNKNOWN,
    ),
}
_STATES: Mapping[MemberState, tuple[str, Tone]] = {
    MemberState.READY: (N_("waiting"), Tone.INFO),
    MemberState.WAITING: (N_("waiting for access"), Tone.WARN),
    MemberState.QUEUED: (N_("queued"), Tone.INFO),
    MemberState.UNKNOWN: (N_("unknown"), Tone.WARN),
    MemberState.SENT: (N_("sent"), Tone.GOOD),
    MemberState.BLOCKED: (N_("blocked"), Tone.WARN),
    MemberState.FAILED: (N_("failed"), Tone.BAD),
}
_REASONS: Mapping[str, str] = {
    "refunded": N_("the ticket was refunded"),
    "event_ended": N_("the event is over"),
    "expired": N_("it was too late"),
    "bounced": N_("the mail bounced"),
    "cancelled": N_("it was cancelled"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One person in the run; `message` leads to what was decided for them, if anything was."""

    who: str
    email: str
    href: str
    state: str
    tone: Tone
    reason: str
    at: datetime
    message: str


@dataclass(frozen=True, slots=True)
class Rows:
    """A page of them, newest first; `before` opens the next page, None on the last one."""

    rows: tuple[Row, ...]
    before: int | None


def reason(name: str) -> str:
    """Return why the journey stopped for somebody, in words."""
    return _(_REASONS[name]) if name in _REASONS else words.reason(name)


def run(org: OrgRef, journey: str, conference: str, *, now: datetime) -> Scheduled | None:
    """Return the run that a link names; None for one that has not begun, or is none of ours."""
    found = journeys.scheduled(org.id, now=now)
    asked = (each for each in found if (each.journey, each.conference) == (journey, conference))
    return next((each for each in asked if each.cycle is not None), None)


def rows(org: OrgRef, cycle: int, key: str, *, before: int | None) -> Rows:
    """Return who stands behind a number of a run; `key` is one of LABELS."""
    found = journeys.members(
        org.id, cycle=cycle, states=_BEHIND[key], limit=MOST + 1, before=before
    )
    shown = people_rows.masked(org.id, {each.contact for each in found})
    listed = found[:MOST]
    return Rows(
        tuple(_row(org, each, shown.get(each.contact)) for each in listed),
        listed[-1].id if len(found) > MOST else None,
    )


def _row(org: OrgRef, each: MemberFact, person: PersonShown | None) -> Row:
    state, tone = _STATES[MemberState(each.state)]
    contact = tokens.seal("contact", each.contact)
    message = tokens.seal("message", each.message) if each.message is not None else ""
    return Row(
        people_rows.called(person),
        (person.email or person.email_as_given) if person else "",
        reverse("console:buyer", args=[org.slug, contact]),
        _(state),
        tone,
        reason(each.reason) if each.reason else "",
        each.settled_at or each.entered_at,
        reverse("console:message", args=[org.slug, message]) if message else "",
    )
