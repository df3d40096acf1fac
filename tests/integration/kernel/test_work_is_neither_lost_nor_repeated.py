"""Work rows coalesce, survive a publish during work, isolate poison, and die visibly."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from postlude.kernel import clock as kernel_clock
from postlude.kernel import store, work


@pytest.fixture(autouse=True)
def no_subscriptions() -> Iterator[None]:
    before = dict(work._subscriptions)
    work.unsubscribe_all()
    yield
    work._subscriptions.clear()
    work._subscriptions.update(before)


def never() -> bool:
    return False


def test_each_consumer_gets_each_key_once() -> None:
    seen: list[tuple[str, str]] = []
    for consumer in ("a", "b"):
        work.subscribe(
            "x", consumer, lambda batch: seen.extend((batch.consumer, key) for key in batch.keys)
        )
    with store.write():
        work.publish("x", 1, [1, 2])
        work.publish("x", 1, ["2", "3"])
    assert 6 == work.drain(never)
    assert [("a", "1"), ("a", "2"), ("a", "3"), ("b", "1"), ("b", "2"), ("b", "3")] == sorted(seen)
    assert 0 == work.drain(never)


def test_a_rolled_back_publish_never_happened() -> None:
    work.subscribe("x", "a", lambda batch: None)
    with pytest.raises(RuntimeError), store.write():
        work.publish("x", 1, [1])
        raise RuntimeError
    assert {} == work.backlog()


def test_a_publish_during_work_is_worked_again() -> None:
    rounds: list[int] = []

    def handler(batch: work.WorkBatch) -> None:
        rounds.append(len(batch.keys))
        if len(rounds) == 1:
            with store.write():
                work.publish("x", 1, batch.keys)

    work.subscribe("x", "a", handler)
    with store.write():
        work.publish("x", 1, [7])
    work.drain(never)
    assert [1, 1] == rounds
    assert {} == work.backlog()


def test_one_poison_row_does_not_hold_the_others(clock: kernel_clock.FrozenClock) -> None:
    done: list[str] = []

    def handler(batch: work.WorkBatch) -> None:
        if "13" in batch.keys:
            raise ValueError("ann@example.test broke it")
        done.extend(batch.keys)

    work.subscribe("x", "a", handler)
    with store.write():
        work.publish("x", 1, range(20))
    work.drain(never)
    assert sorted(set(map(str, range(20))) - {"13"}) == sorted(done)
    for _ in range(12):
        clock.advance(hours=1)
        work.drain(never)
    (row,) = work.dead_rows(1)
    assert "13" == row.key
    assert "example.test" not in row.reason
    assert 0 == work.drain(never)
    assert 1 == work.revive([row.id])


def test_a_batch_belongs_to_one_organisation() -> None:
    seen: list[tuple[int, int]] = []
    work.subscribe("x", "a", lambda batch: seen.append((batch.org, len(batch.keys))))
    with store.write():
        work.publish("x", 1, range(3))
        work.publish("x", 2, range(4))
    work.drain(never)
    assert [(1, 3), (2, 4)] == sorted(seen)


def test_postponed_rows_come_back_when_due(clock: kernel_clock.FrozenClock) -> None:
    calls: list[tuple[str, ...]] = []

    def handler(batch: work.WorkBatch) -> None:
        calls.append(batch.keys)
        if len(calls) == 1:
            batch.postpone(["2"], kernel_clock.now() + timedelta(minutes=5))

    work.subscribe("x", "a", handler)
    with store.write():
        work.publish("x", 1, [1, 2])
    work.drain(never)
    clock.advance(minutes=6)
    work.drain(never)
    assert [("1", "2"), ("2",)] == [tuple(sorted(each)) for each in calls]
    assert {} == work.backlog()
