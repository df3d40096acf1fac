"""When a scheduled journey is due: on the organisation's clocks, also on the days they change."""

from datetime import UTC, datetime, timedelta

import pytest

from postlude.journeys import schedules
from postlude.journeys.types import Schedule
from postlude.orders.types import ConferenceRef

TAIPEI, BERLIN = "Asia/Taipei", "Europe/Berlin"


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


def wall(text: str) -> datetime:
    """A time on somebody's clocks, as a playbook has it."""
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("at", "zone", "expected"),
    [
        (wall("2023-09-01 09:00"), TAIPEI, utc(2023, 9, 1, 1)),
        (wall("2023-10-29 02:30"), BERLIN, utc(2023, 10, 29, 0, 30)),  # twice: the first
        (wall("2023-03-26 02:30"), BERLIN, utc(2023, 3, 26, 1, 0)),  # never: at the jump
        (datetime(2023, 9, 1, 9, tzinfo=UTC), TAIPEI, utc(2023, 9, 1, 9)),  # says its own zone
    ],
)
def test_a_time_is_on_the_organisations_clocks(at: datetime, zone: str, expected: datetime) -> None:
    assert expected == schedules.due_at(Schedule(at=at), None, zone)


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        # The clocks go back on the 29th at 03:00, so this day has 25 hours.
        (timedelta(days=1), utc(2023, 10, 28, 7)),  # 09:00 is 09:00
        (timedelta(hours=36), utc(2023, 10, 27, 20)),  # hours are hours
        (timedelta(days=2), utc(2023, 10, 27, 7)),
    ],
)
def test_days_before_are_days_of_the_calendar(before: timedelta, expected: datetime) -> None:
    starts = utc(2023, 10, 29, 8)  # 09:00 in Berlin, already winter time
    assert expected == schedules.due_at(Schedule(before_start=before), starts, BERLIN)


def test_without_a_start_there_is_nothing_to_count_from() -> None:
    assert schedules.due_at(Schedule(before_start=timedelta(days=1)), None, TAIPEI) is None


def conference(starts: datetime | None, ends: datetime | None) -> ConferenceRef:
    return ConferenceRef(1, "c", "C", "*", starts, ends)


@pytest.mark.parametrize(
    ("schedule", "where", "expected"),
    [
        (Schedule(at=utc(2023, 9, 1)), None, schedules.NO_CONFERENCE),
        (Schedule(at=utc(2023, 9, 1)), conference(None, None), schedules.NO_END),
        (Schedule(at=utc(2023, 9, 1)), conference(None, utc(2023, 9, 3)), ""),
        (
            Schedule(before_start=timedelta(days=1)),
            conference(None, utc(2023, 9, 3)),
            schedules.NO_START,
        ),
        (
            Schedule(before_start=timedelta(days=1)),
            conference(utc(2023, 9, 2), utc(2023, 9, 3)),
            "",
        ),
    ],
)
def test_what_keeps_it_from_being_due(
    schedule: Schedule, where: ConferenceRef | None, expected: str
) -> None:
    assert expected == schedules.obstacle(schedule, where)
