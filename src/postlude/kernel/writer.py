"""SQLite's one writer, in order of arrival.

SQLite lets one connection write and makes the others poll; whoever polls at the right moment wins.
Inside one process this lock hands the pen over in the order of arrival instead, which keeps the
slowest wait near the sum of the transactions before it.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager


class FifoLock:
    """A lock that is handed over in the order in which it was asked for; not re-entrant."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._held = False

    def acquire(self) -> None:
        with self._mutex:
            if not self._held:
                self._held = True
                return
            ticket = threading.Lock()
            ticket.acquire()
            self._waiting.append(ticket)
        ticket.acquire()

    def release(self) -> None:
        with self._mutex:
            if self._waiting:
                self._waiting.popleft().release()  # stays held, by the next in line
            else:
                self._held = False

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold the lock for a block."""
        self.acquire()
        try:
            yield
        finally:
            self.release()
