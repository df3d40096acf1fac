"""The back end: opens a session, prepares the dataset once per process, tells trouble."""

import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final

from google.cloud import bigquery

from postlude.kernel.errors import AppError
from postlude.warehouse.bigquery import account, trouble
from postlude.warehouse.bigquery.jobs import Jobs
from postlude.warehouse.bigquery.layout import STEPS, Layout, Prepared, Step
from postlude.warehouse.bigquery.session import BigQuerySession
from postlude.warehouse.bigquery.target import Target
from postlude.warehouse.errors import WarehouseOvertaken

_OURS: Final = threading.Lock()  # threads of one process wait their turn before they take one
_prepared: Final[dict[Target, Prepared]] = {}


@contextmanager
def opened(
    target: Target,
    *,
    now: datetime,
    alive: Callable[[], None],
    steps: Sequence[Step] = STEPS,
) -> Iterator[BigQuerySession]:
    """Take the turn at writing, or raise WarehouseOvertaken when a thread of ours has it."""
    if not _OURS.acquire(blocking=False):
        raise WarehouseOvertaken(path=target.shown)
    try:
        with trouble.told(now):
            client = account.client(target)
            try:
                session = _session(client, target, steps, now, alive)
                session.take_turn()
                yield session
            finally:
                client.close()  # type: ignore[no-untyped-call]
    except AppError:
        _prepared.pop(target, None)  # whatever it was, look again whether all is there
        raise
    finally:
        _OURS.release()


def _session(
    client: bigquery.Client,
    target: Target,
    steps: Sequence[Step],
    now: datetime,
    alive: Callable[[], None],
) -> BigQuerySession:
    turn = secrets.token_hex(8)
    ready = _prepared.get(target)
    layout = Layout(client, ready.target if ready else target)
    if ready is None:
        layout.find_dataset()
    jobs = Jobs(client, layout.target, turn, alive=alive)
    if ready is None:
        layout.make_service_tables()
        version = layout.migrate(jobs, turn, steps, now)
        ready = _prepared[target] = Prepared(layout.target, version)
    return BigQuerySession(layout, jobs, turn, ready.version)
