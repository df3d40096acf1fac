"""A commit wakes the workers: at once in its own process, by NOTIFY in the others."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from django.db import connection, connections

from postlude.kernel import store, wakeup

# Far beyond any wake-up, and far beyond the poll that would hide a lost one.
LONG = 20.0
NEWS = """
import django; django.setup()
from postlude.kernel import store, wakeup
with store.write():
    wakeup.nudge()
"""


def test_a_commit_rings_and_a_rollback_does_not() -> None:
    before = wakeup.seen()
    with store.write():
        wakeup.nudge()
        assert before == wakeup.seen()
    assert wakeup.wait(before, 0)
    with pytest.raises(RuntimeError), store.write():
        wakeup.nudge()
        raise RuntimeError
    assert before + 1 == wakeup.seen()


def test_a_ring_before_the_wait_is_not_missed() -> None:
    before = wakeup.seen()
    wakeup.ring()
    started = time.monotonic()
    assert wakeup.wait(before, LONG)
    assert time.monotonic() - started < LONG / 2
    assert not wakeup.wait(None, 0.01)


@pytest.fixture
def listening(pytestconfig: pytest.Config) -> Iterator[None]:
    if pytestconfig.getoption("--engine") != "postgresql":
        pytest.skip("on SQLite one process works")
    stop = threading.Event()

    def listen() -> None:
        try:
            wakeup.listen(stop)
        finally:
            connections.close_all()

    thread = threading.Thread(target=listen)
    thread.start()
    _until_listening()
    yield
    stop.set()
    thread.join(10)
    assert not thread.is_alive()


def _until_listening() -> None:
    """Wait for the listener's own connection, which has asked for nothing but LISTEN."""
    for _ in range(200):
        if store.rows_sql(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() "
            "AND query LIKE 'LISTEN%%'"
        ):
            return
        time.sleep(0.05)
    raise AssertionError("nobody listens")


def test_another_process_is_heard(listening: None) -> None:
    settings = connection.settings_dict
    url = os.environ["POSTLUDE_DATABASE_URL"].rpartition("/")[0] + f"/{settings['NAME']}"
    before = wakeup.seen()
    subprocess.run(
        [sys.executable, "-c", NEWS],
        env={**os.environ, "POSTLUDE_DATABASE_URL": url},
        check=True,
        timeout=60,
    )
    assert wakeup.wait(before, LONG)


def test_a_lost_connection_is_made_again(listening: None) -> None:
    store.rows_sql(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND query LIKE 'LISTEN%%' AND pid <> pg_backend_pid()"
    )
    for _ in range(int(LONG)):
        before = wakeup.seen()
        _until_listening()
        with store.write():
            store.execute(f"NOTIFY {wakeup.CHANNEL}")  # without this process's own bell
        if wakeup.wait(before, 1):
            return
    raise AssertionError("nobody listens any more")
