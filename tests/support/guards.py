"""Two promises that every test watches over: one way to write, and no network in a transaction.

On SQLite whoever writes outside `store.write()` jumps the queue of the writers; on either engine a
call that hangs inside a transaction holds up everybody. Both would pass every other test.
"""

import re
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.backends.signals import connection_created

from postlude.kernel import store

_OURS = str(Path(store.__file__).parents[1])
_KERNEL = str(Path(store.__file__).parent)
_TESTS = str(Path(__file__).parents[1])
_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)
_SESSION = re.compile(r'[^"]*"django_session"')  # Django's own: one row, when somebody logs in
_NETWORK = (socket.AF_INET, socket.AF_INET6)
_SENDING = ("connect", "send", "sendall")


def _ours() -> str:
    """Return the place in the product that asked for this, or "" when a test did itself."""
    frame = sys._getframe(2)
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(_OURS) and not file.startswith(_KERNEL):
            return f"{file[len(_OURS) + 1 :]}:{frame.f_lineno}"
        if file.startswith(_TESTS):
            return ""
        frame = frame.f_back  # type: ignore[assignment]
    return ""


@contextmanager
def watching() -> Iterator[list[str]]:
    """Collect every breach of this process, in whatever thread, until the block ends."""
    found: list[str] = []

    def write(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        alone = getattr(store._mine, "alone", store.is_postgresql()) and _is_alone()
        outside = not ((connection.in_atomic_block and _has_the_pen()) or alone)
        if outside and _WRITES.match(sql) and not _SESSION.match(sql) and (place := _ours()):
            found.append(f"{place} writes outside store.write(): {sql[:60]}")
        return execute(sql, params, many, context)

    def guard(connection: Any, **_: Any) -> None:
        if write not in connection.execute_wrappers:
            connection.execute_wrappers.append(write)

    def sending(name: str) -> Callable[..., Any]:
        real = getattr(socket.socket, name)

        def call(self: socket.socket, *arguments: Any) -> Any:
            if self.family in _NETWORK and connection.in_atomic_block:
                found.append(f"{_ours() or 'somebody'} calls out inside a transaction")
            return real(self, *arguments)

        return call

    before = {name: socket.socket.__dict__.get(name) for name in _SENDING}
    connection_created.connect(guard)
    guard(connection)
    for name in _SENDING:
        setattr(socket.socket, name, sending(name))
    try:
        yield found
    finally:
        for name, method in before.items():
            if method is None:
                delattr(socket.socket, name)
            else:
                setattr(socket.socket, name, method)
        connection_created.disconnect(guard)
        if write in connection.execute_wrappers:
            connection.execute_wrappers.remove(write)


def _is_alone() -> bool:
    """Say whether this is the one statement that is a transaction by itself."""
    frame = sys._getframe(2)
    while frame is not None:
        if frame.f_code is store.insert_alone.__code__:
            return True
        frame = frame.f_back  # type: ignore[assignment]
    return False


def _has_the_pen() -> bool:
    return store.is_postgresql() or getattr(store._mine, "depth", False)
