"""Loading: from work rows to the warehouse, behind the pipeline and never in its way.

A batch is: take the file, read the facts, MERGE, then delete the work rows together with the note
of what was done. A crash in between repeats the batch, and a repeat changes nothing.
"""

import logging
from collections.abc import Callable, Collection
from datetime import datetime

from postlude.kernel import boundaries, clock, ids, jobs, store, work
from postlude.orders import api as orders
from postlude.orgs import api as orgs
from postlude.orgs.types import OrgRef
from postlude.warehouse import backend, erasure, facts, journal, policies, rows
from postlude.warehouse.backend import Session
from postlude.warehouse.errors import WarehouseError
from postlude.warehouse.following import CONSUMER
from postlude.warehouse.types import Policy, Replayed

_log = logging.getLogger(__name__)
LANE = "bulk"
BATCH = 1_000


def on_ticket_changed(batch: work.WorkBatch) -> None:
    """Load changed tickets. A warehouse that cannot be used puts the whole batch off."""
    now = clock.now()
    again = journal.next_try(batch.org, now)
    if again is None and len(batch.keys) < BATCH:
        again = journal.resting(batch.org, now)
    if again is not None:
        batch.postpone(batch.keys, again)
        return
    try:
        _load(batch, orgs.get(batch.org), now)
    except WarehouseError as error:
        _log.warning("the warehouse waits", extra={"org": batch.org, "code": error.code})
        batch.postpone(batch.keys, journal.failed(batch.org, error, now=now))


def _load(batch: work.WorkBatch, org: OrgRef, now: datetime) -> None:
    tickets, target = [int(key) for key in batch.keys], backend.configured()
    with target.open(now=now, alive=batch.renew) as session:
        policy = policies.of(org.id)
        gathered = facts.gather(org, tickets, policy)  # only once the file is ours
        frozen = rows.batch(org, gathered.rows, origin=batch.stamp)
        loaded = session.load(frozen, now=now)
        boundaries.crossing("warehouse.batch_merged")
        counts, version = session.counts(org.slug), session.schema_version()
    with store.write():
        follows = policies.fingerprint(policy)
        journal.loaded(
            org.id, loaded.batch, counts, version, now=now, follows=follows, rest=target.every
        )
        journal.dropped(org.id, gathered.dropped, now=now)
        batch.finish()
    boundaries.crossing("warehouse.batch_finished")


def load(budget: jobs.Budget) -> int:
    """Forget who must be forgotten, follow new rules, then load what waits."""
    now = budget.now()
    done = erasure.forget_waiting(now)
    done += sum(_follow_rules(org, now) for org in policies.outdated(journal.followed()))
    return done + work.drain(budget.spent, lane=LANE)


def load_now(budget: jobs.Budget) -> int:
    """Load what waits, also what gathers or was put off."""
    done = 0
    while not budget.spent():
        journal.wake()
        work.hasten(CONSUMER)
        taken = load(budget)
        done += taken
        if not taken or journal.in_trouble():
            break
    return done


def _follow_rules(org: int, now: datetime) -> int:
    """Write all rows anew when a label was allowed or forbidden, or the key was rotated."""
    if journal.next_try(org, now) is not None:
        return 0
    try:
        return max(1, replay(org, now=now).rows)
    except WarehouseError as error:
        _log.warning("the warehouse waits", extra={"org": org, "code": error.code})
        journal.failed(org, error, now=now)
        return 0


def replay(
    org: int, *, progress: Callable[[int, int], None] | None = None, now: datetime
) -> Replayed:
    """Rebuild the rows from the facts; the same facts give the same rows.

    Every row of the organisation is written anew, and rows without a fact behind them are deleted.
    Raises WarehouseBusy when the file is taken.
    """
    ref = orgs.get(org)
    with backend.configured().open(now=now, alive=_no_lease) as session:
        policy = policies.of(org)
        written = _replay(session, ref, policy, progress, now)
        removed = session.sweep(ref.slug, written)
        counts, version = session.counts(ref.slug), session.schema_version()
        session.purge()
    boundaries.crossing("warehouse.replayed")
    follows = policies.fingerprint(policy)
    with store.write():
        journal.loaded(org, "replay", counts, version, now=now, follows=follows, every_row=True)
    boundaries.crossing("warehouse.replay_noted")
    return Replayed(rows=len(written), removed=removed)


def _no_lease() -> None:
    """A replay holds no rows that somebody else would take up."""


def _replay(
    session: Session,
    org: OrgRef,
    policy: Policy,
    progress: Callable[[int, int], None] | None,
    now: datetime,
) -> Collection[int]:
    """Write all batches under fresh ids: a rebuild must not trust the ledger."""
    origin = ids.new_id()
    tickets = _every_ticket(org.id)
    written: set[int] = set()
    for number, chunk in enumerate(store.chunks(tickets, BATCH), start=1):
        gathered = facts.gather(org, chunk, policy)
        session.load(rows.batch(org, gathered.rows, origin=(origin, number)), now=now)
        written |= {int(str(row.values["ticket_id"])) for row in gathered.rows}
        with store.write():
            journal.dropped(org.id, gathered.dropped, now=now)
        if progress is not None:
            progress(min(number * BATCH, len(tickets)), len(tickets))
    return written


def _every_ticket(org: int) -> list[int]:
    found: list[int] = []
    while page := orders.all_tickets(org, after=found[-1] if found else 0):
        found += page
    return found
