"""Group commit: many requests wait for one commit, and are answered after it.

An answer therefore means that the hit is durable. One thread writes; while it commits, the next
group gathers, so a slow disk makes groups larger instead of the queue longer. A quick disk would
make them small, and each commit costs as much as some dozens of hits: where many come, the thread
lets them gather a moment.
"""

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from django.db import InterfaceError, OperationalError

_log = logging.getLogger(__name__)

MOST_IN_GROUP = 300
MOST_WAITING = 20_000
_TRIES = 3

Item = TypeVar("Item")
Told = Callable[[bool], None]
"""Told whether an item was kept; called in the event loop that handed it in."""
_Waiter = tuple[asyncio.AbstractEventLoop, Told]


class GroupCommit(Generic[Item]):
    """`write` stores a group in one commit; it runs in one thread of its own.

    A group ends where its items together weigh `heaviest`. `gather_s` says before each how many
    seconds to let it gather.
    """

    def __init__(
        self,
        write: Callable[[Sequence[Item]], None],
        *,
        at_end: Callable[[], None],
        gather_s: Callable[[], float] = lambda: 0.0,
        weigh: Callable[[Item], int] | None = None,
        heaviest: int = MOST_IN_GROUP,
    ) -> None:
        self._write = write
        self._at_end = at_end
        self._gather_s = gather_s
        self._weigh = weigh
        self._heaviest = heaviest
        self._waiting: deque[tuple[Item, _Waiter]] = deque()
        self._wake = threading.Event()
        self._stopping = False
        self._ill = False
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    async def put(self, item: Item) -> bool:
        """Return True once the item is committed; False where it could not be kept."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[bool] = loop.create_future()

        def tell(kept: bool) -> None:  # noqa: FBT001 - the word of a commit
            if not future.done():
                future.set_result(kept)

        self.hand_in(item, tell, loop)
        return await future

    def hand_in(self, item: Item, told: Told, loop: asyncio.AbstractEventLoop) -> None:
        """Let the item be committed, and `told` be called in `loop` when that is decided.

        Called in that loop. Costs no future and no task: a server's shortest way.
        """
        if len(self._waiting) >= MOST_WAITING:
            told(False)
            return
        self._waiting.append((item, (loop, told)))
        if self._thread is None:
            self._start()
        # Set already: the thread has not cleared it yet, and looks at what waits after it has.
        if not self._wake.is_set():
            self._wake.set()

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
        if wait_s := self._gather_s():
            time.sleep(wait_s)
        group = self._gather()
        kept = self._kept([item for item, _ in group])
        loops: dict[asyncio.AbstractEventLoop, list[tuple[Told, bool]]] = {}
        for (_, (loop, told)), done in zip(group, kept, strict=True):
            loops.setdefault(loop, []).append((told, done))
        for loop, answers in loops.items():
            try:
                loop.call_soon_threadsafe(_tell, answers)
            except RuntimeError:  # the loop has ended: nobody waits any more
                continue

    def _gather(self) -> list[tuple[Item, _Waiter]]:
        count = min(MOST_IN_GROUP, len(self._waiting))
        if self._weigh is None:
            return [self._waiting.popleft() for _ in range(count)]
        group: list[tuple[Item, _Waiter]] = []
        weight = 0
        while self._waiting and len(group) < count:
            weight += self._weigh(self._waiting[0][0])
            if group and weight > self._heaviest:
                break
            group.append(self._waiting.popleft())
        return group

    def _kept(self, items: Sequence[Item]) -> list[bool]:
        """Return which are kept: mostly all; where one spoils the group, all but that one."""
        if self._tried(items):
            return [True] * len(items)
        if len(items) == 1 or self._ill:
            return [False] * len(items)
        return [self._tried([item], tries=1) for item in items]

    def _tried(self, items: Sequence[Item], tries: int = _TRIES) -> bool:
        for attempt in range(1, tries + 1):
            try:
                self._write(items)
            except Exception as error:  # noqa: BLE001 - whatever it is, people wait for an answer
                # Of an ill database each item would ask again, and all who wait with it.
                self._ill = isinstance(error, (OperationalError, InterfaceError, OSError))
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


def _tell(answers: Sequence[tuple[Told, bool]]) -> None:
    """Answer a whole group in one turn of the loop."""
    for told, kept in answers:
        try:
            told(kept)
        except Exception as error:  # noqa: BLE001 - one who has gone is not in the way of others
            _log.error("an answer was not given", extra={"error": type(error).__name__})
