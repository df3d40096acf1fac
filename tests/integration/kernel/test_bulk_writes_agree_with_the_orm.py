"""Bulk inserts store what the ORM would, on both engines; a conflict is ignored, and only that."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError

from postlude.kernel import claims, ids, store
from postlude.kernel.models import JobSlot, WorkRow

AT = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
COLUMNS = (
    "id",
    "org",
    "consumer",
    "topic",
    "key",
    "generation",
    "due",
    "created_at",
    "attempts",
    "owner",
    "dead_reason",
)


def row(number: int, key: str) -> tuple[object, ...]:
    return (number, 1, "c", "t", key, 1, AT, AT, 0, "", "")


def test_bulk_rows_read_back() -> None:
    keys = ["plain", "tab\tnew\nline", "back\\slash", '繁體 "quote"', "NULL"]
    with store.write():
        assert 5 == store.insert_many(WorkRow, COLUMNS, [row(ids.new_id(), key) for key in keys])
    assert sorted(keys) == sorted(WorkRow.objects.values_list("key", flat=True))
    assert {AT} == set(WorkRow.objects.values_list("due", flat=True))
    assert 5 == WorkRow.objects.filter(due__lte=AT).count()


def test_a_row_reads_without_the_orm_as_with_it() -> None:
    """An instant is the same instant read from a column, from an expression, and by the ORM."""
    with store.write():
        store.insert_many(WorkRow, COLUMNS, [row(1, "a")])
    (due, worked_out, none) = store.rows_sql(
        "SELECT due, COALESCE(lease_until, due), lease_until FROM kernel_work_row"
    )[0]
    read = WorkRow.objects.get().due
    assert [read, read, None] == [store.instant(each) for each in (due, worked_out, none)]
    assert AT == store.known_instant(due)
    with pytest.raises(TypeError):
        store.known_instant(none)


def test_insert_ignore_says_what_it_inserted() -> None:
    first, second, third = ids.new_ids(3)
    with store.write():
        assert [first] == store.insert_ignore(
            WorkRow, COLUMNS, [row(first, "a")], conflict=("org", "consumer", "topic", "key")
        )
        again = store.insert_ignore(
            WorkRow,
            COLUMNS,
            [row(second, "a"), row(third, "b")],
            conflict=("org", "consumer", "topic", "key"),
        )
    assert [third] == again


def test_a_double_in_a_plain_insert_fails_whole() -> None:
    with pytest.raises(IntegrityError), store.write():
        store.insert_many(WorkRow, COLUMNS, [row(ids.new_id(), "a"), row(ids.new_id(), "a")])
    assert 0 == WorkRow.objects.count()


def test_a_claimed_row_is_left_alone_until_its_lease_ends() -> None:
    with store.write():
        store.insert_many(
            WorkRow, COLUMNS, [row(number, str(number)) for number in ids.new_ids(10)]
        )

    def claim(limit: int, lease_s: float) -> list[int]:
        return claims.claim(
            WorkRow,
            where="consumer = %s",
            params=["c"],
            order="id",
            limit=limit,
            owner="me",
            lease_s=lease_s,
        )

    assert 6 == len(claim(6, 30))
    assert 4 == len(claim(6, -1))
    assert 4 == len(claim(6, 30))
    assert 0 == len(claim(6, 30))


def test_writes_nest_and_roll_back_together() -> None:
    with pytest.raises(RuntimeError), store.write():
        with store.write():
            JobSlot.objects.create(name="a")
        raise RuntimeError
    assert 0 == JobSlot.objects.count()
