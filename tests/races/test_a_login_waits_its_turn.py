"""On SQLite one pen is handed round: a session waits for it, and never finds it taken."""

import threading
import time
from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.sessions.models import Session
from django.db import connection, connections
from django.test import Client

from postlude.kernel import store

PASSWORD = "correct horse battery"
LOGINS = 4


@pytest.fixture
def somebody(org):
    with store.write():
        return get_user_model().objects.create_user("ann", password=PASSWORD)


class Writer(threading.Thread):
    """Writes all the time, and never lets go of the pen for longer than it takes to pass it on."""

    def __init__(self, hold_s: float) -> None:
        super().__init__()
        self._hold_s = hold_s
        self.began = threading.Event()
        self.ends = threading.Event()

    def run(self) -> None:
        try:
            while not self.ends.is_set():
                with store.write():
                    Session.objects.filter(session_key="nobody").update(session_data="x")
                    self.began.set()
                    time.sleep(self._hold_s)
        finally:
            connections.close_all()


@pytest.fixture
def rush():
    """Two that write in turn, so that the pen is always in somebody's hand."""
    writers = [Writer(0.05), Writer(0.05)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.began.wait()
    yield writers
    for writer in writers:
        writer.ends.set()
    for writer in writers:
        writer.join()


@pytest.fixture
def impatient():
    """Whoever reaches for the pen out of turn gives up at once, instead of after half a minute."""
    if not store.is_postgresql():
        connection.cursor().execute("PRAGMA busy_timeout = 5")
    yield
    connection.close()


def test_a_session_is_kept_forgotten_and_cleared(somebody, impatient, rush) -> None:
    """Each of them a write of its own."""
    engine = import_module(settings.SESSION_ENGINE)
    for _ in range(LOGINS):
        session = engine.SessionStore()
        session["seen"] = "yes"
        session.save()
        kept = session.session_key
        assert "yes" == engine.SessionStore(kept)["seen"]
        session.delete()
        assert not Session.objects.filter(session_key=kept).exists()
    engine.SessionStore.clear_expired()


def test_people_log_in_and_out_in_a_rush(somebody, impatient, rush, settings) -> None:
    """By the page itself, with all that it and its middleware write."""
    for _ in range(LOGINS):
        client = Client()
        answer = client.post("/login/", {"username": "ann", "password": PASSWORD})
        assert 302 == answer.status_code
        assert str(somebody.pk) == client.session["_auth_user_id"]
        assert 302 == client.post("/logout/").status_code
        assert "_auth_user_id" not in client.session
