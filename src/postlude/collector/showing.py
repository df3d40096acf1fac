"""Wishes to show a popup on their way into the database, a group in one commit."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from postlude.collector.hearing import silent_of
from postlude.kernel import boundaries, clock, store
from postlude.people import api as people
from postlude.people.types import Visit
from postlude.popups import api as popups
from postlude.popups.types import Fate, Shown, Wish


@dataclass(slots=True)
class Asking:
    """A wish of a page; `answer` is written when it is committed."""

    org: int
    cid: str
    member: str
    uid: str
    popup: int
    version: int
    at: datetime
    answer: Shown = field(default=Shown(Fate.UNKNOWN))


def show(askings: Sequence[Asking]) -> None:
    """Judge, count and keep a group, in one commit."""
    by_org: dict[int, list[Asking]] = defaultdict(list)
    for asking in askings:
        by_org[asking.org].append(asking)
    answers: list[tuple[Asking, Shown]] = []
    with store.write():
        for org, mine in sorted(by_org.items()):
            answers += _show(org, mine)
    boundaries.crossing("collector.shows_committed")
    for asking, answer in answers:
        asking.answer = answer


def _show(org: int, askings: Sequence[Asking]) -> list[tuple[Asking, Shown]]:
    now = clock.now()
    visits = [Visit(each.cid, each.at, each.member) for each in askings]
    visited = people.visit_many(org, visits, now=now)
    # Who lets nothing be kept sees none: what is shown is counted, and that is kept.
    silent = silent_of(org, visited)
    known = list(zip(askings, visited, strict=True))
    speaking = [(each, who) for each, who in known if who.contact not in silent]
    wishes = [
        Wish(each.uid, each.popup, each.version, each.cid, who.visitor, who.contact)
        for each, who in speaking
    ]
    shown = popups.show_many(org, wishes, now=now)
    answered = [(each, answer) for (each, _), answer in zip(speaking, shown, strict=True)]
    unheard = [each for each, who in known if who.contact in silent]
    return answered + [(each, Shown(Fate.NOT_FOR_THEM)) for each in unheard]
