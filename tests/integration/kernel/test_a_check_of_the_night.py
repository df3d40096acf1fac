"""A check goes on where it was, whenever and however it was cut off, and finds what a whole one does."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from postlude.kernel import boundaries, nightly, store, work
from postlude.kernel.models import NightCheck, WorkRow
from postlude.kernel.nightly import Portion

NIGHT = datetime(2026, 3, 10, 2, tzinfo=UTC)
WRONG = {"3": ("order 3",), "7": ("order 7", "order 7b")}
ORG = 1


def portions(place: str) -> Iterator[Portion | None]:
    for number in range(int(place or 0) + 1, 10):
        yield Portion(str(number), 1, WRONG.get(str(number), ()))


def go_on(local: datetime = NIGHT, *, most: int = 99, whatever: bool = False) -> int:
    left = itertools.count(1)
    return nightly.walk(
        ORG, "test", portions, local=local, until=lambda: next(left) >= most, whatever=whatever
    )


def said() -> list[tuple]:
    return [
        (each.night.isoformat(), each.looked, each.differing, each.ended_at is not None)
        for each in nightly.checks(ORG)
    ]


def test_portions_end_where_a_whole_one_does(db, clock):
    assert [4, 4, 1, 0] == [go_on(most=4) for _ in range(4)]
    assert [("2026-03-10", 9, 3, True)] == said()
    (known,) = nightly.known(ORG)
    assert ("order 3", "order 7", "order 7b") == known.examples


def test_by_day_nothing_begins_and_nothing_goes_on(db, clock):
    assert [0, 0] == [go_on(NIGHT.replace(hour=hour)) for hour in (0, 6)]
    assert [] == said()
    go_on(most=2)
    assert 0 == go_on(NIGHT.replace(hour=12))
    assert 7 == go_on(NIGHT + timedelta(days=1))
    assert [("2026-03-10", 9, 3, True)] == said()


def test_one_a_night(db, clock):
    assert [9, 0] == [go_on(), go_on()]
    assert 9 == go_on(NIGHT + timedelta(days=1))
    assert ["2026-03-11", "2026-03-10"] == [night for night, *_ in said()]


def test_a_difference_is_known_at_once_and_ends_with_a_whole_check(db, clock, monkeypatch):
    go_on(most=3)
    assert [1] == [each.differing for each in nightly.known(ORG)]
    go_on()
    monkeypatch.setattr(f"{__name__}.WRONG", {})
    go_on(NIGHT + timedelta(days=1), most=5)
    assert [3] == [each.differing for each in nightly.known(ORG)]
    go_on(NIGHT + timedelta(days=1))
    assert [0] == [each.differing for each in nightly.known(ORG)]


def test_who_asks_by_day_begins_again_where_something_was_found(db, clock, monkeypatch):
    go_on(most=3)
    monkeypatch.setattr(f"{__name__}.WRONG", {})
    noon = NIGHT.replace(hour=12)
    assert [9, 9] == [go_on(noon, whatever=True), go_on(noon, whatever=True)]
    assert [("2026-03-10", 9, 0, True)] == said()


class Killed(BaseException):
    """Nothing catches it, as nothing catches SIGKILL."""


@pytest.mark.parametrize("statement", range(12))
def test_a_death_between_any_two_statements_changes_nothing(db, clock, statement):
    left = [statement]

    def dies(execute, sql, params, many, context):
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(dies), pytest.raises(Killed):
        go_on()
    go_on()
    assert [("2026-03-10", 9, 3, True)] == said()


@pytest.mark.parametrize("where", ["kernel.night_portion", "kernel.night_over"])
def test_a_death_after_a_commit_changes_nothing(db, clock, monkeypatch, where):
    def crossing(name: str) -> None:
        if name == where:
            raise Killed

    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(boundaries, "crossing", crossing)
        go_on()
    go_on()
    assert [("2026-03-10", 9, 3, True)] == said()


def test_two_who_walk_count_nothing_twice(db, clock):
    """The other goes on while this one has read its portion and not committed it."""
    once = iter((True,))

    def interrupted(place: str) -> Iterator[Portion | None]:
        for each in portions(place):
            if next(once, False):
                go_on()
            yield each

    nightly.walk(ORG, "test", interrupted, local=NIGHT, until=lambda: False)
    assert [("2026-03-10", 9, 3, True)] == said()


def test_what_differs_only_until_its_news_is_heeded_is_no_difference(db, clock):
    work.subscribe("test.topic", "test.consumer", lambda batch: None)
    assert ("a",) == nightly.confirmed(ORG, "test.consumer", lambda: ["a"])
    looks = iter((["a", "b"], ["b", "c"]))
    assert ("b",) == nightly.confirmed(ORG, "test.consumer", lambda: next(looks))
    with store.write():
        work.publish("test.topic", ORG, ["1"])
    assert nightly.confirmed(ORG, "test.consumer", lambda: ["a"]) is None
    assert () == nightly.confirmed(ORG, "test.consumer", list)
    WorkRow.objects.all().delete()
    assert ("a",) == nightly.confirmed(ORG, "test.consumer", lambda: ["a"])


def test_old_nights_are_forgotten(db, clock):
    go_on()
    assert 0 == nightly.forget(NightCheck.objects.get().begun_at + timedelta(days=90))
    assert 1 == nightly.forget(NightCheck.objects.get().begun_at + timedelta(days=91))
