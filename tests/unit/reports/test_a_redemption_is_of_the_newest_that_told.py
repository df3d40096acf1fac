"""Which message's coupon was redeemed: after it, within its time, the newest; else nobody's."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from postlude.reports.notices.counting import Place
from postlude.reports.notices.redeeming import Redemption, Told, assign

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
WITHIN = timedelta(days=14)
SECOND = timedelta(microseconds=1)


def told(number: int, at: datetime = NOON, contact: int = 1, code: str = "PRO10") -> Told:
    return Told(number, contact, code, Place("invite", "pro10", 1, at.date()), at, WITHIN)


def order(at: datetime, contact: int | None = 1, code: str = "PRO10") -> Redemption:
    return Redemption("o1", contact, code, at, at.date())


def by(it: Redemption, *some: Told) -> int | None:
    found = assign([it], some)[it]
    return found.message if found else None


def test_it_is_after_the_sending_and_within_the_time() -> None:
    assert by(order(NOON), told(1)) is None
    assert 1 == by(order(NOON + SECOND), told(1))
    assert 1 == by(order(NOON + WITHIN), told(1))
    assert by(order(NOON + WITHIN + SECOND), told(1)) is None


def test_it_is_the_person_and_the_code_that_were_told() -> None:
    later = NOON + timedelta(days=1)
    assert by(order(later, contact=2), told(1)) is None
    assert by(order(later, code="PRO15"), told(1)) is None
    assert by(order(later, contact=None), told(1)) is None


def test_each_message_has_a_time_of_its_own() -> None:
    brief = replace(told(1), within=timedelta(days=2))
    assert 1 == by(order(NOON + timedelta(days=2)), brief)
    assert by(order(NOON + timedelta(days=3)), brief) is None


def test_of_two_the_newest_has_it() -> None:
    second = told(2, NOON + timedelta(days=3))
    assert 1 == by(order(NOON + timedelta(days=2)), second, told(1))
    assert 2 == by(order(NOON + timedelta(days=4)), second, told(1))
    assert 2 == by(order(NOON + timedelta(days=1)), told(2), told(1))


@given(
    st.lists(st.tuples(st.integers(0, 30), st.integers(1, 3)), max_size=8, unique=True),
    st.lists(st.tuples(st.integers(0, 40), st.integers(1, 3)), max_size=8),
)
def test_it_is_what_a_plain_reading_says(
    written: list[tuple[int, int]], redeemed: list[tuple[int, int]]
) -> None:
    messages = [
        told(n, NOON + timedelta(days=day), contact) for n, (day, contact) in enumerate(written)
    ]
    orders = [
        Redemption(f"o{n}", contact, "PRO10", NOON + timedelta(days=day), date(2026, 3, 2))
        for n, (day, contact) in enumerate(redeemed)
    ]
    found = assign(orders, messages)
    for it in orders:
        able = {
            (each.sent_at, each.message)
            for each in messages
            if each.contact == it.contact and timedelta(0) < it.opened_at - each.sent_at <= WITHIN
        }
        answer = found[it]
        assert max(able)[1] == answer.message if answer else not able
