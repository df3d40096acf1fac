"""Those who come at the same moment share one commit.

Whoever asks is answered only when its answer is durable, so a flood of them would otherwise be a
flood of commits, and on SQLite each of these waits its turn. Whoever comes first leads: while it
waits for the pen, or for the commit before it, the others gather, and it acts for all of them.
"""

import threading
from collections.abc import Callable, Sequence
from itertools import islice, pairwise
from typing import Generic, TypeVar

from django.db import connection

from postlude.kernel import clock, store

T = TypeVar("T")
R = TypeVar("R")
# Acts for a group inside one transaction; one answer for each, an exception where it is a refusal.
Act = Callable[[Sequence[T]], Sequence[R | Exception]]
MOST = 32
PATIENCE = 0.002


class _Asked(Generic[T, R]):
    """One who waits. The lock is a bell for one ear: far cheaper than an Event."""

    __slots__ = ("answer", "behind", "bell", "item", "leads")

    def __init__(self, item: T) -> None:
        self.item = item
        self.answer: list[R | Exception] = []
        self.leads = False
        self.behind: _Asked[T, R] | None = None
        self.bell = threading.Lock()
        self.bell.acquire()


class Gathering(Generic[T, R]):
    """A queue before one function.

    `act` is given up to `most` items in the order in which they came, inside a transaction of
    `store.write()`, and may be given the same item again when a group has failed. A leader who
    followed a group waits up to `patience` seconds for as many as came last time; who is alone
    waits for nobody.
    """

    def __init__(self, act: Act[T, R], *, most: int = MOST, patience: float = PATIENCE) -> None:
        self._act = act
        self._most = most
        self._patience = patience
        self._mutex = threading.Lock()
        self._waiting: list[_Asked[T, R]] = []
        self._led = False
        self._awaited = 1
        self._enough = threading.Event()

    def ask(self, item: T) -> R:
        """Return the answer to `item`, durable when this returns, or raise its own error.

        Inside a transaction it is durable with that transaction. What the database says of a whole
        group is raised to nobody: after a failed group each of it tries alone.
        """
        if connection.in_atomic_block:
            return _given(self._act([item])[0])
        asked = self._queue(item)
        if not asked.leads:
            self._wait(asked)
        if asked.leads:
            self._lead()
        if not asked.answer:  # the group failed, or whoever led it died
            with store.write():
                answer = self._act([item])[0]
            return _given(answer)
        return _given(asked.answer[0])

    def _queue(self, item: T) -> _Asked[T, R]:
        asked: _Asked[T, R] = _Asked(item)
        with self._mutex:
            self._waiting.append(asked)
            if not self._led:
                self._led = asked.leads = True
            elif len(self._waiting) >= self._awaited:
                self._enough.set()
        return asked

    def _wait(self, asked: _Asked[T, R]) -> None:
        """Sleep until there is an answer, or nobody leads; then wake whoever is behind."""
        try:
            asked.bell.acquire()
        except BaseException:  # Ctrl-C: the others are answered all the same
            asked.bell.acquire()
            if asked.leads:
                self._lead()
            raise
        finally:
            if asked.behind is not None:
                asked.behind.bell.release()

    def _lead(self) -> None:
        group: list[_Asked[T, R]] = []
        try:
            self._linger()
            with store.write():
                # Only now, so that whoever came while we waited for the pen is among them.
                group = self._take()
                answers = self._act([each.item for each in group])
                for each, answer in zip(group, answers, strict=True):
                    each.answer.append(answer)
        except Exception:  # noqa: BLE001 - each of the group meets it again by itself
            for each in group:
                each.answer.clear()
        finally:
            group = group or self._take()
            self._hand_over()
            # Each wakes the next. All at once they would fight for the interpreter, which takes
            # twice the time and twice the sleeps; the first is the leader itself.
            for each, behind in pairwise(group[1:]):
                each.behind = behind
            if len(group) > 1:
                group[1].bell.release()

    def _linger(self) -> None:
        """Wait for those whom the last group answered: they come again at once, or not at all."""
        if self._awaited <= 1 or not self._patience:
            return
        until = clock.monotonic() + self._patience
        with self._mutex:
            self._enough.clear()
            if len(self._waiting) >= self._awaited:
                return
        self._enough.wait(until - clock.monotonic())

    def _take(self) -> list[_Asked[T, R]]:
        """Take the leader's own item, which is the oldest, and those behind it."""
        with self._mutex:
            group = list(islice(self._waiting, self._most))
            del self._waiting[: self._most]
            self._awaited = min(self._most, len(group) + len(self._waiting))
        return group

    def _hand_over(self) -> None:
        with self._mutex:
            if not self._waiting:
                self._led = False
                return
            following = self._waiting[0]
            following.leads = True
        following.bell.release()


def _given(answer: R | Exception) -> R:
    if isinstance(answer, Exception):
        raise answer
    return answer
