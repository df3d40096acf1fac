"""Deliveries that come at the same moment share one commit.

Each webhook is answered only when it is durable, so a flood of them would otherwise be a flood of
commits, and on SQLite every one of them waits its turn before the invitations. Whoever comes first
leads: while it waits for the pen the others gather, and it writes for all of them.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection

from postlude.kernel import store

_MOST_IN_GROUP = 200
Row = tuple[Any, ...]
# Writes rows inside a transaction of the caller and returns which of them are new, by position.
Write = Callable[[Sequence[Row]], Sequence[bool]]


class _Arrival:
    __slots__ = ("leads", "new", "row", "settled")

    def __init__(self, row: Row) -> None:
        self.row = row
        self.new: bool | None = None
        self.leads = False
        self.settled = threading.Event()


class Arrivals:
    """One queue of rows of one table; `write` stores a group of them."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._mutex = threading.Lock()
        self._waiting: list[_Arrival] = []
        self._led = False

    def keep(self, row: Row) -> bool:
        """Return whether the row is new; it is durable when this returns.

        Inside a transaction it is durable with that transaction. An error of the database is
        raised to whoever it concerns: after a failed group each tries alone.
        """
        if connection.in_atomic_block:
            return self._write([row])[0]
        arrival = self._queue(row)
        if not arrival.leads:
            arrival.settled.wait()
        if arrival.leads:
            self._lead()
        if arrival.new is None:  # the group failed, or whoever led it died
            return self._alone(row)
        return arrival.new

    def _queue(self, row: Row) -> _Arrival:
        arrival = _Arrival(row)
        with self._mutex:
            self._waiting.append(arrival)
            if not self._led:
                self._led = arrival.leads = True
        return arrival

    def _lead(self) -> None:
        group: list[_Arrival] = []
        try:
            with store.write():
                # Only now, so that whoever came while we waited for the pen is among them.
                group = self._take()
                new = self._write([each.row for each in group])
            for each, is_new in zip(group, new, strict=True):
                each.new = is_new
        except Exception:  # noqa: BLE001 - each of the group meets it again by itself
            group = group or self._take()
        finally:
            self._hand_over()
            for each in group:
                each.settled.set()

    def _take(self) -> list[_Arrival]:
        """Take the leader's own row, which is the oldest, and those behind it."""
        with self._mutex:
            group = self._waiting[:_MOST_IN_GROUP]
            del self._waiting[:_MOST_IN_GROUP]
        return group

    def _hand_over(self) -> None:
        with self._mutex:
            if not self._waiting:
                self._led = False
                return
            following = self._waiting[0]
            following.leads = True
        following.settled.set()

    def _alone(self, row: Row) -> bool:
        with store.write():
            return self._write([row])[0]
