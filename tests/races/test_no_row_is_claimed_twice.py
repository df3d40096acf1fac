"""Claims hand each row to one worker; without the guard the same test sees doubles."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime

from django.db import connections

from postlude.kernel import claims, ids, store
from postlude.kernel.models import WorkRow

AT = datetime(2026, 3, 1, tzinfo=UTC)
COLUMNS = (
    "id",
    "org",
    "consumer",
    "topic",
    "key",
    "generation",
    "due",
    "created_at",
    "attempts",
    "owner",
    "dead_reason",
)
ROWS = 400


def fill() -> None:
    with store.write():
        WorkRow.objects.all().delete()
        store.insert_many(
            WorkRow,
            COLUMNS,
            [(n, 1, "c", "t", str(n), 1, AT, AT, 0, "", "") for n in ids.new_ids(ROWS)],
        )


def race(take: Callable[[str], list[int]], workers: int = 8) -> Counter[int]:
    taken: Counter[int] = Counter()
    lock, start = threading.Lock(), threading.Barrier(workers)

    def work(name: str) -> None:
        try:
            start.wait()
            while got := take(name):
                with lock:
                    taken.update(got)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


def guarded(name: str) -> list[int]:
    return claims.claim(
        WorkRow, where="consumer = %s", params=["c"], order="id", limit=7, owner=name
    )


def naive(name: str) -> list[int]:
    """Look, then take: what everybody writes first."""
    found = list(
        WorkRow.objects.filter(lease_until=None).order_by("id").values_list("id", flat=True)[:7]
    )
    threading.Event().wait(0.002)
    for number in found:  # one by one, so that PostgreSQL does not stop it with a deadlock
        WorkRow.objects.filter(id=number).update(owner=name, lease_until=AT)
    return found


def test_without_the_guard_rows_are_claimed_twice() -> None:
    fill()
    assert max(race(naive).values()) > 1


def test_no_row_is_claimed_twice() -> None:
    fill()
    taken = race(guarded)
    assert ROWS == len(taken)
    assert 1 == max(taken.values())
