"""Counts, rates and medians, without a database."""

import csv
import io
from datetime import UTC, date, datetime, timedelta
from operator import itemgetter

from hypothesis import given
from hypothesis import strategies as st

from postlude.reports import counting
from postlude.reports.counting import CellKey, Group, Walked
from postlude.reports.exporting import as_csv, as_json, safe
from postlude.reports.types.funnel import STEPS, Event, Funnel, Line, Scope, Step

NOON = datetime(2023, 9, 1, 4, 0, tzinfo=UTC)
STATES = ("registered", "cancelled", "refunded")


@st.composite
def walks(draw: st.DrawFn) -> Walked:
    key = CellKey(
        draw(st.integers(1, 2)), draw(st.sampled_from("ab")), date(2023, 9, draw(st.integers(1, 3)))
    )
    furthest = draw(st.integers(0, len(STEPS) - 1))
    if not furthest:
        return Walked(key, draw(st.sampled_from(STATES)), 0, None, None, None)
    moments = st.none() | st.integers(0, 50).map(lambda s: NOON + timedelta(seconds=s))
    waits = tuple((at, float(draw(st.integers(0, 9)))) for at in range(3, furthest + 1))
    return Walked(key, "paid", furthest, draw(moments), draw(moments), draw(moments), waits)


@given(st.lists(walks(), max_size=40))
def test_every_cut_adds_up_to_the_total(some: list[Walked]) -> None:
    cells = counting.count(some)
    total = counting.together([*cells.values(), Group()]).tally()
    assert total.counts[0] == len(some) == total.counts[1] + sum(total.asides)
    assert list(total.counts) == sorted(total.counts, reverse=True)
    for part in range(3):
        tallies = [each.tally() for each in counting.merged(cells, itemgetter(part)).values()]
        for at in range(len(STEPS)):
            assert sum(each.counts[at] for each in tallies) == total.counts[at]
        assert sum(sum(each.asides) for each in tallies) == sum(total.asides)


@given(st.lists(walks(), max_size=40))
def test_a_median_is_a_wait_that_somebody_had(some: list[Walked]) -> None:
    total = counting.together([*counting.count(some).values(), Group()]).tally()
    for at in range(3, len(STEPS)):
        waits = sorted(seconds for walk in some for step, seconds in walk.waits if step == at)
        assert total.medians[at] == (waits[(len(waits) - 1) // 2] if waits else None)


def test_the_lower_of_two_middles_is_the_median() -> None:
    assert counting.median([1.0, 2.0, 3.0, 10.0]) == 2.0
    assert counting.median([]) is None


def test_a_wait_that_went_backwards_is_none() -> None:
    assert counting.wait(NOON, NOON - timedelta(seconds=1)) is None
    assert counting.wait(NOON, NOON) == 0.0


def test_rates_are_of_the_step_before_and_of_the_first() -> None:
    group = Group()
    group.ended = [2, 2, 0, 0, 0, 0, 0, 4]
    tally = group.tally()
    assert tally.of_previous(Step.PAID) == 0.75
    assert tally.of_first(Step.USED) == 0.5
    assert tally.of_previous(Step.GRANTED) == round(4 / 6, 6)
    assert tally.of_previous(Step.REGISTERED) is None
    assert Group().tally().of_previous(Step.PAID) is None


def test_the_file_cannot_run_a_formula() -> None:
    event = Event(1, "e", "=HYPERLINK(1)", "individual", 2, "c", "C")
    line = Line(Group().tally(), event, "+cmd", date(2023, 9, 1))
    funnel = Funnel(Scope(), "UTC", Group().tally(), cells=(line,))
    rows = list(csv.reader(io.StringIO(as_csv(funnel).removeprefix("\ufeff"))))
    assert rows[1][2] == "'=HYPERLINK(1)"
    assert rows[1][4] == "'+cmd"
    assert len({len(row) for row in rows}) == 1
    assert safe("一般票") == "一般票"


def test_json_names_every_step() -> None:
    found = as_json(Funnel(Scope(), "UTC", Group().tally()))
    assert found["steps"] == list(found["total"]["counts"])
    assert found["cells"] == []
