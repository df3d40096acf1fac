"""When a notice runs, when a missed run is made up for, and how the clocks change it."""

from datetime import UTC, datetime, time, timedelta

import pytest

from postlude.journeys.recurring import timetables
from postlude.journeys.recurring.types import Every, Timetable

MOSCOW, BERLIN = "Europe/Moscow", "Europe/Berlin"  # Moscow: UTC+3, the clocks never change
EVER = datetime(2000, 1, 1, tzinfo=UTC)
HOURLY = timetables.parse("hourly 11:00 to 22:00")
DAILY = timetables.parse("daily 12:00")
MONTHLY = timetables.parse("monthly 1st 12:30")


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def at(timetable: Timetable, now: datetime, zone: str = MOSCOW, since: datetime = EVER):
    found = timetables.due(timetable, now=now, zone=zone, since=since)
    return found and (found.scope, found.at)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hourly 11:00 to 22:00", Timetable(Every.HOUR, time(11), time(22))),
        (" Daily  9:05 ", Timetable(Every.DAY, time(9, 5))),
        ("monthly 2nd 12:30", Timetable(Every.MONTH, time(12, 30), day=2)),
    ],
)
def test_a_timetable_is_read_as_written(text, expected) -> None:
    assert expected == timetables.parse(text)
    assert expected == timetables.parse(timetables.words(expected))


@pytest.mark.parametrize("text", ["", "daily", "daily 25:00", "weekly 12:00", "hourly 11 to 12"])
def test_what_is_no_timetable_is_refused(text) -> None:
    with pytest.raises(ValueError, match="“"):
        timetables.parse(text)


def test_what_cannot_be_is_said() -> None:
    assert "" == timetables.problem(HOURLY) == timetables.problem(MONTHLY)
    assert timetables.problem(timetables.parse("hourly 22:00 to 11:00"))
    assert timetables.problem(timetables.parse("monthly 29th 12:00"))


def test_the_hours_are_twelve_from_eleven_to_ten() -> None:
    runs = timetables.runs_of(HOURLY, utc(2026, 11, 21).date(), MOSCOW)
    assert 12 == len(runs)
    assert (utc(2026, 11, 21, 8), utc(2026, 11, 21, 19)) == (runs[0].at, runs[-1].at)
    assert 12 == len({each.scope for each in runs})


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (utc(2026, 11, 21, 7, 59, 59), None),
        (utc(2026, 11, 21, 8), ("hour:2026-11-21T11", utc(2026, 11, 21, 8))),
        # Down from half past twelve to twenty to four: one run, the last that was missed.
        (utc(2026, 11, 21, 12, 40), ("hour:2026-11-21T15", utc(2026, 11, 21, 12))),
        (utc(2026, 11, 21, 19, 9), ("hour:2026-11-21T22", utc(2026, 11, 21, 19))),
        (utc(2026, 11, 21, 19, 10), None),  # outside the window nothing is made up for
        (utc(2026, 11, 22, 2), None),
    ],
)
def test_a_missed_hour_is_made_up_for_once_within_the_window(now, expected) -> None:
    assert expected == at(HOURLY, now)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (utc(2026, 11, 21, 8, 59), None),
        (utc(2026, 11, 21, 9), ("day:2026-11-21", utc(2026, 11, 21, 9))),
        (utc(2026, 11, 21, 20, 59), ("day:2026-11-21", utc(2026, 11, 21, 9))),
        (utc(2026, 11, 21, 21), None),  # midnight in Moscow
    ],
)
def test_a_missed_day_is_made_up_for_until_it_ends(now, expected) -> None:
    assert expected == at(DAILY, now)


def test_a_month_has_one_run_on_its_day() -> None:
    assert at(MONTHLY, utc(2026, 11, 30, 12)) is None
    assert ("month:2026-12", utc(2026, 12, 1, 9, 30)) == at(MONTHLY, utc(2026, 12, 1, 12))
    assert at(MONTHLY, utc(2026, 12, 2, 12)) is None


def test_nothing_is_made_up_for_that_was_due_before_the_first_publication() -> None:
    published = utc(2026, 11, 21, 12, 20)
    assert at(HOURLY, utc(2026, 11, 21, 12, 30), since=published) is None
    assert ("hour:2026-11-21T16", utc(2026, 11, 21, 13)) == at(
        HOURLY, utc(2026, 11, 21, 13), since=published
    )
    assert at(DAILY, utc(2026, 11, 21, 13), since=published) is None


def test_an_hour_that_the_clocks_skip_is_no_run_of_its_own() -> None:
    """On 28 March 2027 Berlin goes from 02:00 to 03:00: both runs fall on the jump, one begins."""
    night = timetables.parse("hourly 01:00 to 04:00")
    jump = utc(2027, 3, 28, 1)
    assert ("hour:2027-03-28T03", jump) == at(night, jump, BERLIN)
    begun = {at(night, utc(2027, 3, 28) + timedelta(minutes=10 * n), BERLIN) for n in range(20)}
    assert 3 == len({each for each in begun if each})


def test_a_time_that_the_clocks_show_twice_is_the_first() -> None:
    """On 31 October 2027 Berlin shows 02:30 at 00:30 and at 01:30 UTC."""
    twice = timetables.parse("daily 02:30")
    assert ("day:2027-10-31", utc(2027, 10, 31, 0, 30)) == at(twice, utc(2027, 10, 31, 1), BERLIN)
    never = timetables.parse("daily 02:30")
    assert ("day:2027-03-28", utc(2027, 3, 28, 1)) == at(never, utc(2027, 3, 28, 1), BERLIN)


def test_the_next_run_is_told() -> None:
    assert (
        utc(2026, 11, 22, 8)
        == timetables.following(HOURLY, now=utc(2026, 11, 21, 19), zone=MOSCOW).at
    )
    assert (
        utc(2027, 1, 1, 9, 30)
        == timetables.following(MONTHLY, now=utc(2026, 12, 1, 9, 30), zone=MOSCOW).at
    )
