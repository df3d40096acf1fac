"""Group commit: many requests wait for one commit, and are answered after it.

An answer therefore means that the hit is durable. One thread writes; while it commits, the next
group gathers, so a slow disk makes groups larger instead of the queue longer.
"""

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

_log = logging.getLogger(__name__)

MOST_IN_GROUP = 300
MOST_WAITING = 20_000
_TRIES = 3

Item = TypeVar("Item")
_Waiter = tuple[asyncio.AbstractEventLoop, "asyncio.Future[bool]"]


class GroupCommit(Generic[Item]):
    """`write` stores a group in one commit; it runs in one thread of its own."""

    def __init__(
        self, write: Callable[[Sequence[Item]], None], *, at_end: Callable[[], None]
    ) -> None:
        self._write = write
        self._at_end = at_end
        self._waiting: deque[tuple[Item, _Waiter]] = deque()
        self._wake = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    async def put(self, item: Item) -> bool:
        """Return True once the item is committed; False where it could not be kept."""
        if len(self._waiting) >= MOST_WAITING:
            return False
        loop = asyncio.get_running_loop()
        future: asyncio.Future[bool] = loop.create_future()
        self._waiting.append((item, (loop, future)))
        self._start()
        self._wake.set()
        return await future

    def close(self) -> None:
        """Commit what waits and end the thread."""
        self._stopping = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=10)
            self._thread = None

    def _start(self) -> None:
        if self._thread is not None:
            return
        with self._lock:
            if self._thread is None:
                self._stopping = False
                self._thread = threading.Thread(
                    target=self._run, name="collector-commits", daemon=True
                )
                self._thread.start()

    def _run(self) -> None:
        try:
            while not (self._stopping and not self._waiting):
                self._wake.wait()
                self._wake.clear()
                while self._waiting:
                    self._commit_group()
        finally:
            self._at_end()

    def _commit_group(self) -> None:
        count = min(MOST_IN_GROUP, len(self._waiting))
        group = [self._waiting.popleft() for _ in range(count)]
        kept = self._kept([item for item, _ in group])
        loops: dict[asyncio.AbstractEventLoop, list[asyncio.Future[bool]]] = {}
        for _, (loop, future) in group:
            loops.setdefault(loop, []).append(future)
        for loop, futures in loops.items():
            try:
                loop.call_soon_threadsafe(_answer, futures, kept)
            except RuntimeError:  # the loop has ended: nobody waits any more
                continue

    def _kept(self, items: Sequence[Item]) -> bool:
        for attempt in range(1, _TRIES + 1):
            try:
                self._write(items)
            except Exception as error:  # noqa: BLE001 - whatever it is, people wait for an answer
                _log.warning(
                    "hits not committed",
                    extra={
                        "hits": len(items),
                        "attempt": attempt,
                        "error": type(error).__name__,
                    },
                )
                self._wake.wait(0.05 * attempt)
            else:
                return True
        return False


def _answer(futures: Sequence["asyncio.Future[bool]"], kept: bool) -> None:  # noqa: FBT001
    for future in futures:
        if not future.done():
            future.set_result(kept)
