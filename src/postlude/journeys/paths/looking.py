"""Looking for people on a timetable: whom a condition holds for enters, page by page.

A look asks as of the time at which it was due. Each page is one commit that moves its cursor.
"""

import logging
from datetime import datetime, timedelta

from postlude.journeys import draining
from postlude.journeys.models import Inside, Intake, JourneyVersion
from postlude.journeys.paths import definitions, intakes, publishing, scopes
from postlude.journeys.paths.entering import Gate, enter
from postlude.journeys.paths.types import Candidate, Path, Selected
from postlude.journeys.recurring import audiences, timetables
from postlude.journeys.recurring.types import Due
from postlude.kernel import boundaries, ids, redact, store, wakeup
from postlude.kernel.errors import AppError
from postlude.kernel.jobs import Budget
from postlude.kernel.work import OWNER
from postlude.messages.types import Lane
from postlude.orgs import api as orgs
from postlude.rules import api as rules

_log = logging.getLogger(__name__)
PAGE = 500
_LAST = 2**63 - 1
_PATIENCE = timedelta(days=1)
# Who is new at a look hangs on the one before.
_IN_TURN = (
    "NOT EXISTS (SELECT 1 FROM journeys_intake before"
    " WHERE before.journey_id = journeys_intake.journey_id"
    " AND before.finished_at IS NULL AND before.id < journeys_intake.id)"
)


def begin_looks(budget: Budget) -> int:
    """Begin every look that is due, or was missed and may still begin; return how many.

    Any number of schedulers may look at once: the intake's unique key decides.
    """
    begun = 0
    for org in orgs.all_orgs():
        if budget.spent():
            break
        for version, path, since in publishing.open_paths(org.id):
            if not isinstance(path.trigger, Selected):
                continue
            now = budget.now()
            due = timetables.due(path.trigger.timetable, now=now, zone=org.zone, since=since)
            if due is not None:
                begun += _begin(org.id, version, path.trigger, due, now)
    return begun


def _begin(org: int, version: JourneyVersion, trigger: Selected, due: Due, now: datetime) -> bool:
    asked = definitions.asked(trigger)
    with store.write():
        before = Intake.objects.filter(org=org, journey=version.journey_id, asked=asked)
        begun = intakes.begin(
            org,
            version,
            due.scope,
            due_at=due.at,
            now=now,
            asked=asked,
            first=not before.exists(),
        )
        wakeup.nudge()
    boundaries.crossing("journeys.look_begun")
    return begun


def look(budget: Budget) -> int:
    """Go on with the looks that have begun; return how many people were selected."""
    total = 0
    for (intake,) in draining.claimed(Intake, budget, where=f"finished_at IS NULL AND {_IN_TURN}"):
        boundaries.crossing("journeys.look_claimed")
        try:
            for found in draining.pages(Intake, intake, budget, _page):
                total += found
                boundaries.crossing("journeys.look_paged")
        except AppError as error:  # a condition that cannot be asked any more: others go on
            _log.error(
                "a path cannot look for people",
                extra={"intake": intake, "reason": redact.cut(error)},
            )  # its lease runs out, and somebody tries again
            _give_up(intake, budget.now())
    return total


def _give_up(number: int, now: datetime) -> None:
    """What cannot be asked for a day is left, so that later looks, by a mended version, go on."""
    with store.write():
        Intake.objects.filter(id=number, begun_at__lt=now - _PATIENCE).update(
            finished_at=now, owner="", lease_until=None
        )


def _page(number: int, now: datetime) -> tuple[int, bool]:
    """Let the next page enter; return how many were selected, and whether there may be more."""
    with store.write():
        rows = Intake.objects.select_for_update().filter(id=number, owner=OWNER, finished_at=None)
        intake = rows.first()
        if intake is None:
            return 0, False
        version = JourneyVersion.objects.get(id=intake.version_id)
        path = definitions.from_json(version.definition)
        if not isinstance(path.trigger, Selected):
            raise TypeError(path.trigger)
        rule = audiences.bound(intake.org_id, path.trigger.who, orgs.get(intake.org_id).zone)
        found = rules.audience_page(
            intake.org_id, rule, now=intake.due_at, after=intake.looked_to, limit=PAGE
        )
        last = found[-1] if len(found) == PAGE else _LAST
        fresh = _newly(intake, path.trigger, found, last) if path.trigger.newly else found
        intake.passed_over += enter(
            _gate(intake, version, path), [Candidate(contact) for contact in fresh], now
        )
        intake.selected += len(fresh)
        intake.looked_to = last
        if last == _LAST:
            intake.finished_at, intake.owner, intake.lease_until = now, "", None
        intake.save()
    return len(found), intake.finished_at is None


def _gate(intake: Intake, version: JourneyVersion, path: Path) -> Gate:
    zone, scope = orgs.get(intake.org_id).zone, scopes.of_look(intake.scope)
    return Gate(
        intake.org_id, zone, version, path, intake.cycle_id, intake.due_at, Lane.BULK, scope
    )


def _newly(intake: Intake, trigger: Selected, found: list[int], last: int) -> list[int]:
    """Return who was not inside at the look before, and write down who is, up to `last`.

    Whoever has left is forgotten, so that coming back counts. At the first look of a condition
    nobody is new, unless those inside already are meant.
    """
    org, journey = intake.org_id, intake.journey_id
    here = Inside.objects.filter(
        org=org, journey=journey, contact__gt=intake.looked_to, contact__lte=last
    )
    if intake.first:
        here.delete()
    known = set(here.values_list("contact", flat=True))
    fresh = [contact for contact in found if contact not in known]
    here.filter(contact__in=sorted(known - set(found))).delete()
    rows = [
        (new, org, journey, contact)
        for new, contact in zip(ids.new_ids(len(fresh)), fresh, strict=True)
    ]
    store.insert_ignore(
        Inside, ("id", "org", "journey", "contact"), rows, conflict=("org", "journey", "contact")
    )
    return [] if intake.first and not trigger.inside_already else fresh
