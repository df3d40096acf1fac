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


@pytest.mark.parametrize("expect_new", [True, False])
@pytest.mark.parametrize("already", [0, 1, 250])
def test_of_many_rows_those_that_are_there_already_are_told_apart(
    already: int, expect_new: bool
) -> None:
    """The quick ways for hundreds of rows say the same as the slow one for two."""
    unique = ("org", "consumer", "topic", "key")
    keys = [f"key {number}" for number in range(250)]
    with store.write():
        store.insert_many(WorkRow, COLUMNS, [row(ids.new_id(), key) for key in keys[:already]])
    rows = [row(number, key) for number, key in zip(ids.new_ids(250), keys, strict=True)]
    twice = row(ids.new_id(), keys[-1])
    with store.write():
        fresh = store.insert_ignore(
            WorkRow, COLUMNS, [*rows, twice], conflict=unique, expect_new=expect_new
        )
    assert sorted(each[0] for each in rows[already:]) == sorted(fresh)
    assert sorted(keys) == sorted(WorkRow.objects.values_list("key", flat=True))
    with store.write():
        new = [row(number, f"new {number}") for number in ids.new_ids(250)]
        fresh = store.insert_ignore(WorkRow, COLUMNS, new, conflict=unique, expect_new=expect_new)
    assert [each[0] for each in new] == sorted(fresh)


@pytest.mark.parametrize("count", [0, 1, 3, 400])
def test_one_of_many_values_is_one_parameter(count: int) -> None:
    names = [f'"{number}", back\\slash' for number in range(500)]
    numbers = ids.new_ids(500)
    with store.write():
        rows = [row(number, name) for number, name in zip(numbers, names, strict=True)]
        store.insert_many(WorkRow, COLUMNS, rows)
    for column, values in (("id", numbers), ("key", names)):
        found = store.rows_sql(
            f"SELECT {column} FROM kernel_work_row WHERE {column} {store.among()}",
            [store.many(values[:count])],
        )
        assert set(values[:count]) == {value for (value,) in found}


def test_ids_grow_across_the_end_of_a_millisecond() -> None:
    """256 fit into a millisecond; more are borrowed from the next ones."""
    taken = [*ids.new_ids(300), ids.new_id(), *ids.new_ids(1_000), *ids.new_ids(0), ids.new_id()]
    assert taken == sorted(set(taken))
    assert 1_302 == len(taken)


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
