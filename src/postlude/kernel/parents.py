"""Foreign keys that are looked at once a statement instead of once a row.

For migrations, and for tables that are written hundreds of rows at a time which all point at the
same few parents: their organisation, their sender. To ask for each row of 500 whether its parent is
there took PostgreSQL as long as to write all of them.

It is the same promise by the same means: the parents are locked (`FOR KEY SHARE`) until the
transaction ends, so none goes while a child comes; and when a parent goes, its children are looked
for when that is committed. SQLite, which looks parents up for next to nothing, keeps its keys.
"""

from collections.abc import Iterable, Mapping

from django.db.migrations import RunPython

from postlude.kernel.append_only import on_engine

_DROP_KEY = """
DO $$ DECLARE found name; BEGIN
    FOR found IN
        SELECT conname FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND c.conkey = ARRAY[a.attnum]
        WHERE c.contype = 'f' AND c.conrelid = '{table}'::regclass AND a.attname = '{column}'
    LOOP
        EXECUTE format('ALTER TABLE {table} DROP CONSTRAINT %I', found);
    END LOOP;
END $$
"""
_ADD_KEY = """
ALTER TABLE {table} ADD CONSTRAINT {table}_{column}_fk FOREIGN KEY ({column})
REFERENCES {parent} (id) DEFERRABLE INITIALLY DEFERRED
"""
_COME = """
CREATE FUNCTION {table}_parents() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE wanted bigint;
BEGIN
{looks}
    RETURN NULL;
END $$
"""
_LOOK = """
    FOR wanted IN SELECT DISTINCT {column} FROM added WHERE {column} IS NOT NULL LOOP
        PERFORM 1 FROM {parent} WHERE id = wanted FOR KEY SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION '{table}.{column}: there is no % in {parent}', wanted
                USING ERRCODE = 'foreign_key_violation';
        END IF;
    END LOOP;
"""
_ON_INSERT = """
CREATE TRIGGER {table}_parents AFTER INSERT ON {table}
REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION {table}_parents()
"""
_CHANGE = """
CREATE FUNCTION {table}_{column}_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM 1 FROM {parent} WHERE id = NEW.{column} FOR KEY SHARE;
    IF NOT FOUND THEN
        RAISE EXCEPTION '{table}.{column}: there is no % in {parent}', NEW.{column}
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$
"""
_ON_CHANGE = """
CREATE TRIGGER {table}_{column}_changed AFTER UPDATE OF {column} ON {table} FOR EACH ROW
WHEN (NEW.{column} IS NOT NULL AND NEW.{column} IS DISTINCT FROM OLD.{column})
EXECUTE FUNCTION {table}_{column}_changed()
"""
_GO = """
CREATE FUNCTION {table}_{column}_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT 1 FROM {parent} WHERE id = OLD.id)
        AND EXISTS (SELECT 1 FROM {table} WHERE {column} = OLD.id)
    THEN
        RAISE EXCEPTION '{table}.{column}: there are still some of % in {parent}', OLD.id
            USING ERRCODE = 'foreign_key_violation';
    END IF;
    RETURN NULL;
END $$
"""
_ON_DELETE = """
CREATE CONSTRAINT TRIGGER {table}_{column}_gone AFTER DELETE OR UPDATE OF id ON {parent}
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION {table}_{column}_gone()
"""


def looked_at_together(table: str, parents: Mapping[str, str]) -> RunPython:
    """Return the migration that does so for the columns of `table`: {column: table of parents}."""
    return on_engine(
        postgresql=tuple(_forward(table, parents)), postgresql_back=tuple(_back(table, parents))
    )


def _forward(table: str, parents: Mapping[str, str]) -> Iterable[str]:
    looks = ""
    for column, parent in parents.items():
        names = {"table": table, "column": column, "parent": parent}
        looks += _LOOK.format(**names)
        for each in (_CHANGE, _ON_CHANGE, _GO, _ON_DELETE):
            yield each.format(**names)
    yield _COME.format(table=table, looks=looks)
    yield _ON_INSERT.format(table=table)
    for column in parents:  # last: at no moment is there neither
        yield _DROP_KEY.format(table=table, column=column)


def _back(table: str, parents: Mapping[str, str]) -> Iterable[str]:
    for column, parent in parents.items():
        yield _ADD_KEY.format(table=table, column=column, parent=parent)
        yield f"DROP TRIGGER {table}_{column}_gone ON {parent}"
        yield f"DROP FUNCTION {table}_{column}_gone()"
        yield f"DROP TRIGGER {table}_{column}_changed ON {table}"
        yield f"DROP FUNCTION {table}_{column}_changed()"
    yield f"DROP TRIGGER {table}_parents ON {table}"
    yield f"DROP FUNCTION {table}_parents()"
