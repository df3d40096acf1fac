import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from postlude.warehouse import schema
from postlude.warehouse.duckdb.file import DuckDBFile, FileSession
from postlude.warehouse.errors import WarehouseBusy, WarehouseTooNew, WarehouseUnreadable
from postlude.warehouse.types import Batch, Row

NOW = datetime(2023, 9, 1, tzinfo=UTC)
INDIVIDUAL, CORPORATE = schema.table_of("individual"), schema.table_of("corporate")


def row(ticket: int, *, kind: str = "individual", **values: object) -> Row:
    answers = {"gender": "F", **{k: str(v) for k, v in values.items() if k == "shirt"}}
    sale: dict[str, object] = dict.fromkeys(schema.SALE_COLUMNS)
    sale |= {
        "org": "pycon",
        "event_id": "84296",
        "attendee_id": str(ticket),
        "ticket_id": ticket,
        "price": "2790.00",
        "paid_date": "2023-04-22",
        "sold_at": "2023-04-22 07:47:04.000000",
        "registration_no": ticket,
        "refunded": False,
        "contact": f"k1:c{ticket}",
        "email": f"k1:e{ticket}",
    }
    sale |= {k: v for k, v in values.items() if k != "shirt"}
    return Row(schema.table_of(kind), sale, answers)


@pytest.fixture
def file(tmp_path: Path) -> DuckDBFile:
    return DuckDBFile(tmp_path / "deep" / "warehouse.duckdb")


@pytest.fixture
def session(file: DuckDBFile) -> Iterator[FileSession]:
    with file.open(now=NOW) as opened:
        yield opened


def read(session: FileSession, table: str, columns: str) -> list[tuple[object, ...]]:
    return session._run(f"SELECT {columns} FROM ods.{table} ORDER BY ticket_id")


def test_the_same_batch_again_changes_nothing(session: FileSession) -> None:
    batch = Batch("a", "pycon", (row(1), row(2)))

    assert not session.load(batch, now=NOW).repeated
    assert session.load(batch, now=NOW).repeated
    assert session.counts("pycon").rows[INDIVIDUAL] == 2


def test_a_later_batch_updates_the_row_in_place(session: FileSession) -> None:
    session.load(Batch("a", "pycon", (row(1), row(2))), now=NOW)
    session.load(Batch("b", "pycon", (row(1, refunded=True, payment_status="refunded"),)), now=NOW)

    expected = [(1, True, "refunded"), (2, False, None)]
    assert read(session, INDIVIDUAL, "ticket_id, refunded, payment_status") == expected


def test_an_event_that_changes_its_kind_moves_the_row(session: FileSession) -> None:
    session.load(Batch("a", "pycon", (row(1),)), now=NOW)
    session.load(Batch("b", "pycon", (row(1, kind="corporate"),)), now=NOW)

    assert session.counts("pycon").rows == dict.fromkeys(schema.TABLES, 0) | {CORPORATE: 1}


def test_an_event_first_known_by_slug_and_then_by_id_is_one_row(session: FileSession) -> None:
    session.load(Batch("a", "pycon", (row(1, event_id="abcd1234"),)), now=NOW)
    session.load(Batch("b", "pycon", (row(1),)), now=NOW)

    assert read(session, INDIVIDUAL, "event_id") == [("84296",)]


def test_a_database_imported_anew_keeps_the_rows(session: FileSession) -> None:
    """Our ticket ids changed, the source's did not: the key of the MERGE is the source's."""
    session.load(Batch("a", "pycon", (row(1),)), now=NOW)
    session.load(Batch("b", "pycon", (row(1, ticket_id=99),)), now=NOW)

    assert read(session, INDIVIDUAL, "ticket_id") == [(99,)]


def test_a_new_allowed_answer_adds_a_column_and_its_absence_empties_it(
    session: FileSession,
) -> None:
    session.load(Batch("a", "pycon", (row(1), row(2, shirt="L"))), now=NOW)
    assert read(session, INDIVIDUAL, "shirt") == [(None,), ("L",)]

    session.load(Batch("b", "pycon", (row(2),)), now=NOW)
    assert read(session, INDIVIDUAL, "shirt") == [(None,), (None,)]


def test_a_person_is_deleted_by_pseudonym_of_contact_or_email(session: FileSession) -> None:
    session.load(Batch("a", "pycon", (row(1), row(2), row(3, kind="corporate"))), now=NOW)

    assert session.forget("other-org", ["k1:c1"]) == 0
    assert session.forget("pycon", ["k1:c1", "k1:e3"]) == 2
    assert read(session, INDIVIDUAL, "ticket_id") == [(2,)]


def test_a_sweep_removes_rows_without_a_fact(session: FileSession) -> None:
    session.load(Batch("a", "pycon", (row(1), row(2))), now=NOW)

    assert session.sweep("pycon", [2]) == 1
    assert read(session, INDIVIDUAL, "ticket_id") == [(2,)]


def test_a_failed_batch_leaves_nothing_behind(session: FileSession) -> None:
    good = row(1)
    bad = row(2, kind="reserved", price="not a number")
    with pytest.raises(duckdb.Error):
        session.load(Batch("a", "pycon", (good, bad)), now=NOW)

    assert set(session.counts("pycon").rows.values()) == {0}
    assert not session.load(Batch("a", "pycon", (good,)), now=NOW).repeated


def test_a_file_of_a_newer_postlude_is_refused(file: DuckDBFile) -> None:
    newer = DuckDBFile(file.path, (*schema.STEPS, ("CREATE TABLE ods.more (id INTEGER)",)))
    with newer.open(now=NOW) as session:
        assert session.schema_version() == schema.VERSION + 1

    with pytest.raises(WarehouseTooNew), file.open(now=NOW):
        pass


def test_an_old_file_gets_the_missing_steps_and_keeps_its_rows(file: DuckDBFile) -> None:
    with file.open(now=NOW) as session:
        session.load(Batch("a", "pycon", (row(1),)), now=NOW)
    step = (f"ALTER TABLE ods.{INDIVIDUAL} ADD COLUMN venue VARCHAR",)

    with DuckDBFile(file.path, (*schema.STEPS, step)).open(now=NOW) as session:
        assert read(session, INDIVIDUAL, "ticket_id, venue") == [(1, None)]


def test_a_file_that_another_process_holds_is_busy_at_once(file: DuckDBFile) -> None:
    with file.open(now=NOW):
        pass
    script = (
        "import duckdb,sys; kept = duckdb.connect(sys.argv[1]); print('held', flush=True); input()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(file.path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(WarehouseBusy), file.open(now=NOW):
            pass
        holder.communicate("\n")
    with file.open(now=NOW) as session:
        assert session.schema_version() == schema.VERSION


def test_a_thread_of_this_process_waits_its_turn_too(file: DuckDBFile) -> None:
    with file.open(now=NOW), pytest.raises(WarehouseBusy), file.open(now=NOW):
        pass


def test_a_file_that_is_no_warehouse_says_so(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("this is not a database, and long enough to be looked at " * 100)

    with pytest.raises(WarehouseUnreadable), DuckDBFile(path).open(now=NOW):
        pass


def test_only_the_owner_may_read_the_file(file: DuckDBFile) -> None:
    with file.open(now=NOW):
        assert file.path.stat().st_mode & 0o077 == 0


def test_a_purge_leaves_no_byte_and_the_file_works_on(file: DuckDBFile) -> None:
    batch = Batch("a", "pycon", (row(1, shirt="SENTINELOFSHIRTS"), row(2)))
    with file.open(now=NOW) as session:
        session.load(batch, now=NOW)
        session.forget("pycon", ["k1:c1"])
    assert b"SENTINELOFSHIRTS" in file.path.read_bytes(), "DuckDB keeps what was deleted"

    left = file.path.with_name("warehouse.duckdb.new")
    left.mkdir()
    (left / "warehouse.duckdb").write_text("of a purge that was killed")
    with file.open(now=NOW) as session:
        session.purge()

    assert [each.name for each in file.path.parent.iterdir()] == ["warehouse.duckdb"]
    assert b"SENTINELOFSHIRTS" not in file.path.read_bytes()
    assert file.path.stat().st_mode & 0o077 == 0
    with file.open(now=NOW) as session:
        assert session.load(batch, now=NOW).repeated
        assert session.schema_version() == schema.VERSION
        session.load(Batch("b", "pycon", (row(2, refunded=True), row(3))), now=NOW)
        assert read(session, INDIVIDUAL, "ticket_id, refunded") == [(2, True), (3, False)]
        keys = "SELECT count(*) FROM duckdb_constraints() WHERE constraint_type = 'PRIMARY KEY'"
        assert session._run(keys) == [(len(schema.TABLES) + 1,)]
