"""An order of a shop ends the same however its opening, closing and cancelling arrive."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from postlude.kernel.money import Money
from postlude.orders.shop.hearing import Known, hear
from postlude.orders.shop.types import ShopOrderSeen, Stage

START = datetime(2026, 3, 1, 9, tzinfo=UTC)
words = st.sampled_from(["", "delivery", "hall"])
moments = st.integers(0, 300).map(lambda minutes: START + timedelta(minutes=minutes))


def said(stage: Stage) -> st.SearchStrategy[ShopOrderSeen]:
    """Say anything about one order: also that it was closed before it was opened."""
    if stage is Stage.CANCELLED:
        return st.builds(ShopOrderSeen, st.just("A-1"), st.just(stage), moments, test=st.booleans())
    return st.builds(
        ShopOrderSeen,
        uid=st.just("A-1"),
        stage=st.just(stage),
        at=moments,
        contact=st.sampled_from([None, 7, 8]),
        branch=st.sampled_from([None, 1, 2]),
        kind=words,
        source=words,
        amount=st.sampled_from([None, Money(100, "RUB"), Money(250, "RUB")]),
        opened_at=st.one_of(st.none(), moments) if stage is Stage.CLOSED else st.none(),
        coupons=st.sampled_from([None, (), ("PRO10",)]),
        test=st.booleans(),
    )


stories = st.tuples(*(st.one_of(st.none(), said(stage)) for stage in Stage)).map(
    lambda told: [each for each in told if each is not None]
)


def told(story) -> Known:
    known = Known()
    for each in story:
        heard = hear(known, each)
        assert heard is not None
        known = heard
    return known


@given(stories)
def test_every_order_of_arrival_ends_the_same(story) -> None:
    """Three statements, any of them missing, in each of the six orders."""
    assert all(told(order) == told(story) for order in permutations(story))


@given(stories, st.lists(st.integers(0, 2), max_size=6))
def test_told_again_it_changes_nothing(story, again) -> None:
    known = told(story)
    repeated = [story[number] for number in again if number < len(story)]
    assert known == told([*story, *repeated])


@given(stories.filter(bool), st.data())
def test_told_otherwise_it_is_refused(story, data) -> None:
    """Whatever was changed in a statement but its contact, and in whatever order it came."""
    first = data.draw(st.sampled_from(story))
    other = data.draw(said(first.stage))
    known = told(story)
    if other == first:
        assert known == hear(known, other)
    elif replace(other, contact=first.contact) != first:
        assert hear(known, other) is None


def test_a_closing_overrules_an_opening() -> None:
    """And says nothing of what it leaves out."""
    opened = ShopOrderSeen("A-1", Stage.OPENED, START, 7, 1, "hall", "till", Money(100, "RUB"))
    closed = ShopOrderSeen("A-1", Stage.CLOSED, START, 8, amount=Money(90, "RUB"))
    known = told([closed, opened])
    assert (8, 1, "hall", Money(90, "RUB")) == (
        known.contact,
        known.branch,
        known.kind,
        known.amount,
    )


def test_a_repeated_statement_may_not_name_another_contact() -> None:
    closed = ShopOrderSeen("A-1", Stage.CLOSED, START, 7)
    known = told([closed])
    assert hear(known, replace(closed, contact=8)) is None
    assert hear(known, replace(closed, contact=None)) is None
    assert known == hear(known, closed)


def test_one_moment_in_another_zone_is_the_same_words() -> None:
    closed = ShopOrderSeen("A-1", Stage.CLOSED, START)
    elsewhere = START.astimezone(timezone(timedelta(hours=3)))
    assert told([closed]) == hear(told([closed]), replace(closed, at=elsewhere))


def test_a_cancelled_order_stays_cancelled() -> None:
    cancelled = ShopOrderSeen("A-1", Stage.CANCELLED, START)
    closed = ShopOrderSeen("A-1", Stage.CLOSED, START + timedelta(hours=1))
    assert Stage.CANCELLED is told([cancelled, closed]).state
    assert not told([cancelled, closed]).counts
    assert not told([replace(closed, test=True)]).counts
