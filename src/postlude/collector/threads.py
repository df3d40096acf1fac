"""Threads that read the database for the event loop."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import close_old_connections, connections

Result = TypeVar("Result")
_COUNT = 4


class Readers:
    """A few threads, each with a database connection that is kept and, at the end, closed."""

    def __init__(self) -> None:
        self._begun = 0
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(_COUNT, "collector-reads", initializer=self._count)

    async def run(self, function: Callable[[], Result]) -> Result:
        """Return the function's result; it runs outside the event loop."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, _run, function)

    def close(self) -> None:
        """Close the connections, each in its own thread, and end the threads."""
        if self._begun:
            # Every thread waits for the others, so that none takes the task of another.
            everyone = threading.Barrier(self._begun)
            for _ in range(self._begun):
                self._pool.submit(_leave, everyone)
        self._pool.shutdown(wait=True)

    def _count(self) -> None:
        with self._lock:
            self._begun += 1


def _run(function: Callable[[], Result]) -> Result:
    close_old_connections()
    try:
        return function()
    finally:
        close_old_connections()


def _leave(everyone: threading.Barrier) -> None:
    close_connections()
    everyone.wait(timeout=5)


def close_connections() -> None:
    """Close the connections of this thread, which ends."""
    connections.close_all()
