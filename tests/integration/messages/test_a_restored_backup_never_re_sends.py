"""Promise 5, with a real copy of the database: a file on SQLite, the tables on PostgreSQL."""

import sqlite3
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

from postlude.kernel import store
from postlude.messages import api as messages
from postlude.messages import stamp
from postlude.messages.models import Epoch, EpochDecision
from postlude.messages.types import Receipt, State


class Backup:
    """A copy of everything, taken now, put back later."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._tables: dict[str, list[tuple]] = {}
        connection.ensure_connection()
        if connection.vendor == "sqlite":
            self._copy(connection.connection, folder / "backup.sqlite3")
        else:
            for model in apps.get_app_config("messages").get_models():
                table = model._meta.db_table
                self._tables[table] = store.rows_sql(f'SELECT * FROM "{table}"')

    def restore(self) -> None:
        if connection.vendor == "sqlite":
            old = sqlite3.connect(self._folder / "backup.sqlite3")
            old.backup(connection.connection)
            old.close()
            return
        names = ", ".join(f'"{table}"' for table in self._tables)
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {names}")
            cursor.execute("SET session_replication_role = replica")  # rows in any order
            for table, rows in self._tables.items():
                for row in rows:
                    marks = ", ".join(["%s"] * len(row))
                    cursor.execute(
                        f'INSERT INTO "{table}" VALUES ({marks})', [_plain(v) for v in row]
                    )
            cursor.execute("SET session_replication_role = DEFAULT")

    @staticmethod
    def _copy(source, path: Path) -> None:
        copy = sqlite3.connect(path)
        source.backup(copy)
        copy.close()


def _plain(value):
    if isinstance(value, (dict, list)):
        from psycopg.types.json import Jsonb

        return Jsonb(value)
    return value


@pytest.fixture
def backup(desk, tmp_path):
    """A backup in which three messages wait that were sent after it was taken."""
    desk.queue(3)
    made = Backup(tmp_path)
    desk.settle(desk.to_wire())
    return made


def test_a_restored_database_sends_nothing_by_itself(desk, backup, clock):
    backup.restore()
    clock.advance(hours=1)
    assert messages.check_epoch(desk.now).held
    assert messages.senders_due(desk.now) == []
    assert desk.lease() == []
    assert messages.senders(desk.org)[0].pause_reason.startswith("restored")


def test_without_any_check_at_start_the_first_window_is_stopped_before_the_wire(desk, backup):
    backup.restore()
    assert desk.to_wire() == []
    status = messages.epoch_status()
    assert (status.held, status.old_rows) == (True, 3)


def test_a_restore_under_a_running_worker_is_stopped_at_the_last_step(desk, tmp_path):
    """The window was leased before the restore and would go to the wire after it."""
    desk.queue(3)
    leased = messages.lease(desk.sender, owner="w", limit=1, now=desk.now)
    rendered, _ = messages.render(leased, now=desk.now)
    backup = Backup(tmp_path)
    desk.settle(desk.to_wire())
    backup.restore()
    assert messages.mark_sending(rendered, owner="w", now=desk.now) == []
    assert messages.epoch_status().held
    assert desk.fact(rendered[0].message).state is State.QUEUED


def test_what_is_decided_after_the_restore_waits_as_well(desk, backup):
    """The same sale seen again would be invited again: its row was made after the backup."""
    backup.restore()
    messages.check_epoch(desk.now)
    desk.queue(2, prefix="again")
    assert desk.lease() == []


def test_an_operators_yes_lets_everything_go_and_is_recorded(desk, backup):
    backup.restore()
    messages.check_epoch(desk.now)
    desk.queue(2, prefix="later")
    assert messages.release_old_epoch("staff:7", now=desk.now) == 3
    assert len(desk.to_wire()) == 5
    row = EpochDecision.objects.get()
    assert (row.actor, row.decision, row.rows) == ("staff:7", "release", 3)


def test_an_operators_no_cancels_the_old_rows_only(desk, backup):
    old = [it.id for it in messages.of_contact(desk.org, desk.contact())]
    backup.restore()
    messages.check_epoch(desk.now)
    later = desk.queue(2, prefix="later")
    assert messages.cancel_old_epoch("staff:7", now=desk.now) == 3
    assert set(desk.states(old)) == {State.CANCELLED}
    assert desk.to_wire() == later


def test_the_yes_outlasts_the_next_check(desk, backup):
    backup.restore()
    messages.check_epoch(desk.now)
    messages.release_old_epoch("staff:7", now=desk.now)
    assert not messages.check_epoch(desk.now).held
    assert len(desk.to_wire()) == 3
    assert not messages.check_epoch(desk.now).held


def test_a_backup_that_lacks_nothing_goes_on(desk, tmp_path):
    desk.settle(desk.to_wire()) if desk.queue(1) else None
    desk.queue(2, prefix="waiting")
    Backup(tmp_path).restore()
    assert not messages.check_epoch(desk.now).held
    assert len(desk.to_wire()) == 2


def test_a_backup_taken_between_commit_and_stamp_is_not_behind(desk, tmp_path, stamp_file):
    """A crash between the commit of `sending` and the stamp leaves the stamp behind, never ahead."""
    desk.queue(2)
    desk.to_wire(1)
    row = Epoch.objects.get()
    Epoch.objects.update(tick=row.tick + 1)
    assert not messages.check_epoch(desk.now).held


def test_a_restore_on_a_host_without_the_stamp_waits_too(desk, stamp_file):
    desk.queue(1)
    stamp_file.unlink()
    assert messages.check_epoch(desk.now).held
    assert desk.to_wire() == []


def test_a_host_without_a_lasting_disk_may_say_so(desk, stamp_file, settings):
    settings.POSTLUDE_STAMP_REQUIRED = False
    desk.queue(1)
    stamp_file.unlink()
    assert not messages.check_epoch(desk.now).held
    assert len(desk.to_wire()) == 1


def test_the_stamp_of_another_database_means_nothing(desk, stamp_file):
    stamp.write("somebody-else", 99)
    desk.queue(1)
    assert len(desk.to_wire()) == 1


def test_the_stamp_is_written_after_the_commit_and_before_the_wire(desk, monkeypatch):
    """Whatever goes wrong with the file, the row says `sending` and nothing went to the wire."""
    (it,) = desk.queue(1)

    def full_disk(database, tick):
        raise OSError("full")

    monkeypatch.setattr(stamp, "write", full_disk)
    with pytest.raises(OSError, match="full"):
        desk.to_wire()
    assert desk.fact(it).state is State.SENDING


def test_a_receipt_ends_an_old_row_without_an_operator(desk, backup):
    """The provider knows that it went out: nothing is left to decide."""
    waiting = [it.id for it in messages.of_contact(desk.org, desk.contact())]
    backup.restore()
    messages.check_epoch(desk.now)
    messages.record_receipts(
        desk.org, [Receipt("delivered", desk.now, message=it) for it in waiting], now=desk.now
    )
    assert messages.release_old_epoch("staff:7", now=desk.now) == 0
    assert desk.to_wire() == []
