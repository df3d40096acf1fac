"""Previews are counted in the process, written together, and lost by nobody but a killed one."""

import threading
from collections import Counter
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError

from postlude.kernel import store
from postlude.orgs import api as orgs
from postlude.rules.models import PreviewTally
from postlude.rules.ordering import tallying
from postlude.rules.ordering.tallying import Tally

NOW = datetime(2026, 11, 1, 15, 59, 59, tzinfo=UTC)  # a second before midnight in Shanghai


@pytest.fixture
def house(db: None) -> int:
    return orgs.create("lantern", "Lantern", zone="Asia/Shanghai", currency="CNY").id


def counted(org: int) -> dict[tuple[str, str], int]:
    rows = PreviewTally.objects.filter(org=org).values_list("rule", "day", "times")
    return {(rule, day.isoformat()): times for rule, day, times in rows}


def test_many_hands_lose_nothing(house: int) -> None:
    """Two processes' tallies, counted and written by eight threads at once, add up."""
    tallies = [Tally(), Tally()]

    def work(number: int) -> None:
        mine = tallies[number % 2]
        for n in range(50):
            mine.count(house, ["a", "b"] if n % 2 else ["a"], NOW)
            if n % 20 == number:
                mine.flush()
        store.connection.close()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    for each in tallies:
        each.flush()
    assert counted(house) == {("a", "2026-11-01"): 400, ("b", "2026-11-01"): 200}


def test_what_cannot_be_written_is_written_later(
    house: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that is away costs no count, and none is written twice."""
    mine = Tally()
    mine.count(house, ["a"], NOW)
    with monkeypatch.context() as away:
        away.setattr(tallying, "_write", _raise)
        with pytest.raises(DatabaseError):
            mine.flush()
    mine.count(house, ["a"], NOW)
    assert mine.flush() == 1
    assert mine.flush() == 0
    assert counted(house) == {("a", "2026-11-01"): 2}


def _raise(_counts: Counter) -> None:
    raise DatabaseError


def test_a_process_that_keeps_its_counts_writes_them_by_itself(
    house: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the first count a timer writes; without a count there is none."""
    monkeypatch.setattr(tallying, "SECONDS", 0.01)
    monkeypatch.setattr("atexit.register", lambda _function: None)
    mine, written = Tally(), threading.Event()
    flush = mine.flush
    monkeypatch.setattr(mine, "flush", lambda: (flush(), written.set())[0])
    mine.keep()
    mine.count(house, [], NOW)
    assert mine._timer is None
    mine.count(house, ["a"], NOW)
    assert written.wait(20)
    assert counted(house) == {("a", "2026-11-01"): 1}
