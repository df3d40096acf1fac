"""What a migration makes at once is what its steps would make one after the other."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from django.db import connection, models
from django.db.migrations import AddConstraint, AddField, AddIndex, CreateModel
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

from postlude.kernel.new_tables import NewTables

STEPS = (
    CreateModel(
        "Shelf",
        [
            ("id", models.BigIntegerField(primary_key=True)),
            ("name", models.CharField(max_length=9)),
        ],
        {"db_table": "try_shelf"},
    ),
    CreateModel(
        "Book",
        [
            ("id", models.BigIntegerField(primary_key=True)),
            ("pages", models.IntegerField()),
            ("shelf", models.ForeignKey("kernel.shelf", models.PROTECT, related_name="+")),
        ],
        {"db_table": "try_book"},
    ),
    AddIndex("shelf", models.Index(fields=["name"], name="try_shelf_name")),
    AddConstraint(
        "book", models.CheckConstraint(condition=models.Q(pages__gt=0), name="try_pages")
    ),
    AddField("shelf", "first", models.ForeignKey("kernel.book", models.PROTECT, null=True)),
    AddConstraint("book", models.UniqueConstraint(fields=("shelf", "pages"), name="try_once")),
)


def test_the_tables_are_those_of_the_steps() -> None:
    with _made(STEPS) as one_by_one:
        pass
    with _made([NewTables(STEPS)]) as at_once:
        pass
    assert one_by_one == at_once
    assert {"try_pages", "try_once"} <= set(at_once["try_book"][1])


def test_they_go_the_way_they_came() -> None:
    with _made([NewTables(STEPS)]):
        assert {"try_shelf", "try_book"} <= set(_tables())
    assert not {"try_shelf", "try_book"} & set(_tables())


def test_all_models_are_drawn_once_for_all_the_steps() -> None:
    """Drawn at each step, they were most of the time of a first `postlude migrate`."""
    state = ProjectState()
    assert state.apps
    NewTables(STEPS).state_forwards("kernel", state)
    assert "apps" not in vars(state)


def test_a_step_of_another_table_is_refused() -> None:
    with pytest.raises(ValueError, match="not of a new table"):
        NewTables([STEPS[0], STEPS[3]])


@contextmanager
def _made(
    operations: Sequence[Operation],
) -> Iterator[dict[str, tuple[list[str], dict[str, object]]]]:
    """Make the tables, tell what they are like, and unmake them."""
    states = [ProjectState()]
    assert states[0].apps  # as a migration finds it: already drawn
    with connection.schema_editor() as editor:
        for operation in operations:
            states.append(states[-1].clone())
            operation.state_forwards("kernel", states[-1])
            operation.database_forwards("kernel", editor, states[-2], states[-1])
    try:
        yield {table: _shape(table) for table in ("try_shelf", "try_book")}
    finally:
        with connection.constraint_checks_disabled(), connection.schema_editor() as editor:
            for operation in reversed(operations):
                after, before = states.pop(), states[-1]
                operation.database_backwards("kernel", editor, after, before)


def _tables() -> list[str]:
    return connection.introspection.table_names()


def _shape(table: str) -> tuple[list[str], dict[str, object]]:
    """Return the columns, in order, and the constraints and indexes by name."""
    inspect = connection.introspection
    with connection.cursor() as cursor:
        columns = [each.name for each in inspect.get_table_description(cursor, table)]
        return columns, inspect.get_constraints(cursor, table)
