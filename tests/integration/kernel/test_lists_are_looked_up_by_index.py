"""Many are looked up at once, the same question again and again, on both engines."""

from datetime import UTC, datetime, timedelta

from postlude.kernel import ids, lookups, store
from postlude.kernel.models import WorkRow

AT = datetime(2026, 3, 1, 12, 30, 15, 123456, tzinfo=UTC)
COLUMNS = (
    *("id", "org", "consumer", "topic", "key", "generation"),
    *("due", "created_at", "attempts", "owner", "dead_reason"),
)
KEYS = ["plain", "tab\tnew\nline", "back\\slash", '繁體 "quote"', "NULL", "{a,b}", ""]


def fill() -> None:
    rows = [
        (new, 1, "c", "t", key, number, AT + timedelta(hours=number), AT, 0, "", "")
        for number, (new, key) in enumerate(zip(ids.new_ids(len(KEYS)), KEYS, strict=True))
    ]
    with store.write():
        store.insert_many(WorkRow, COLUMNS, rows)


def found(keys: list[str]) -> list[str]:
    rows = lookups.rows_by(
        "key, generation", "kernel_work_row", "org = %s", [1], order="generation", key=keys
    )
    return [key for key, _ in rows]


def test_each_of_a_list_is_found_however_it_is_spelled() -> None:
    fill()
    assert KEYS == found([*reversed(KEYS), "nobody"])
    assert [] == found([])
    with store.write(), lookups.by_index():
        for _ in range(8):  # planned anew at first, then as it was
            assert KEYS == found(KEYS)
            assert KEYS[1:3] == found(KEYS[1:3])


def test_several_columns_belong_together() -> None:
    """SQLite may return a few more, never fewer."""
    fill()
    with store.write(), lookups.by_index():
        rows = lookups.rows_by(
            "key, generation",
            "kernel_work_row",
            "org = %s",
            [1],
            key=["plain", "NULL"],
            generation=[0, 4],
        )
    assert {("plain", 0), ("NULL", 4)} <= set(rows)
    assert len(rows) <= 4


def test_an_instant_is_the_same_instant() -> None:
    fill()
    with store.write(), lookups.by_index():
        rows = lookups.rows_by("due", "kernel_work_row", "due >= %s", [AT], key=["plain"])
    assert [AT] == [store.known_instant(due) for (due,) in rows]
