"""Periods, membership days, birthdays and spans at their edges, and on days when clocks change."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from postlude.rules.conditions import registry
from postlude.rules.facts import instant
from postlude.rules.kinds import Binding
from support import truth_tables


def holds(name: str, params: dict, moment: datetime, zone: str = "Asia/Taipei", **facts):
    """Return the verdict of a condition at a moment; one without an offset is local."""
    kind = registry.kinds()[name]
    predicate = kind.predicate(kind.params.model_validate(params), Binding("TWD", zone))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return truth_tables.verdict(predicate, {"now": instant(moment), **facts})


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("params", "inside", "outside"),
    [
        (
            {"starts": "2026-05-01", "ends": "2026-05-31"},
            ["2026-05-01T00:00", "2026-05-31T23:59:59.999999"],
            ["2026-04-30T23:59:59.999999", "2026-06-01T00:00"],
        ),
        (
            {"starts": "2026-05-01T10:00", "ends": "2026-05-01T11:00"},
            ["2026-05-01T10:00", "2026-05-01T10:59:59.999999"],
            ["2026-05-01T09:59:59.999999", "2026-05-01T11:00"],
        ),
        (
            {"weekdays": ["fri"], "opens": "22:00", "closes": "02:00"},
            ["2026-05-01T22:00", "2026-05-02T01:59:59"],  # a Friday, and its night
            ["2026-05-01T01:00", "2026-05-01T21:59:59", "2026-05-02T02:00", "2026-05-02T22:00"],
        ),
        (
            {"weekdays": ["sun"], "opens": "23:00", "closes": "01:00"},
            ["2026-05-03T23:30", "2026-05-04T00:30"],
            ["2026-05-03T00:30", "2026-05-04T23:30"],
        ),
        (
            {"month_days": [31], "opens": "22:00", "closes": "00:00"},
            ["2026-05-31T22:00", "2026-05-31T23:59:59"],
            ["2026-06-01T00:00", "2026-06-30T22:00", "2026-05-31T21:59:59"],
        ),
    ],
)
def test_a_period_begins_and_ends(params, inside, outside) -> None:
    assert [True] * len(inside) == [holds("period", params, at(each)) for each in inside]
    assert [False] * len(outside) == [holds("period", params, at(each)) for each in outside]


def test_an_hour_that_comes_twice_is_open_twice_and_one_that_is_skipped_never() -> None:
    window = {"opens": "02:00", "closes": "03:00"}
    for day, hours in (("2026-10-25", 2), ("2026-03-29", 0), ("2026-05-01", 1)):
        midnight = at(f"{day}T00:00").replace(tzinfo=ZoneInfo("Europe/Berlin")).astimezone(UTC)
        minutes = (midnight + timedelta(minutes=each) for each in range(25 * 60))
        open_for = sum(
            bool(holds("period", window, minute, "Europe/Berlin"))
            for minute in minutes
            if minute.astimezone(ZoneInfo("Europe/Berlin")).date().isoformat() == day
        )
        assert hours * 60 == open_for


def test_a_day_without_midnight_begins_when_the_clocks_jump() -> None:
    """In São Paulo 4 November 2018 began at 01:00; a bound that comes twice is the first one."""
    params = {"starts": "2018-11-04"}
    zone = "America/Sao_Paulo"
    assert holds("period", params, at("2018-11-04T03:00:00+00:00"), zone)
    assert not holds("period", params, at("2018-11-04T02:59:59+00:00"), zone)
    twice = {"starts": "2026-10-25T02:30"}
    assert holds("period", twice, at("2026-10-25T00:30:00+00:00"), "Europe/Berlin")
    assert not holds("period", twice, at("2026-10-25T00:29:59+00:00"), "Europe/Berlin")


@pytest.mark.parametrize(
    ("params", "days"),
    [
        ({"day": 31}, {"2026-01-31", "2026-02-28", "2026-04-30", "2028-02-29"}),
        ({"day": 31, "short_months": "skip"}, {"2026-01-31"}),
        ({"day": 29}, {"2026-01-29", "2026-02-28", "2026-04-29", "2028-02-29"}),
        ({"day": 28}, {"2026-01-28", "2026-02-28", "2026-04-28", "2028-02-28"}),
    ],
)
def test_a_membership_day_comes_once_a_month(params, days) -> None:
    found = {
        f"{month}-{day:02}"
        for month, length in (("2026-01", 31), ("2026-02", 28), ("2026-04", 30), ("2028-02", 29))
        for day in range(1, length + 1)
        if holds("membership_day", params, at(f"{month}-{day:02}T12:00"))
    }
    assert days == found


def test_a_birthday_is_near_for_whole_local_days() -> None:
    """The till's discount: not the day before, the day and seven after; ahead: tomorrow to 14."""
    late = {"days_after": 7}
    days = {
        step: holds(
            "birthday_within",
            late,
            at("2026-05-01T00:00") + timedelta(days=step),
            **{"member.birthday": 501},
        )
        for step in (-1, 0, 7, 8)
    }
    assert {-1: False, 0: True, 7: True, 8: False} == days
    ahead = {"days_before": 14, "on_the_day": False}
    days = {
        step: holds(
            "birthday_within",
            ahead,
            at("2026-12-20T23:59"),
            **{"member.birthday": int((at("2026-12-20") + timedelta(days=step)).strftime("%m%d"))},
        )
        for step in (0, 1, 14, 15)
    }
    assert {0: False, 1: True, 14: True, 15: False} == days
    assert holds("birthday_within", {}, at("2026-02-28T12:00"), **{"member.birthday": 229})
    assert not holds("birthday_within", {}, at("2028-02-28T12:00"), **{"member.birthday": 229})
    assert holds("birthday_within", {}, at("2026-02-28T12:00"), **{"member.birthday": None}) is None


def test_months_are_clamped_to_their_end() -> None:
    """Three months before 31 May is 28 February, at the same time of the day."""
    params = {"after": "3 months"}
    edge = instant(at("2026-02-28T12:00").replace(tzinfo=ZoneInfo("Asia/Taipei")))
    found = [
        holds(
            "last_order_between",
            params,
            at("2026-05-31T12:00"),
            **{"member.last_order": edge + step},
        )
        for step in (-1, 0, 1)
    ]
    assert [False, False, True] == found


@pytest.mark.parametrize(
    ("orders", "age", "verdict"),
    [(0, 0, True), (1, 0, False), (0, 300, True), (0, 301, None), (1, 301, None), (0, -60, True),
     (0, -61, None), (0, None, None), (None, 0, None)],
)  # fmt: skip
def test_what_another_system_said_is_good_for_minutes(orders, age, verdict) -> None:
    """Stale, from the future or without a time: neither the first order nor not the first."""
    now = at("2026-05-01T12:00")
    said = (
        None
        if age is None
        else instant(now.replace(tzinfo=ZoneInfo("Asia/Taipei"))) - age * 1_000_000
    )
    facts = {"orders_before": orders, "orders_before.as_of": said}
    assert verdict is holds("first_order", {}, now, **facts)
    opposite = holds("order_count", {"min": 1}, now, **facts)
    assert (None if verdict is None else not verdict) is opposite


@pytest.mark.parametrize(
    ("params", "products", "groups", "verdict"),
    [
        ({"mode": "allow", "ids": ["a"], "groups": ["g"]}, {"a"}, None, True),
        ({"mode": "allow", "ids": ["a"], "groups": ["g"]}, {"b"}, None, None),
        ({"mode": "allow", "ids": ["a"], "groups": ["g"]}, {"b"}, {"g"}, True),
        ({"mode": "allow", "ids": ["a"]}, {"b"}, {"g"}, False),
        ({"mode": "deny", "ids": ["a"]}, {"a", "b"}, None, False),
        ({"mode": "deny", "ids": ["a"], "groups": ["g"]}, {"b"}, None, None),
        ({"mode": "deny", "ids": ["a"], "groups": ["g"]}, {"b"}, {"h"}, True),
        ({"mode": "deny"}, {"a"}, None, True),
        ({"mode": "allow", "empty": "nobody"}, {"a"}, None, False),
        ({"mode": "allow", "empty": "everybody"}, None, None, True),
    ],
)
def test_lists_allow_and_deny(params, products, groups, verdict) -> None:
    """An unknown group neither lets in nor keeps out."""
    facts = {
        "products": None if products is None else frozenset(products),
        "product_groups": None if groups is None else frozenset(groups),
    }
    assert verdict is holds("in_list", params, at("2026-05-01T12:00"), **facts)
