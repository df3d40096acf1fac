"""A file that somebody holds, a death in the middle: sales wait, nothing is lost or doubled."""

from typing import Any

import duckdb
import pytest

from postlude.kernel import jobs, work
from postlude.kernel.models import WorkRow
from postlude.people import api as people
from postlude.people.types import Actor
from postlude.warehouse import api as warehouse
from postlude.warehouse.duckdb.file import DuckDBFile, FileSession
from postlude.warehouse.errors import WarehouseBusy, WarehouseTooNew


class Killed(BaseException):
    """As SIGKILL would: nobody catches it."""


def die_at(monkeypatch: pytest.MonkeyPatch, name: str, room: str) -> None:
    def crossing(crossed: str) -> None:
        if crossed == name:
            raise Killed(name)

    monkeypatch.setattr(f"postlude.warehouse.{room}.boundaries.crossing", crossing)


def restart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Come back after the leases of the dead process have run out."""
    monkeypatch.undo()
    WorkRow.objects.update(owner="", lease_until=None)


def test_a_file_that_is_held_delays_only_the_warehouse(house: Any) -> None:
    house.load()
    house.buy(1, house.person("ann@example.test"))
    house.load()
    house.buy(2, house.person("bob@example.test"))
    urgent: list[str] = []
    work.subscribe("ticket.changed", "journeys", lambda batch: urgent.extend(batch.keys))
    house.buy(3, house.person("cid@example.test"))

    with house.held_by_somebody_else():
        house.load()
        work.drain(lambda: False)
        assert len(urgent) == 1, "who waits for an invitation does not wait for the warehouse"
        status = house.status()
        assert status.pending == 2
        assert status.dead == 0
        assert status.problem is not None
        assert status.problem.code == "warehouse_busy"
        assert "DuckDB" in status.problem.hint
        assert status.problem.next_try_at > house.now
        with pytest.raises(WarehouseBusy):
            warehouse.replay(house.org, now=house.now)
        house.clock.advance(seconds=20)
        house.load()
        assert house.status().problem.since == status.problem.since

    house.clock.advance(minutes=10)
    house.load()
    assert house.status().problem is None
    assert house.status().pending == 0
    assert len(house.rows()) == 3


def test_a_busy_file_is_left_alone_for_a_while(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ann = house.person("ann@example.test")
    house.buy(1, ann)
    house.load()
    people.erase(house.org, ann, actor=Actor("cli", "test"), now=house.now)
    tried: list[int] = []
    connect = DuckDBFile._connect
    monkeypatch.setattr(DuckDBFile, "_connect", lambda file: (tried.append(1), connect(file))[1])
    with house.held_by_somebody_else():
        for _ in range(5):
            house.load()
    assert len(tried) == 1
    house.clock.advance(minutes=10)
    house.load()
    assert house.rows() == []


@pytest.mark.parametrize(
    ("boundary", "room"),
    [
        ("warehouse.batch_merged", "loading"),
        ("warehouse.batch_finished", "loading"),
        ("warehouse.replayed", "loading"),
        ("warehouse.replay_noted", "loading"),
        ("warehouse.person_forgotten", "erasure"),
        ("warehouse.erasure_noted", "erasure"),
    ],
)
def test_a_death_anywhere_leads_to_the_same_rows(
    house: Any, monkeypatch: pytest.MonkeyPatch, boundary: str, room: str
) -> None:
    house.allow(*house.CORE)
    eve = house.person("eve@example.test")
    house.buy(9, eve)
    house.load()
    for number in range(1, 4):
        person = house.person(f"p{number}@example.test")
        house.buy(number, person, ("Gender / 生理性別", str(number % 2)))
    people.erase(house.org, eve, actor=Actor("cli", "test"), now=house.now)
    house.allow(house.CORE[0])

    die_at(monkeypatch, boundary, room)
    with pytest.raises(Killed):
        house.load()
    restart(monkeypatch)
    house.load()
    house.load()

    status = house.status()
    assert (status.pending, status.dead, status.problem) == (0, 0, None)
    assert (status.erasures_waiting, status.replay_wanted) == (0, False)
    rows = house.rows()
    assert [row["attendee_id"] for row in rows] == ["t1", "t2", "t3"]
    assert [row["gender"] for row in rows] == ["1", "0", "1"]
    before = house.everything()
    warehouse.replay(house.org, now=house.now)
    assert house.everything() == before


def test_the_repeat_of_a_batch_is_recognised(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    house.buy(1, house.person("ann@example.test"))
    die_at(monkeypatch, "warehouse.batch_merged", "loading")
    with pytest.raises(Killed):
        house.load()
    restart(monkeypatch)
    again: list[Any] = []
    load = FileSession.load

    def noting(session: Any, batch: Any, *, now: Any) -> Any:
        again.append(load(session, batch, now=now))
        return again[-1]

    monkeypatch.setattr(FileSession, "load", noting)
    house.load()

    assert [each.repeated for each in again] == [True]
    assert len(house.rows()) == 1


def test_trouble_with_the_disk_is_not_the_rows(house: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    house.buy(1, house.person("ann@example.test"))

    def full(*_: Any, **__: Any) -> None:
        raise duckdb.IOException("No space left on device")

    monkeypatch.setattr(FileSession, "load", full)
    house.load()

    status = house.status()
    assert (status.pending, status.dead) == (1, 0)
    assert status.problem is not None
    assert status.problem.code == "warehouse_unreadable"
    monkeypatch.undo()
    house.clock.advance(minutes=10)
    house.load()
    assert len(house.rows()) == 1


def test_a_file_of_a_newer_postlude_waits_for_the_upgrade(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.buy(1, house.person("ann@example.test"))
    house.load()
    house.buy(2, house.person("bob@example.test"))

    def newer(*_: Any, **__: Any) -> None:
        raise WarehouseTooNew(found=9, known=1)

    monkeypatch.setattr("postlude.warehouse.duckdb.file.FileSession.migrate", newer)
    house.load()
    assert house.status().problem.code == "warehouse_too_new"
    assert house.status().pending == 1


def test_thousands_are_loaded_in_a_few_batches(house: Any) -> None:
    work.publish(warehouse.TOPIC, house.org, range(1, 3_000))
    assert warehouse.load(jobs.Budget(60)) == 2_999
    assert house.status().pending == 0
