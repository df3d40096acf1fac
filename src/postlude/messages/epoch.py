"""Promise 5: a restored backup never re-sends without an operator's yes.

Each window that goes to the wire moves `tick` in the very commit that marks it `sending`; the stamp
file follows before the wire. So a database that lacks any send is behind its stamp, is held, and
everything it would send waits. See docs/why/restore.md.
"""

import logging
import secrets
from collections.abc import Mapping
from datetime import datetime

from django.db.models.functions import Greatest

from postlude.kernel import boundaries, ids, store, wakeup
from postlude.messages import settling, stamp
from postlude.messages.models import Epoch, EpochDecision, Outbox
from postlude.messages.types import EpochStatus, State

_log = logging.getLogger(__name__)
_ROW = 1


def current() -> int:
    """Return the epoch that new rows get; inside the caller's `store.write()`."""
    rows = store.rows_sql("SELECT epoch FROM messages_epoch WHERE id = %s", [_ROW])
    return int(rows[0][0]) if rows else _row().epoch


def status() -> EpochStatus:
    """Say how database and stamp stand, changing nothing."""
    row = Epoch.objects.filter(id=_ROW).first()
    if row is None:
        return EpochStatus("", 0, None, 0, held=False, old_rows=0)
    old = Outbox.objects.filter(epoch__lt=row.epoch).count() if row.epoch else 0
    return EpochStatus(
        row.database, row.tick, stamp.read(row.database), row.epoch, row.held, old_rows=old
    )


def held() -> bool:
    """Compare with the stamp, hold when behind, and say whether sending must wait.

    The stamp is read before the row: the row is always written first, so a healthy database is
    never seen behind.
    """
    database = _database()
    if database is None:
        return False
    stamped = stamp.read(database)
    tick, is_held = store.rows_sql("SELECT tick, held FROM messages_epoch WHERE id = %s", [_ROW])[0]
    if is_held:
        return True
    if stamped is None and not stamp.required():
        stamp.write(database, tick)
        return False
    if stamped is None or stamped > tick:
        hold()
        return True
    return False


def hold() -> None:
    """Begin a new epoch and wait for an operator."""
    with store.write():
        began = store.execute(
            "UPDATE messages_epoch SET held = %s, epoch = epoch + 1 WHERE id = %s AND held = %s",
            (True, _ROW, False),
        )
    boundaries.crossing("messages.epoch_held")
    if began:
        _log.error("the database is behind its stamp: sending waits for an operator's yes")


def tick(stamped: Mapping[str, int]) -> tuple[str, int] | None:
    """Move the tick in the caller's transaction; None when held or behind its stamp.

    `stamped` is `stamp.ticks()`, read before the transaction.
    """
    rows = store.rows_sql(
        "UPDATE messages_epoch SET tick = tick + 1 WHERE id = %s AND held = %s"  # noqa: S608 - ours
        f"{' AND NOT (database = %s AND tick < %s)' * len(stamped)} RETURNING database, tick",
        [_ROW, False, *(each for pair in stamped.items() for each in pair)],
    )
    return (str(rows[0][0]), int(rows[0][1])) if rows else None


def release(actor: str, *, now: datetime) -> int:
    """Send everything that waits, old rows too; return how many old rows were let go."""
    with store.write():
        row = _row()
        rows = Outbox.objects.filter(epoch__lt=row.epoch).update(epoch=row.epoch)
        _decide(row, actor, "release", rows, now)
    _restamp()
    boundaries.crossing("messages.epoch_released")
    return rows


def cancel_old(actor: str, *, now: datetime) -> int:
    """Cancel the rows of older epochs, let the newer ones go; return how many were cancelled."""
    with store.write():
        row = _row()
        old = list(
            Outbox.objects.select_for_update()
            .filter(epoch__lt=row.epoch, phase__in=("queued", "leased"))
            .order_by("id")
        )
        settling.end(old, State.CANCELLED, reason="restored from a backup", now=now)
        _decide(row, actor, "cancel", len(old), now)
    _restamp()
    boundaries.crossing("messages.epoch_cancelled")
    return len(old)


def _decide(row: Epoch, actor: str, decision: str, rows: int, now: datetime) -> None:
    # In one statement: a tick that another worker moves meanwhile must never go back.
    least = stamp.read(row.database) or 0
    Epoch.objects.filter(id=_ROW).update(tick=Greatest("tick", least), held=False)
    EpochDecision.objects.create(
        id=ids.new_id(), actor=actor, decision=decision, epoch=row.epoch, rows=rows, at=now
    )
    wakeup.nudge()


def _restamp() -> None:
    """Give a host whose stamp was lost a line of its own again."""
    row = Epoch.objects.get(id=_ROW)
    stamp.write(row.database, row.tick)


def _database() -> str | None:
    rows = store.rows_sql("SELECT database FROM messages_epoch WHERE id = %s", [_ROW])
    return str(rows[0][0]) if rows else None


def _row() -> Epoch:
    found = Epoch.objects.filter(id=_ROW).first()
    if found is not None:
        return found
    store.insert_ignore(
        Epoch,
        ("id", "database", "tick", "epoch", "held"),
        [(_ROW, secrets.token_hex(16), 0, 0, False)],
        conflict=("id",),
    )
    row = Epoch.objects.get(id=_ROW)
    # Before the commit, so that a row without its stamp always means another host or a lost file.
    stamp.write(row.database, 0)
    return row
