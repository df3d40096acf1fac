"""Two workers that see the same new buyer at once make one contact."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext

import pytest
from django.db import connection, transaction

from postlude.kernel import ids, store
from postlude.people import api as people
from postlude.people import recognition, recording
from postlude.people.models import Contact, Identity
from postlude.people.types import PersonSeen

WORKERS = 2


def buyer(number: int, worker: int) -> PersonSeen:
    return PersonSeen(
        f"buyer{number}@example.test", name="Ann", reference=f"worker{worker}:row:{number}"
    )


@pytest.fixture
def meet(monkeypatch):
    """Let each worker look before any of them writes, as far as the locks let them."""
    barrier = threading.Barrier(WORKERS)
    plain = recognition.look_up
    met = []

    def look_up(org, seen):
        known = plain(org, seen)
        try:
            barrier.wait(timeout=1)
            met.append(True)
        except threading.BrokenBarrierError:
            pass  # the other one waits for our transaction, or looks a second time
        return known

    monkeypatch.setattr(recognition, "look_up", look_up)
    return met


def together(org: int, now, persons):
    """Each worker recognises its own list; the contacts of each."""

    def work(seen):
        try:
            return [each.contact for each in people.recognise_many(org, seen, now=now)]
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(work, persons))


def test_one_contact(org, clock, meet) -> None:
    one, two = together(org.id, clock.now(), [[buyer(1, worker)] for worker in range(WORKERS)])
    assert one == two
    assert 1 == Contact.objects.count()
    assert 3 == Identity.objects.count()


def test_one_contact_each_when_batches_cross(org, clock, meet) -> None:
    """The same buyers in opposite orders: nobody waits for the other for ever."""
    rows = range(60)
    lists = [[buyer(n, 0) for n in rows], [buyer(n, 1) for n in reversed(rows)]]
    one, two = together(org.id, clock.now(), lists)
    assert one == two[::-1]
    assert len(rows) == Contact.objects.count()


def test_one_contact_for_a_bad_address(org, clock, meet) -> None:
    bad = PersonSeen("Email_1", reference="kktix:attendee:1")
    one, two = together(org.id, clock.now(), [[bad], [bad]])
    assert one == two
    assert 1 == Contact.objects.count() == people.count_address_warnings(org.id)


def test_without_the_guard_there_are_two(org, clock, meet, unguarded, breaches) -> None:
    """The race is real: take the unique key and the writers' queue away and one buyer is two."""
    one, two = together(org.id, clock.now(), [[buyer(1, worker)] for worker in range(WORKERS)])
    assert meet
    assert one != two
    assert 2 == Contact.objects.count()
    breaches.clear()


@pytest.fixture
def unguarded(monkeypatch):
    (key,) = kept = list(Identity._meta.constraints)
    Identity._meta.constraints = []  # SQLite makes the table anew, from the model
    with connection.schema_editor() as editor:
        editor.remove_constraint(Identity, key)
    take_writes_apart(monkeypatch)
    yield
    monkeypatch.undo()
    Identity.objects.all().delete()
    Identity._meta.constraints = kept
    with connection.schema_editor() as editor:
        editor.add_constraint(Identity, key)


def take_writes_apart(monkeypatch) -> None:
    def claim(org, kind, wanted, shown=None) -> None:
        columns = ("id", "org_id", "kind", "key", "contact_id", "shown")
        rows = [(ids.new_id(), org, kind, key, contact, "") for key, contact in wanted.items()]
        store.insert_many(Identity, columns, rows)

    plain = recording.record

    def record(org, plan, now) -> None:
        with transaction.atomic():
            plain(org, plan, now)

    monkeypatch.setattr(recording, "claim", claim)
    monkeypatch.setattr(recording, "record", record)
    monkeypatch.setattr(store, "write", nullcontext)
