"""Waking whoever waits for work: at once inside a process, by NOTIFY between them, else by poll.

A wake-up is only a hint. Whoever misses one finds the work at the next poll, 100 ms later.
"""

import logging
import threading

from django.db import connection

from postlude.kernel import store

CHANNEL = "postlude_work"
POLL_SECONDS = 0.1
_log = logging.getLogger(__name__)


class _Bell:
    def __init__(self) -> None:
        self._rung = threading.Condition()
        self.count = 0

    def ring(self) -> None:
        with self._rung:
            self.count += 1
            self._rung.notify_all()

    def wait_past(self, seen: int, timeout: float) -> bool:
        with self._rung:
            return self._rung.wait_for(lambda: self.count > seen, timeout)


_bell = _Bell()


def nudge() -> None:
    """Wake the workers once this transaction is durable."""
    if store.is_postgresql():
        store.execute(f"NOTIFY {CHANNEL}")
    store.after_commit(_bell.ring)


def ring() -> None:
    """Wake the workers of this process now."""
    _bell.ring()


def seen() -> int:
    """Return how often the bell has rung; take it before looking for work."""
    return _bell.count


def wait(seen_before: int | None = None, timeout: float = POLL_SECONDS) -> bool:
    """Wait until the bell rings (again, since `seen_before`) or the poll is due."""
    return _bell.wait_past(_bell.count if seen_before is None else seen_before, timeout)


def listen(stop: threading.Event) -> None:
    """Ring this process's bell for other processes' commits, until `stop` is set.

    Does nothing on SQLite, where one process writes. Runs in a thread of its own with a
    connection of its own; a lost connection costs latency only.
    """
    if not store.is_postgresql():
        return
    import psycopg  # noqa: PLC0415 - PostgreSQL is an extra

    parameters = {
        key: value
        for key, value in connection.get_connection_params().items()
        if key not in {"cursor_factory", "context", "prepare_threshold", "client_encoding"}
    }
    while not stop.is_set():
        try:
            with psycopg.connect(**parameters, autocommit=True) as listener:
                listener.execute(f"LISTEN {CHANNEL}")
                while not stop.is_set():
                    for _ in listener.notifies(timeout=1, stop_after=1):
                        _bell.ring()
        except psycopg.Error:
            _log.warning("listening for work was interrupted; polling goes on")
            stop.wait(1)
