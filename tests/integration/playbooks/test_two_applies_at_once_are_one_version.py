import threading
from types import SimpleNamespace

from django.db import connection

from postlude.orgs import api as orgs
from postlude.playbooks import api as playbooks


def test_two_people_apply_the_same_file_at_once(book: SimpleNamespace) -> None:
    """The second one waits, and finds that there is nothing left to change."""
    book.apply()
    book.edit("name: PyCon\n", "name: PyCon TW\n")
    start, outcomes = threading.Barrier(2), []

    def apply() -> None:
        start.wait()
        try:
            outcomes.append(book.apply().outcome)
        finally:
            connection.close()

    people = [threading.Thread(target=apply) for _ in range(2)]
    for each in people:
        each.start()
    for each in people:
        each.join(30)

    assert sorted(outcomes) == ["applied", "no change"]
    assert [each.number for each in playbooks.versions(orgs.by_slug("pycon").id)] == [2, 1]
