"""Whoever takes in hits of long ago, and whoever closes their day, take turns.

So a hit is in and its news waits before the day is final, or it is refused: none is in uncounted.
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta

import pytest
from django.db import connection

from postlude.kernel import store, work
from postlude.orgs import api as orgs
from postlude.tracking import api as tracking
from postlude.tracking.models import Touch
from postlude.tracking.types import Hit, TouchKind

DAY = date(2022, 8, 1)


def _take_in(org: int, now, began: threading.Event, closing: threading.Event) -> int:
    """Keep a hit of 500 days ago, and do not commit before somebody is about to close its day."""
    hit = Hit(TouchKind.OPEN, None, now - timedelta(days=500), provider="esp", event_id="old")
    try:
        with store.write():
            kept = tracking.record_many(org, [hit], now=now)
            began.set()
            closing.wait(5)
            time.sleep(0.3)
            return kept
    finally:
        connection.close()


def _close(org: int, now, began: threading.Event, closing: threading.Event) -> list[int]:
    """Close the day, and say which hits of then are known and waiting at that moment."""
    try:
        began.wait(5)
        closing.set()
        orgs.close_facts(org, DAY)
        return list(Touch.objects.values_list("id", flat=True))
    finally:
        connection.close()


@pytest.fixture
def counted(monkeypatch) -> None:
    work.unsubscribe_all()
    work.subscribe(tracking.RECORDED, "reports", lambda _: None)


def test_what_is_under_way_is_seen_by_whoever_closes(org, clock, counted) -> None:
    began, closing = threading.Event(), threading.Event()
    with ThreadPoolExecutor(2) as pool:
        taking = pool.submit(_take_in, org.id, clock.now(), began, closing)
        closed = pool.submit(_close, org.id, clock.now(), began, closing)
        assert 1 == taking.result(20)
        assert 1 == len(closed.result(20))
    assert work.is_waiting(org.id, "reports", before=clock.now())
    hit = Hit(TouchKind.OPEN, None, clock.now() - timedelta(days=500), event_id="later")
    assert 0 == tracking.record_many(org.id, [hit], now=clock.now())
