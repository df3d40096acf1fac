"""What every page asks for its badge is found by index, beside however many notices were sent."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from postlude.console.readings import attention, board
from postlude.orgs import api as orgs


def plans(act: Callable[[], object]) -> list[tuple[str, str]]:
    """Return each question that `act` asks of messages, and how the database goes about it."""
    with CaptureQueriesContext(connection) as asked:
        act()
    wanted = {each["sql"] for each in asked if "messages_facts_message" in each["sql"]}
    how = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    found = []
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # a small table it rather reads whole
            cursor.execute("SET LOCAL enable_seqscan = off")
        for sql in sorted(wanted):
            cursor.execute(f"{how} {sql}")
            found.append((sql, "\n".join(str(row) for row in cursor.fetchall())))
    return found


@pytest.mark.usefixtures("clock")
def test_invitations_are_read_by_their_own_index(sale) -> None:
    board.forget()
    found = plans(lambda: attention.count(sale.org))
    assert len(found) >= 2
    for sql, plan in found:
        assert "messages_message_invitation" in plan, (sql, plan)


@pytest.mark.usefixtures("clock")
def test_without_its_index_every_message_would_be_read(sale) -> None:
    """The test can fail: the same question without its condition is not answered by that index."""
    sql = f"SELECT message FROM messages_facts_message WHERE org = {sale.org.id} ORDER BY message"
    how = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        cursor.execute(f"{how} {sql}")
        assert "messages_message_invitation" not in str(cursor.fetchall())


def test_the_badge_is_the_same_as_before(sale) -> None:
    """Opened is what was opened of the invitations, of this organisation alone."""
    board.forget()
    found = board.invitations(sale.org.id, sale.conference)
    opened = {
        key
        for key, contact in sale.contacts.items()
        if found.get(contact) and found[contact].opened
    }
    assert opened == {key for key in sale.contacts if key.startswith("opened")}
    other = orgs.create("elsewhere", "Elsewhere", zone="UTC", currency="EUR")
    assert {} == board.invitations(other.id, sale.conference)
