"""Nobody changes or deletes a line of the journal: the database itself refuses."""

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from postlude.kernel import ids, store
from postlude.rewards import api as rewards
from postlude.rewards.types.points import Give, Take

TABLES = ("rewards_entry", "rewards_lot", "rewards_lot_allocation")


@pytest.fixture
def written(org, clock) -> dict[str, list[tuple[Any, ...]]]:
    now = clock.now()
    rewards.give_many(org.id, [Give("g", 1, 10, "feedback")], now=now)
    rewards.take_many(org.id, [Take("s", 1, 4, "order")], now=now)
    return rows()


def rows() -> dict[str, list[tuple[Any, ...]]]:
    return {table: store.rows_sql(f"SELECT * FROM {table} ORDER BY id") for table in TABLES}


def refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError:
        return True
    return False


def test_every_table_has_rows(written) -> None:
    assert {"rewards_entry": 2, "rewards_lot": 1, "rewards_lot_allocation": 1} == {
        table: len(found) for table, found in written.items()
    }


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize(
    "statement",
    ["UPDATE {0} SET org_id = org_id", "UPDATE {0} SET id = id + 1", "DELETE FROM {0}"],
)
def test_no_row_is_changed_or_deleted(written, table, statement) -> None:
    assert refused(statement.format(table))
    assert written == rows()


@pytest.mark.parametrize("table", TABLES)
def test_no_row_is_replaced(written, table) -> None:
    """SQLite's REPLACE deletes without asking the triggers of DELETE."""
    insert = "INSERT" if store.is_postgresql() else "INSERT OR REPLACE"
    assert refused(f"{insert} INTO {table} SELECT * FROM {table}")
    assert written == rows()


def test_no_row_is_replaced_by_its_key(written) -> None:
    columns = [column for column in _columns("rewards_entry") if column != "id"]
    names = ", ".join(columns)
    insert = "INSERT" if store.is_postgresql() else "INSERT OR REPLACE"
    new = f"SELECT {ids.new_id()}, {names} FROM rewards_entry WHERE kind = 'grant'"
    assert refused(f"{insert} INTO rewards_entry (id, {names}) {new}")
    assert written == rows()


def _columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        return [each.name for each in connection.introspection.get_table_description(cursor, table)]


@pytest.mark.parametrize(
    "change",
    ["amount = 11", "available = 9", "held = 1, available = 9", "debt = 1", "kind = 'gift'"],
)
def test_an_entry_means_what_its_kind_says(written, change) -> None:
    """No entry is kept whose sides would not sum to 0."""
    values = dict(part.split(" = ") for part in change.split(", "))
    given = {"id": str(ids.new_id()), "key": "'new'", **values}
    columns = _columns("rewards_entry")
    wanted = ", ".join(given.get(column, column) for column in columns)
    names = ", ".join(columns)
    copy = f"SELECT {wanted} FROM rewards_entry WHERE kind = 'grant'"
    assert refused(f"INSERT INTO rewards_entry ({names}) {copy}")
    assert written == rows()


def test_the_doctor_counts_the_books(written) -> None:
    assert ["ok"] == [finding.level for finding in rewards.doctor()]


def test_an_account_never_goes_below_zero(written) -> None:
    assert refused("UPDATE rewards_account SET available = available - 7")
    assert refused("UPDATE rewards_remainder SET free = free - 7")
    assert refused("UPDATE rewards_remainder SET held = held + 5")


def test_an_entry_without_its_lots_is_seen(written, org) -> None:
    """PostgreSQL refuses it at the commit; on SQLite the count of the books names it."""
    columns = _columns("rewards_entry")
    given = {"id": str(ids.new_id()), "key": "'new'"}
    names = ", ".join(columns)
    wanted = ", ".join(given.get(column, column) for column in columns)
    copy = f"INSERT INTO rewards_entry ({names}) SELECT {wanted} FROM rewards_entry WHERE key = 's'"
    if store.is_postgresql():
        assert refused(copy)
        assert [] == rewards.check_points(org.id)
    else:
        assert not refused(copy)
        assert {"problem"} == {finding.level for finding in rewards.doctor()}
        assert {"an entry does not agree with its lots"} < {
            each.what for each in rewards.check_points(org.id)
        }
