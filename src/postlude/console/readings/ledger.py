"""Who one person was: joinings that hold or were undone, and what is not certain."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from postlude.console.readings import people_rows
from postlude.kernel import tokens
from postlude.orgs.types import OrgRef
from postlude.people import api as people
from postlude.people.types import Contested, Joined

_MOST = 50
REASONS = {
    "same_email": gettext_noop("the same e-mail"),
    "same_phone": gettext_noop("the same phone"),
    "same_line": gettext_noop("the same LINE id"),
    "email_by_hand": gettext_noop("an address was corrected"),
    "by_hand": gettext_noop("a person said so"),
    "placeholder": gettext_noop("a placeholder"),
}
KINDS = {
    "phone": gettext_noop("phone"),
    "email": gettext_noop("e-mail"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A joining; `token` names the contact to part in a form, "" where it is undone."""

    who: str
    why: str
    at: datetime
    undone_at: datetime | None
    undone_why: str
    token: str


@dataclass(frozen=True, slots=True)
class Question:
    """Another contact that shares something with this one."""

    number: str
    what: str
    who: str
    href: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Ledger:
    lines: Sequence[Line]
    questions: Sequence[Question]


def ledger(org: OrgRef, contact: int) -> Ledger:
    """Return what is known of the contacts that this person was, masked."""
    everyone = set(people.family(org.id, contact))
    joined = people.joinings(org.id, contact)[-_MOST:]
    asked = [each for each in people.conflicts(org.id) if {each.one, each.other} & everyone]
    others = {each.child for each in joined} | {_other(each, everyone) for each in asked}
    shown = people_rows.masked(org.id, others)
    return Ledger(
        [_line(each, people_rows.called(shown.get(each.child))) for each in joined],
        [
            Question(
                number=str(each.id),
                what=_(KINDS[each.kind]) if each.kind in KINDS else each.kind,
                who=people_rows.called(shown.get(_other(each, everyone))),
                href=href(org, _other(each, everyone)),
                since=each.since,
            )
            for each in asked
        ],
    )


def href(org: OrgRef, contact: int) -> str:
    """Return the page of a contact."""
    return reverse("console:buyer", args=[org.slug, tokens.seal("contact", contact)])


def _line(joined: Joined, who: str) -> Line:
    reason = _(REASONS[joined.reason]) if joined.reason in REASONS else joined.reason
    return Line(
        who=who,
        why=f"{reason}: {joined.why}" if joined.why else reason,
        at=joined.at,
        undone_at=joined.undone_at,
        undone_why=joined.undone_why,
        token="" if joined.undone_at else tokens.seal("contact", joined.child),
    )


def _other(asked: Contested, everyone: set[int]) -> int:
    return asked.other if asked.one in everyone else asked.one
