"""Random worlds as rows of a table, so that a predicate's SQL can be asked of all of them at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from django.db import connection

from postlude.kernel import preparing, store
from postlude.rules.compiling import sql
from postlude.rules.compiling.sql import Column, Elements, Stored

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
COLUMNS = {
    "n1": Column("w.n1", Stored.WHOLE),
    "n2": Column("w.n2", Stored.WHOLE),
    "t1": Column("w.t1", Stored.TEXT),
    "t2": Column("w.t2", Stored.TEXT),
    "f1": Column("w.f1", Stored.FLAG),
    "f2": Column("w.f2", Stored.FLAG),
    "i1": Column("w.i1", Stored.INSTANT),
    "i2": Column("w.i2", Stored.WHOLE),  # an instant may be held as microseconds too
    "b1": Column("w.b1", Stored.WHOLE),
    "s1": Elements("world_words s WHERE s.world = w.id AND s.fact = 's1'", "s.word", known="w.s1"),
    "s2": Elements(
        "world_words s WHERE s.world = w.id AND s.fact = 's2'", "s.word", known="w.s2", each=True
    ),
}
PLAIN = ("n1", "n2", "t1", "t2", "f1", "f2", "i1", "i2", "b1")


class Worlds:
    """Contexts as rows of a table, one for each."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE TEMP TABLE worlds (id integer, n1 bigint, n2 bigint, t1 varchar(50), "
                "t2 varchar(50), f1 boolean, f2 boolean, i1 "
                f"{'timestamptz' if store.is_postgresql() else 'datetime'}, "
                "i2 bigint, b1 smallint, s1 boolean, s2 boolean)"
            )
            cursor.execute("CREATE TEMP TABLE world_words (world integer, fact text, word text)")

    def fill(self, contexts) -> None:
        self.contexts = list(contexts)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM worlds")
            cursor.execute("DELETE FROM world_words")
            for number, context in enumerate(self.contexts):
                row = [context.get(name) for name in PLAIN]
                if context.get("i1") is not None:
                    moment = EPOCH + timedelta(microseconds=context["i1"])
                    row[PLAIN.index("i1")] = preparing.adapt(moment)
                known = [True if context.get(name) is not None else None for name in ("s1", "s2")]
                cursor.execute(
                    f"INSERT INTO worlds VALUES ({store.marks(range(12))})", [number, *row, *known]
                )
                for name in ("s1", "s2"):
                    for word in context.get(name) or ():
                        cursor.execute(
                            "INSERT INTO world_words VALUES (%s, %s, %s)", [number, name, word]
                        )

    def ask(self, predicate, context) -> list[bool | None]:
        found = sql.condition(predicate, COLUMNS, context)
        assert found.sql.count("%s") == len(found.params)
        rows = store.rows_sql(f"SELECT w.id, {found.sql} FROM worlds w ORDER BY w.id", found.params)
        return [None if value is None else bool(value) for _, value in rows]


@contextmanager
def a_table_of_worlds() -> Iterator[Worlds]:
    yield Worlds()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE worlds")
        cursor.execute("DROP TABLE world_words")
