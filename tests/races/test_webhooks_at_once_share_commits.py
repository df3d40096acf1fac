"""Deliveries that come together share a commit, and each is still answered for itself."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections

from postlude.kernel import clock, inbox, store
from postlude.kernel.arrivals import Arrivals
from postlude.kernel.models import InboxDelivery

pytestmark = pytest.mark.database
THREADS = 8


def _in_threads(work: Any, items: Sequence[Any]) -> list[Any]:
    def one(item: Any) -> Any:
        try:
            return work(item)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, items))


def test_each_delivery_is_new_once_however_many_bring_it(transactional_db: None) -> None:
    numbers = [f"b{n % 40}" for n in range(160)]

    def receive(number: str) -> bool:
        return inbox.receive("kktix", 1, number, b"{}", headers={}, now=clock.now())

    new = _in_threads(receive, numbers)
    assert 40 == sum(new)
    assert 40 == InboxDelivery.objects.count()


def test_those_who_wait_for_the_pen_go_in_one_commit(transactional_db: None) -> None:
    groups: list[int] = []
    first, rest = threading.Event(), threading.Event()

    def write(rows: Sequence[tuple[Any, ...]]) -> list[bool]:
        groups.append(len(rows))
        if len(groups) == 1:
            first.set()
            assert rest.wait(10)
        return [True] * len(rows)

    arrivals = Arrivals(write)
    with ThreadPoolExecutor(THREADS) as pool:
        leader = pool.submit(_closing, arrivals, 0)
        assert first.wait(10)
        others = [pool.submit(_closing, arrivals, n) for n in range(1, THREADS)]
        while len(arrivals._gathering._waiting) < THREADS - 1:
            pass
        rest.set()
        assert all(each.result(10) for each in [leader, *others])
    assert [1, THREADS - 1] == groups


def test_a_row_that_cannot_be_kept_harms_no_other(transactional_db: None) -> None:
    def write(rows: Sequence[tuple[Any, ...]]) -> list[bool]:
        if any(row[0] == "bad" for row in rows):
            raise ValueError("bad")
        return [True] * len(rows)

    arrivals = Arrivals(write)

    def keep(word: str) -> str:
        try:
            return str(arrivals.keep((word,)))
        except ValueError:
            return "refused"

    said = _in_threads(keep, [*["good"] * 30, "bad", *["good"] * 30])
    assert [*["True"] * 30, "refused", *["True"] * 30] == said


def test_inside_a_transaction_it_is_undone_with_it(transactional_db: None) -> None:
    with pytest.raises(RuntimeError), store.write():
        assert inbox.receive("kktix", 1, "b1", b"{}", headers={}, now=clock.now())
        raise RuntimeError
    assert 0 == InboxDelivery.objects.count()


def _closing(arrivals: Arrivals, number: int) -> bool:
    try:
        return arrivals.keep((number,))
    finally:
        connections.close_all()
