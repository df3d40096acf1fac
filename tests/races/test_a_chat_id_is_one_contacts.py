"""Two who say the same chat id or device at once: it ends with one contact, and nobody waits for ever."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest
from django.db import connection

from postlude.people import api as people
from postlude.people import saying
from postlude.people.models import Address, Identity
from postlude.people.types import Actor, PersonSeen, SaidAddress

WORKERS = 2
LINE = "U" + "a" * 32


@pytest.fixture
def meet(monkeypatch):
    """Let each worker look before any of them writes, as far as the locks let them."""
    barrier = threading.Barrier(WORKERS)
    plain = saying.identities

    def identities(*asked):
        found = plain(*asked)
        # Broken: the other one waits for our transaction, or looks a second time.
        with suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=1)
        return found

    monkeypatch.setattr(saying, "identities", identities)


def contacts(org: int, now, count: int = WORKERS) -> list[int]:
    seen = [PersonSeen(f"p{n}@example.test", reference=f"t:{n}") for n in range(count)]
    return [each.contact or 0 for each in people.recognise_many(org, seen, now=now)]


def together(org: int, now, lists):
    def work(said):
        try:
            found = people.say_addresses(org, said, actor=Actor("key", "t"), now=now)
            return [problem and problem.code for problem in found]
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(work, lists))


def test_one_of_two_contacts_has_it(org, clock, meet) -> None:
    both = contacts(org.id, clock.now())

    said = together(org.id, clock.now(), [[SaidAddress(each, "line", LINE)] for each in both])

    assert [[None], ["taken"]] == sorted(said, key=str, reverse=True)
    (row,) = Address.objects.filter(kind="line")
    assert both[said.index([None])] == row.contact_id
    assert row.contact_id == Identity.objects.get(kind="line").contact_id


def test_the_same_said_twice_at_once_is_there_once(org, clock, meet) -> None:
    ann, _ = contacts(org.id, clock.now())

    said = together(org.id, clock.now(), [[SaidAddress(ann, "push", "phone")]] * WORKERS)

    assert [[None], [None]] == said
    assert 1 == Address.objects.filter(kind="push").count()


def test_a_device_ends_with_one_of_two_who_sign_in_at_once(org, clock, meet) -> None:
    both = contacts(org.id, clock.now())

    together(org.id, clock.now(), [[SaidAddress(each, "push", "phone")] for each in both])

    (row,) = Address.objects.filter(kind="push")
    assert row.contact_id == Identity.objects.get(kind="push").contact_id


def test_batches_that_cross_do_not_wait_for_each_other(org, clock, meet) -> None:
    """The same ids in opposite orders, for different people: each id has one owner in the end."""
    rows = range(40)
    people_of = contacts(org.id, clock.now(), 2 * len(rows))
    one = [SaidAddress(people_of[n], "line", f"U{n:032x}") for n in rows]
    two = [SaidAddress(people_of[len(rows) + n], "line", f"U{n:032x}") for n in reversed(rows)]

    said = together(org.id, clock.now(), [one, two])

    assert len(rows) == Address.objects.filter(kind="line").count()
    assert len(rows) == sum(each is None for found in said for each in found)
