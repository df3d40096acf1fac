"""Within which period somebody is served once: by the last order, the birthday, the month."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from postlude.journeys.recurring import periods
from postlude.journeys.recurring.types import Every, OncePer, Recurring, Timetable

ZONE = "Europe/Moscow"
NOON = datetime(2026, 12, 20, 9, tzinfo=UTC)


def scope(once_per: OncePer, *, as_of: datetime = NOON, **known: Any) -> str | None:
    options = {each: known.pop(each) for each in ("remind_again",) if each in known}
    notice = Recurring("n", Timetable(Every.DAY, NOON.time()), (), once_per, **options)
    usual = {"last_order": None, "birthday": None, "order": 0}
    return periods.scope(notice, "long", as_of=as_of, zone=ZONE, **{"home": ZONE, **usual, **known})


def test_an_inactivity_begins_with_the_last_order() -> None:
    """Its local day: 22:00 UTC is the next day in Moscow. A new order begins another one."""
    last = datetime(2026, 11, 1, 22, tzinfo=UTC)
    assert "inactive:2026-11-02" == scope(OncePer.INACTIVITY, last_order=last)
    assert "inactive:2026-12-01" == scope(
        OncePer.INACTIVITY, last_order=datetime(2026, 12, 1, tzinfo=UTC)
    )
    assert scope(OncePer.INACTIVITY) is None


def test_with_remind_again_each_selection_has_its_own() -> None:
    last = datetime(2026, 11, 1, tzinfo=UTC)
    assert "inactive:long:2026-11-01" == scope(
        OncePer.INACTIVITY, last_order=last, remind_again=True
    )


@pytest.mark.parametrize(
    ("birthday", "expected"),
    [(1221, "birthday:2026"), (103, "birthday:2027"), (1220, "birthday:2026")],
)
def test_a_birthday_belongs_to_the_year_in_which_it_falls(birthday, expected) -> None:
    assert expected == scope(OncePer.BIRTHDAY, birthday=birthday)


def test_a_birthday_that_is_not_known_has_no_period() -> None:
    assert scope(OncePer.BIRTHDAY) is None


def test_29_february_is_kept_on_the_28th() -> None:
    assert date(2027, 2, 28) == periods.next_birthday(229, date(2027, 2, 1))
    assert date(2028, 2, 29) == periods.next_birthday(229, date(2027, 3, 1))


def test_a_month_is_the_organisations() -> None:
    late = datetime(2026, 11, 30, 22, tzinfo=UTC)  # December in Moscow
    assert "month:2026-12" == scope(OncePer.MONTH, as_of=late)
    assert "month:2026-11" == periods.last_month(late, ZONE)
    assert "month:2025-12" == periods.last_month(datetime(2026, 1, 1, 9, tzinfo=UTC), ZONE)


def test_an_order_is_asked_about_once_and_ever_is_ever() -> None:
    assert "order:77" == scope(OncePer.ORDER, order=77)
    assert "ever" == scope(OncePer.EVER)
