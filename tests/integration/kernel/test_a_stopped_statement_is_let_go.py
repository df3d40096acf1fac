"""A test that is stopped amid a statement, by its time limit, spoils none of those that follow."""

import os
import signal
import threading

import pytest
from django.db import connection

from postlude.kernel import store
from support import emptied


class Stopped(BaseException):
    """As the time limit's signal would raise it."""


def test_after_a_statement_that_was_stopped_others_are_answered():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's statements run in this process: none is under way when they are left")

    def stop(*_: object) -> None:
        raise Stopped

    before = signal.signal(signal.SIGUSR1, stop)
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGUSR1))
    timer.start()
    try:
        with pytest.raises(Stopped):
            store.rows_sql("SELECT pg_sleep(20)")
    finally:
        timer.join()
        signal.signal(signal.SIGUSR1, before)
    emptied.let_go_of_what_hangs()
    assert [(1,)] == store.rows_sql("SELECT 1")
