"""Which attendees a poll fetches, and when it does not believe a list."""

from datetime import UTC, datetime, timedelta

import pytest

from postlude.sources.health import wait_after
from postlude.sources.kktix.plans import Known, Limits, plan

NOW = datetime(2023, 9, 1, tzinfo=UTC)
LIMITS = Limits(unpaid=2, rescan=2, shrink=0.2, shrink_floor=3)


def known(age: int = 0, *, settled: bool = True, gone: bool = False) -> Known:
    return Known("100", 1.5, NOW - timedelta(minutes=age), settled, gone)


def test_the_new_come_once_and_in_order() -> None:
    assert ("9", "3", "5") == plan(["9", "3", "9", "5"], {}, LIMITS).new


def test_one_who_came_back_is_new_again() -> None:
    found = plan(["1", "2"], {"1": known(gone=True), "2": known()}, LIMITS)
    assert (("1",), ("2",), ()) == (found.new, found.again, found.vanished)


def test_the_unpaid_and_the_longest_unchecked_are_looked_at_again() -> None:
    people = {str(n): known(age=n) for n in range(5)}
    people |= {str(n): known(age=n, settled=False) for n in range(10, 14)}
    assert ("13", "12", "4", "3") == plan(list(people), people, LIMITS).again


@pytest.mark.parametrize(
    ("alive", "left", "believed"),
    [(1, 0, False), (5, 0, False), (5, 2, True), (5, 1, False), (100, 80, True), (100, 79, False)],
)
def test_a_list_that_lost_too_many_is_not_believed(alive: int, left: int, believed: bool) -> None:
    people = {str(n): known() for n in range(alive)}
    found = plan([str(n) for n in range(left)], people, LIMITS)
    assert believed == (not found.suspicious)
    assert alive - left == len(found.vanished)


def test_those_known_as_gone_do_not_count_as_missing() -> None:
    people = {str(n): known(gone=True) for n in range(50)} | {"x": known()}
    assert "" == plan(["x"], people, LIMITS).suspicious
    assert "" == plan([], {"1": known(gone=True)}, LIMITS).suspicious


@pytest.mark.parametrize(
    ("failures", "interval", "asked", "minutes"),
    [
        (1, 2, None, 2),
        (2, 2, None, 4),
        (3, 2, None, 8),
        (4, 2, None, 15),
        (400, 2, None, 15),
        (1, 2, 3_600.0, 60),
        (1, 2, 1.0, 2),
        (3, 60, None, 60),
    ],
)
def test_the_wait_grows(failures: int, interval: int, asked: float | None, minutes: int) -> None:
    wait = wait_after(failures, timedelta(minutes=interval), asked)
    assert timedelta(minutes=minutes) == wait
