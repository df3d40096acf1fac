"""An order's tickets meet whichever door shows them first, and whatever their ids are."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from postlude.orders import lifecycle
from postlude.orders.joining import Slot, meet
from postlude.orders.lifecycle import Description, Known
from postlude.orders.types import Via

NOW = datetime(2023, 9, 1, tzinfo=UTC)


def known(external_id, webhook_id, kind) -> Known:
    return Known(
        Description(1, kind, kind * 100, "TWD", Via.POLL, NOW),
        external_id=external_id,
        webhook_id=webhook_id,
    )


def slot(each: Known) -> Slot:
    about = each.description
    return Slot(each.external_id, each.webhook_id, str(about.ticket_type), about.price_minor)


def take(lines: list[Known], views: list[Known]) -> None:
    places = meet([slot(line) for line in lines], [slot(view) for view in views])
    for view, place in zip(views, places, strict=True):
        if place is None:
            lines.append(view)
        else:
            lines[place] = lifecycle.see(lines[place], view, now=NOW)


@st.composite
def sales(draw):
    """An order of up to four tickets, and the views of it in some order, some of them twice."""
    kinds = draw(st.lists(st.integers(1, 2), min_size=1, max_size=4))
    equal, believed = draw(st.booleans()), draw(st.booleans())
    numbers = [(f"A{i}", f"A{i}" if equal else f"W{i}") for i in range(len(kinds))]
    attendees = [known(a, None, kind) for (a, _), kind in zip(numbers, kinds, strict=True)]
    hooks = [
        known(w if believed else None, w, kind) for (_, w), kind in zip(numbers, kinds, strict=True)
    ]
    parts = draw(st.lists(st.lists(st.sampled_from(attendees), unique=True), max_size=3))
    views = [*parts, attendees, hooks, draw(st.permutations(hooks))]
    return len(kinds), draw(st.permutations(views))


@settings(deadline=None)
@given(sales())
def test_as_many_tickets_as_were_sold(sale) -> None:
    count, views = sale
    lines: list[Known] = []
    for view in views:
        take(lines, view)
        assert len(lines) <= count
    assert sorted(line.external_id or "" for line in lines) == [f"A{i}" for i in range(count)]
    assert all(line.webhook_id for line in lines)


def test_the_most_alike_meet_first() -> None:
    here = [known("A1", None, 2)]
    assert meet([slot(here[0])], [slot(known(None, "W1", 1)), slot(known(None, "W2", 2))]) == [
        None,
        0,
    ]


def test_equal_ids_meet_before_alike_ones() -> None:
    lines = [slot(known("A1", None, 1)), slot(known("A2", None, 1))]
    assert meet(lines, [slot(known(None, "A2", 1))]) == [1]


def test_two_attendees_are_never_one() -> None:
    assert meet([slot(known("A1", None, 1))], [slot(known("A2", None, 1))]) == [None]


def test_a_line_without_any_id_is_any_ticket_of_its_order() -> None:
    assert meet([slot(known(None, None, 1))], [slot(known("A1", None, 1))]) == [0]
