"""The tickets behind a number of the funnel."""

from collections.abc import Callable, Mapping

from postlude.reports import walks
from postlude.reports.counting import ASIDE_OF
from postlude.reports.types.funnel import ASIDES, STEPS, Event, Rows, Scope, Step, TicketWalk

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
    page = slice(offset, offset + limit)
    total, found = walks.sold(org, scope, _belongs(step, stopped=stopped), page)
    known = {each.happening: each for each in walks.events(org)}
    more = offset + limit if total > offset + limit else None
    return Rows(tuple(_row(each, known) for each in found), total, more)


def _belongs(step: str, *, stopped: bool) -> Callable[[str, int], bool]:
    """Return the test of (state, furthest step) for one number."""
    if step in set(ASIDES):
        aside = [each.value for each in ASIDES].index(step)
        return lambda state, _furthest: ASIDE_OF.get(state) == aside
    at = STEPS.index(Step(step))
    if stopped:
        return lambda _state, furthest: furthest == at
    return lambda _state, furthest: furthest >= at


def _row(sold: walks.Sold, known: Mapping[int, Event]) -> TicketWalk:
    moments = (sold.placed_at or sold.seen_at, sold.sold_at, *sold.holder.moments())
    reached = STEPS[: sold.furthest + 1]
    return TicketWalk(
        sold.ticket,
        sold.order_number,
        sold.contact,
        known[sold.key.happening],
        sold.key.ticket_type,
        sold.key.day,
        sold.state,
        reached[-1],
        {
            step: walks.aware(at)
            for step, at in zip(reached, moments, strict=False)
            if at is not None
        },
    )
