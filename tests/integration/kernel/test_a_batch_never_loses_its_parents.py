"""What many rows written at once point at is there, and stays as long as they do, on both engines.

PostgreSQL looks for it once a statement (`kernel.parents`), SQLite by its foreign keys.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection

from postlude.journeys.models import Journey, Mark
from postlude.kernel import ids, store

COLUMNS = ("id", "org", "journey", "contact", "scope", "made_at")
_PATIENCE = 10


@pytest.fixture
def journey(org: Any) -> int:
    with store.write():
        return Journey.objects.create(org_id=org.id, slug="invite", trigger="timetable").id


def marks(org: int, journey: int, now: Any, count: int = 150) -> list[tuple[Any, ...]]:
    return [(new, org, journey, contact, "ever", now) for contact, new in enumerate(_ids(count))]


def _ids(count: int) -> list[int]:
    return ids.new_ids(count)


def delete(journey: int) -> None:
    with store.write():
        store.execute("DELETE FROM journeys_journey WHERE id = %s", [journey])


@pytest.mark.parametrize("count", [1, 150])
def test_a_batch_with_one_orphan_is_refused_whole(org, clock, journey, count) -> None:
    rows = marks(org.id, journey, clock.now(), count)
    orphan = (ids.new_id(), org.id, journey + 1, 999, "ever", clock.now())
    with pytest.raises(IntegrityError), store.write():
        store.insert_many(Mark, COLUMNS, [*rows, orphan])
    assert 0 == Mark.objects.count()


def test_a_batch_of_no_organisation_is_refused(org, clock, journey) -> None:
    with pytest.raises(IntegrityError), store.write():
        store.insert_many(Mark, COLUMNS, marks(org.id + 1, journey, clock.now()))


def test_a_row_is_not_given_to_parents_that_are_not_there(org, clock, journey) -> None:
    with store.write():
        store.insert_many(Mark, COLUMNS, marks(org.id, journey, clock.now()))
    with pytest.raises(IntegrityError), store.write():
        Mark.objects.filter(contact=3).update(journey=journey + 1)
    assert 150 == Mark.objects.filter(journey=journey).count()


def test_who_has_children_does_not_go(org, clock, journey) -> None:
    with store.write():
        store.insert_many(Mark, COLUMNS, marks(org.id, journey, clock.now()))
    with pytest.raises(IntegrityError):
        delete(journey)
    with pytest.raises(IntegrityError), store.write():
        store.execute("UPDATE journeys_journey SET id = id + 1 WHERE id = %s", [journey])
    with store.write():  # both in one transaction, whichever goes first
        store.execute("DELETE FROM journeys_journey WHERE id = %s", [journey])
        Mark.objects.all().delete()
    assert 0 == Journey.objects.count()


@pytest.mark.parametrize("first", ["child", "parent"])
def test_of_a_child_that_comes_while_its_parent_goes_one_is_refused(
    org, clock, journey, first
) -> None:
    rows = marks(org.id, journey, clock.now())
    begun = threading.Event()

    def other() -> bool:
        try:
            begun.set()
            if first == "child":
                delete(journey)
            else:
                with store.write():
                    store.insert_many(Mark, COLUMNS, rows)
        except DatabaseError:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(1) as pool:
        with store.write():
            if first == "child":
                store.insert_many(Mark, COLUMNS, rows)
            else:
                store.execute("DELETE FROM journeys_journey WHERE id = %s", [journey])
            later = pool.submit(other)
            assert begun.wait(_PATIENCE)
            assert not later.done()
        assert not later.result(_PATIENCE)
    left = (Journey.objects.count(), Mark.objects.count())
    assert ((1, 150) if first == "child" else (0, 0)) == left
