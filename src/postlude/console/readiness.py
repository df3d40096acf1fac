"""Is this installation able to do its work? For load balancers, and for the system page."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import DatabaseError

from postlude.kernel import store, work
from postlude.messages import api as messages
from postlude.orgs import api as orgs
from postlude.sources import api as sources

# A queue that nobody works off is the sign of a dead worker.
OUTBOX_LIMIT = timedelta(minutes=5)
BACKLOG_LIMIT = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Readiness:
    """`details` name organisations and sources by slug; no person is in them."""

    database: bool
    sources: bool
    outbox: bool
    details: dict[str, object] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return self.database and self.sources and self.outbox

    def as_json(self) -> dict[str, object]:
        checks = {"database": self.database, "sources": self.sources, "outbox": self.outbox}
        return {"ready": self.ok, "checks": checks}


def check(now: datetime) -> Readiness:
    """Look at the database, the sources and the queues."""
    try:
        store.rows_sql("SELECT 1")
        return _look(now)
    except DatabaseError:
        return Readiness(database=False, sources=False, outbox=False)


def _look(now: datetime) -> Readiness:
    silent, stuck = [], []
    for org in orgs.all_orgs():
        silent += [
            f"{org.slug}/{each.slug}" for each in sources.status(org.id, now=now) if each.silent
        ]
        stuck += [
            f"{org.slug}/{each.slug}"
            for each in messages.senders(org.id, now=now)
            # `due` moves with every refusal; what counts is since when something waits.
            if each.waiting_since is not None and now - each.waiting_since > OUTBOX_LIMIT
        ]
    late = {
        name: count
        for name, (count, oldest) in work.backlog().items()
        if now - oldest > BACKLOG_LIMIT
    }
    details: dict[str, object] = {"silent": silent, "stuck": stuck, "late": late}
    return Readiness(True, not silent, not stuck and not late, details)
