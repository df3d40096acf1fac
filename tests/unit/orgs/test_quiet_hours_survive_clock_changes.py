"""Quiet hours and local days on ordinary days and on the days when the clocks change."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postlude.orgs.windows import QuietHours, day_bounds, inside, local_day, quiet_until

BERLIN = "Europe/Berlin"
ZONES = (
    "UTC",
    "Asia/Taipei",
    BERLIN,
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "America/Sao_Paulo",
    "Asia/Kathmandu",
)
NIGHT = QuietHours(time(22), time(8))


def local(zone: str, *parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC)


def test_a_night_goes_over_midnight() -> None:
    """From ten to eight: ten is quiet, eight is not."""
    zone = "Asia/Taipei"
    assert not inside(local(zone, 2023, 9, 1, 21, 59, 59), NIGHT, zone)
    assert inside(local(zone, 2023, 9, 1, 22), NIGHT, zone)
    assert inside(local(zone, 2023, 9, 2, 7, 59, 59), NIGHT, zone)
    assert not inside(local(zone, 2023, 9, 2, 8), NIGHT, zone)


def test_the_end_is_told() -> None:
    zone = "Asia/Taipei"
    assert local(zone, 2023, 9, 2, 8) == quiet_until(local(zone, 2023, 9, 1, 23), NIGHT, zone)
    assert quiet_until(local(zone, 2023, 9, 1, 12), NIGHT, zone) is None


def test_equal_times_are_no_quiet_hours() -> None:
    assert not inside(local("UTC", 2023, 9, 1, 9), QuietHours(time(9), time(9)), "UTC")


def test_an_end_that_is_skipped_is_the_jump() -> None:
    """Berlin, 26 March 2023: 02:00 becomes 03:00. Quiet till 02:30 ends when the clocks jump."""
    quiet = QuietHours(time(22), time(2, 30))
    jump = datetime(2023, 3, 26, 1, tzinfo=UTC)
    assert jump == quiet_until(jump - timedelta(seconds=1), quiet, BERLIN)
    assert not inside(jump, quiet, BERLIN)


def test_a_beginning_that_is_skipped_is_the_jump() -> None:
    quiet = QuietHours(time(2, 30), time(6))
    jump = datetime(2023, 3, 26, 1, tzinfo=UTC)
    assert not inside(jump - timedelta(seconds=1), quiet, BERLIN)
    assert inside(jump, quiet, BERLIN)


def test_an_end_that_comes_twice_is_the_second() -> None:
    """Berlin, 29 October 2023: 02:30 comes twice. Nobody is woken between the two."""
    quiet = QuietHours(time(22), time(2, 30))
    between = local(BERLIN, 2023, 10, 29, 2, 45, fold=0)
    assert inside(between, quiet, BERLIN)
    assert local(BERLIN, 2023, 10, 29, 2, 30, fold=1) == quiet_until(between, quiet, BERLIN)


def test_a_beginning_that_comes_twice_is_the_first() -> None:
    quiet = QuietHours(time(2, 30), time(6))
    assert inside(local(BERLIN, 2023, 10, 29, 2, 30, fold=0), quiet, BERLIN)
    assert inside(local(BERLIN, 2023, 10, 29, 2, 15, fold=1), quiet, BERLIN)


def test_the_local_day_is_the_wall_calendar() -> None:
    assert date(2023, 9, 2) == local_day(datetime(2023, 9, 1, 16, tzinfo=UTC), "Asia/Taipei")
    assert date(2023, 9, 1) == local_day(datetime(2023, 9, 1, 15, 59, tzinfo=UTC), "Asia/Taipei")


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2023, 3, 26), 23), (date(2023, 10, 29), 25), (date(2023, 5, 1), 24)]
)
def test_a_day_has_as_many_hours_as_it_has(day: date, hours: int) -> None:
    begin, end = day_bounds(day, BERLIN)
    assert timedelta(hours=hours) == end - begin


instants = st.datetimes(
    datetime(2011, 1, 1),  # noqa: DTZ001 - hypothesis wants them so
    datetime(2030, 1, 1),  # noqa: DTZ001
).map(lambda it: it.replace(tzinfo=UTC))
windows = st.builds(
    QuietHours,
    st.times().map(lambda it: it.replace(second=0, microsecond=0)),
    st.times().map(lambda it: it.replace(second=0, microsecond=0)),
)


@given(instants, windows, st.sampled_from(ZONES))
@settings(max_examples=300, deadline=None)
def test_quiet_hours_end_and_the_end_is_not_quiet(
    now: datetime, quiet: QuietHours, zone: str
) -> None:
    until = quiet_until(now, quiet, zone)
    if until is None:
        return
    assert now < until
    assert not inside(until, quiet, zone)
    assert inside(until - timedelta(seconds=1), quiet, zone) or until - now < timedelta(seconds=1)
    assert until - now <= timedelta(hours=52)


@given(instants, windows, st.sampled_from(ZONES))
@settings(max_examples=300, deadline=None)
def test_what_the_clock_on_the_wall_calls_quiet_is_quiet(
    now: datetime, quiet: QuietHours, zone: str
) -> None:
    """Whenever the wall clock reads a quiet time, it is quiet; on doubtful days perhaps longer."""
    wall = now.astimezone(ZoneInfo(zone)).time()
    over_midnight = quiet.end < quiet.begin
    reads_quiet = (
        wall >= quiet.begin or wall < quiet.end
        if over_midnight
        else quiet.begin <= wall < quiet.end
    )
    if reads_quiet:
        assert inside(now, quiet, zone)
    steady = {
        (now + timedelta(hours=h)).astimezone(ZoneInfo(zone)).utcoffset() for h in range(-50, 51)
    }
    if len(steady) == 1:
        assert reads_quiet == inside(now, quiet, zone)


@given(st.dates(date(2011, 1, 1), date(2030, 1, 1)), st.sampled_from(ZONES))
@settings(max_examples=200, deadline=None)
def test_days_follow_one_another_without_a_gap(day: date, zone: str) -> None:
    begin, end = day_bounds(day, zone)
    assert end == day_bounds(day + timedelta(days=1), zone)[0]
    if begin < end:
        assert day == local_day(begin, zone)
        assert day == local_day(end - timedelta(seconds=1), zone)
