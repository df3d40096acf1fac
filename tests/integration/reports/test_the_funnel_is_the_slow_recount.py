"""Every number of the funnel is what a slow reading of the tables, ticket by ticket, says."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from postlude.orgs import api as orgs
from postlude.reports import api as reports
from postlude.reports.types.funnel import ASIDES, STEPS, Line, Tally
from support import a_walked_sale

from .recount import lower_median, recount


def summed(cells: dict[Any, dict[str, Any]], by: Callable[[Any], Any]) -> dict[Any, dict[str, Any]]:
    whole: dict[Any, dict[str, Any]] = {}
    for key, cell in cells.items():
        into = whole.setdefault(
            by(key),
            {"counts": defaultdict(int), "aside": defaultdict(int), "waits": defaultdict(list)},
        )
        for name in ("counts", "aside"):
            for step, number in cell[name].items():
                into[name][step] += number
        for step, waits in cell["waits"].items():
            into["waits"][step] += waits
    return whole


def plain(cell: dict[str, Any]) -> list[Any]:
    return [
        [cell["counts"][each] for each in STEPS],
        [cell["aside"][each] for each in ASIDES],
        [lower_median(cell["waits"][each]) for each in STEPS],
    ]


def shown(tally: Tally) -> list[Any]:
    return [list(tally.counts), list(tally.asides), list(tally.medians)]


def keyed(lines: tuple[Line, ...], by: Callable[[Line], Any]) -> dict[Any, list[Any]]:
    found = {by(line): shown(line.tally) for line in lines}
    assert len(found) == len(lines)
    return found


def happening(line: Line) -> int:
    assert line.event is not None
    return line.event.happening


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(("zone", "hours"), [("Asia/Taipei", 8), ("UTC", 0)])
def test_the_funnel_is_the_slow_recount(db: None, seed: int, zone: str, hours: int) -> None:
    org = orgs.create("pycon", "PyCon", zone=zone, currency="TWD").id
    other = orgs.create("rival", "Rival", zone=zone, currency="TWD").id
    a_walked_sale.fill(org, 150, seed=seed, zone_hours=hours)
    a_walked_sale.fill(other, 20, seed=seed + 100, zone_hours=hours)
    cells = recount(org, zone)
    found = reports.funnel(org, reports.scope(org))
    assert {key: plain(cell) for key, cell in cells.items()} == keyed(
        found.cells, lambda line: (happening(line), line.ticket_type, line.day)
    )
    for lines, by, of in (
        (found.types, lambda key: key[:2], lambda line: (happening(line), line.ticket_type)),
        (found.events, lambda key: key[0], happening),
        (found.days, lambda key: key[2], lambda line: line.day),
    ):
        whole = summed(cells, by)
        assert {key: plain(cell) for key, cell in whole.items()} == keyed(lines, of)
    assert plain(summed(cells, lambda _: 0)[0]) == shown(found.total)
    assert found.total.counts[0] == 150
    # The dice give every fate, or the comparison would prove less than it says.
    assert all(found.total.counts)
    assert all(found.total.asides)
    assert all(each is not None for each in found.total.medians[1:])
    assert list(found.total.counts) == sorted(found.total.counts, reverse=True)
    assert found.total.counts[0] == found.total.counts[1] + sum(found.total.asides)


@pytest.mark.parametrize("seed", [5, 6])
def test_every_number_opens_into_its_rows(org: Any, seed: int) -> None:
    """By every filter, the rows behind a number are as many as it says, and each once."""
    a_walked_sale.fill(org.id, 120, seed=seed)
    since, until = date(2023, 9, 1), date(2023, 9, 20)
    scopes = [
        reports.scope(org.id),
        reports.scope(org.id, event="pycon"),
        reports.scope(org.id, event="pycon-corporate", ticket_type=a_walked_sale.TYPES[0]),
        reports.scope(org.id, since=since, until=until),
        reports.scope(org.id, day="2023/09/05"),
    ]
    for scope in scopes:
        tally = reports.funnel(org.id, scope).total
        for step in (*STEPS, *ASIDES):
            wanted = tally.count(step) if step in STEPS else tally.aside(step)
            tickets: list[int] = []
            offset: int | None = 0
            while offset is not None:
                page = reports.rows(org.id, scope, step, limit=17, offset=offset)
                assert page.total == wanted
                tickets += [each.ticket for each in page.rows]
                offset = page.next_offset
            assert len(tickets) == len(set(tickets)) == wanted
            assert tickets == sorted(tickets, reverse=True)
        stopped = [reports.rows(org.id, scope, each, stopped=True).total for each in STEPS]
        assert sum(stopped) == tally.counts[0]


def test_a_filter_counts_what_the_recount_of_it_counts(org: Any) -> None:
    a_walked_sale.fill(org.id, 150, seed=9)
    since, until = date(2023, 8, 28), date(2023, 9, 9)
    scope = reports.scope(org.id, event="pycon", since="2023/08/28", until="2023-09-09")
    cells = recount(
        org.id,
        "Asia/Taipei",
        wanted=lambda ticket, day: (
            since <= day <= until and ticket.happening.slug.startswith("pycon")
        ),
    )
    found = reports.funnel(org.id, scope)
    assert {key: plain(cell) for key, cell in cells.items()} == keyed(
        found.cells, lambda line: (happening(line), line.ticket_type, line.day)
    )


def test_an_empty_sale_is_all_zeros(org: Any) -> None:
    found = reports.funnel(org.id, reports.scope(org.id))
    assert found.total.counts == (0,) * len(STEPS)
    assert found.cells == found.days == found.types == found.events == ()
    assert found.total.of_first(STEPS[1]) is None
    assert reports.rows(org.id, found.scope, "paid").rows == ()
