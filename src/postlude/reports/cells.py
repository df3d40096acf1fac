"""The tickets behind a number of the funnel."""

from collections.abc import Callable, Mapping

from postlude.reports import walks
from postlude.reports.counting import ASIDE_OF, Walked
from postlude.reports.holders import instant
from postlude.reports.types import ASIDES, STEPS, Event, Rows, Scope, Step, TicketWalk

PAGE = 50


def rows(  # noqa: PLR0913 - which number, and which page of it
    org: int,
    scope: Scope,
    step: str,
    *,
    stopped: bool = False,
    limit: int = PAGE,
    offset: int = 0,
) -> Rows:
    """Return the tickets behind a number, the newest first.

    `step` is a step, or unpaid, cancelled, refunded; `stopped` leaves out who has gone on.
    """
    belongs = _belongs(step, stopped=stopped)
    found = [each for each in walks.walked(org, scope) if belongs(each)]
    found.sort(key=lambda each: -each.ticket)
    known = {each.happening: each for each in walks.events(org)}
    page = tuple(_row(each, known) for each in found[offset : offset + limit])
    more = offset + limit if len(found) > offset + limit else None
    return Rows(page, len(found), more)


def _belongs(step: str, *, stopped: bool) -> Callable[[Walked], bool]:
    if step in set(ASIDES):
        aside = [each.value for each in ASIDES].index(step)
        return lambda walk: ASIDE_OF.get(walk.state) == aside
    at = STEPS.index(Step(step))
    if stopped:
        return lambda walk: walk.furthest == at
    return lambda walk: walk.furthest >= at


def _row(walk: Walked, known: Mapping[int, Event]) -> TicketWalk:
    moments = (instant(walk.seen), *walk.moments[1:])
    return TicketWalk(
        walk.ticket,
        walk.order_number,
        walk.contact,
        known[walk.key.happening],
        walk.key.ticket_type,
        walk.key.day,
        walk.state,
        STEPS[walk.furthest],
        {
            step: walks.aware(at)
            for step, at in zip(STEPS[: walk.furthest + 1], moments, strict=False)
            if at is not None
        },
    )
