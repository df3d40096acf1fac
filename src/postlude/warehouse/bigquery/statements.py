"""The SQL this back end speaks. Names come from `Target` and `schema`, values are parameters."""

from collections.abc import Collection, Mapping, Sequence

from postlude.warehouse import schema
from postlude.warehouse.bigquery.target import Target

OVERTAKEN = "postlude: another loader has begun"
REPEATED = "postlude: the ledger has this batch"
_PERSONS = "org = @org AND (contact IN UNNEST(@persons) OR email IN UNNEST(@persons))"
INTO_TABLE = "into_table"  # the column of staging that tells where a row goes


def take_turn(target: Target) -> str:
    """Make @turn the one that may write; whoever had it before may no more."""
    writer = target.full(target.service("writer"))
    return f"""
        MERGE INTO `{writer}` AS old USING (SELECT @turn AS turn) AS new ON TRUE
        WHEN MATCHED THEN UPDATE SET turn = new.turn
        WHEN NOT MATCHED THEN INSERT (turn) VALUES (new.turn)
    """  # noqa: S608


def guarded(target: Target, *statements: str) -> str:
    """Put statements into one transaction that only the holder of the turn can commit.

    The UPDATE changes nothing, but two transactions that change one row cannot both commit.
    """
    writer = target.full(target.service("writer"))
    ours = f"EXISTS(SELECT 1 FROM `{writer}` WHERE turn = @turn)"  # noqa: S608
    script = (
        "BEGIN TRANSACTION",
        f"UPDATE `{writer}` SET turn = @turn WHERE turn = @turn",  # noqa: S608
        f"SELECT IF({ours}, TRUE, ERROR('{OVERTAKEN}'))",
        *statements,
        "COMMIT TRANSACTION",
    )
    return ";\n".join(script) + ";"


def load(
    target: Target, staging: str, columns: Mapping[str, Sequence[str]], given: Collection[str]
) -> str:
    """Write staging over the tables, once per batch, and note the batch.

    `columns` are those of each table that gets rows, `given` those that staging has. From the
    other tables the batch's tickets are deleted: they have moved.
    """
    ledger = target.full(target.service("batch"))
    new = f"NOT EXISTS(SELECT 1 FROM `{ledger}` WHERE id = @batch)"  # noqa: S608
    return guarded(
        target,
        f"SELECT IF({new}, TRUE, ERROR('{REPEATED}'))",
        *(_merge(target, staging, table, names, given) for table, names in columns.items()),
        *(_leave(target.full(target.table(each))) for each in schema.TABLES if each not in columns),
        f"INSERT INTO `{ledger}` (id, org, row_count, loaded_at) "  # noqa: S608
        "VALUES (@batch, @org, @rows, @now)",
        f"DELETE FROM `{ledger}` WHERE loaded_at < @old",  # noqa: S608
    )


def _merge(
    target: Target, staging: str, table: str, columns: Sequence[str], given: Collection[str]
) -> str:
    """MERGE on (organisation, event, attendee); the batch's tickets leave any other place.

    A webhook knows an event's slug, polling later its id; a renamed event changes its kind. A
    column that no row of the batch names becomes NULL.
    """
    same = " AND ".join(f"old.{name} = new.{name}" for name in schema.KEY)
    values = [f"new.{name}" if name in given else "NULL" for name in columns]
    news = ", ".join(f"{name} = {value}" for name, value in zip(columns, values, strict=True))
    return f"""
        MERGE INTO `{target.full(target.table(table))}` AS old
        USING (SELECT * FROM `{target.full(staging)}` WHERE {INTO_TABLE} = '{table}') AS new
        ON {same}
        WHEN MATCHED THEN UPDATE SET {news}
        WHEN NOT MATCHED BY TARGET THEN INSERT ({", ".join(columns)}) VALUES ({", ".join(values)})
        WHEN NOT MATCHED BY SOURCE AND old.org = @org AND old.ticket_id IN UNNEST(@tickets)
        THEN DELETE
    """  # noqa: S608


def forget(target: Target) -> str:
    """Delete the rows of the persons behind @persons."""
    return guarded(target, *(_forget(target.full(target.table(each))) for each in schema.TABLES))


def _forget(table: str) -> str:
    return f"DELETE FROM `{table}` WHERE {_PERSONS}"  # noqa: S608


def remove(target: Target) -> str:
    """Delete the rows of @tickets."""
    return guarded(target, *(_leave(target.full(target.table(each))) for each in schema.TABLES))


def _leave(table: str) -> str:
    return f"DELETE FROM `{table}` WHERE org = @org AND ticket_id IN UNNEST(@tickets)"  # noqa: S608


def persons(target: Target) -> str:
    """Count the rows of the persons behind @persons."""
    return _of_all(target, f"SELECT COUNT(*) AS held FROM `{{full}}` WHERE {_PERSONS}")  # noqa: S608


def every_ticket(target: Target) -> str:
    return _of_all(target, "SELECT ticket_id FROM `{full}` WHERE org = @org")


def counts(target: Target) -> str:
    return _of_all(
        target,
        "SELECT '{table}' AS name, COUNT(*) AS held, COUNT(IF(refunded, 1, NULL)) AS refunded "
        "FROM `{full}` WHERE org = @org",
    )


def _of_all(target: Target, select: str) -> str:
    return " UNION ALL ".join(
        select.format(full=target.full(target.table(table)), table=table) for table in schema.TABLES
    )


def version(target: Target) -> str:
    steps = target.full(target.service("schema_step"))
    return f"SELECT MAX(version) AS version FROM `{steps}`"  # noqa: S608


def step_done(target: Target) -> str:
    """Note a step, once."""
    steps = target.full(target.service("schema_step"))
    return f"""
        MERGE INTO `{steps}` AS old USING (SELECT @version AS version, @now AS applied_at) AS new
        ON old.version = new.version
        WHEN NOT MATCHED THEN INSERT (version, applied_at) VALUES (new.version, new.applied_at)
    """  # noqa: S608
