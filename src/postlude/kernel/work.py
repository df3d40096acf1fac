"""Work rows: how a room tells the rooms above that something happened, without calling up.

A room publishes (topic, key) in its own transaction. `wiring` says who consumes which topic; each
consumer gets a row of its own, unique per key, so that repeats coalesce. A publish that comes
while the row is being worked on bumps its generation, and the row survives the finish.

What is told `of_the_past` (history loaded from another system) is counted and never acted upon:
consumers that act have no row of it.
"""

import logging
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

from django.db import InterfaceError, OperationalError, connection
from django.db.models import Count, Min

from postlude.kernel import boundaries, claims, clock, ids, redact, retry, store, wakeup
from postlude.kernel.models import WorkRow

_log = logging.getLogger(__name__)
_COLUMNS = (
    *("id", "org", "consumer", "topic", "key", "due", "created_at"),
    *("generation", "attempts", "owner", "dead_reason"),
)
OWNER = f"{os.getpid()}-{secrets.token_hex(4)}"


@dataclass(slots=True)
class WorkBatch:
    """Keys of one organisation and topic, leased to this worker."""

    org: int
    consumer: str
    topic: str
    keys: tuple[str, ...]
    attempt: int
    _rows: tuple[tuple[int, int], ...] = field(repr=False, default=())
    _finished: bool = False
    _renewed: float = field(default_factory=clock.monotonic, repr=False)

    @property
    def stamp(self) -> tuple[tuple[int, int], ...]:
        """Name this very news (rows, generations); the same when it comes again after a crash."""
        return self._rows

    def finish(self) -> None:
        """Delete the rows; inside your own `store.write()` effect and deletion commit together."""
        if self._finished:
            return
        self._finished = True
        with store.write():
            _finish(self._rows)

    def renew(self) -> None:
        """Keep the rows for another lease, once a third of the last one has passed."""
        if clock.monotonic() - self._renewed < claims.LEASE_SECONDS / 3:
            return
        self._renewed = clock.monotonic()
        until = store.db_now() + timedelta(seconds=claims.LEASE_SECONDS)
        with store.write():
            WorkRow.objects.filter(id__in=[row for row, _ in self._rows], owner=OWNER).update(
                lease_until=until
            )

    def postpone(self, keys: Iterable[str], due: datetime) -> None:
        """Keep some keys for later; they are not counted as failed."""
        wanted = set(keys)
        later = [row for key, row in zip(self.keys, self._rows, strict=True) if key in wanted]
        self._rows = tuple(row for row in self._rows if row not in set(later))
        self.keys = tuple(key for key in self.keys if key not in wanted)
        with store.write():
            WorkRow.objects.filter(id__in=[row for row, _ in later]).update(
                due=due, lease_until=None, owner="", attempts=0
            )


@dataclass(frozen=True, slots=True)
class Subscription:
    topic: str
    consumer: str
    handler: Callable[[WorkBatch], None]
    batch: int
    lane: str
    acts: bool = False


@dataclass(frozen=True, slots=True)
class DeadRow:
    """A row that was given up, for a person to see."""

    id: int
    org: int
    consumer: str
    topic: str
    key: str
    reason: str
    created_at: datetime


_subscriptions: dict[tuple[str, str], Subscription] = {}
_past: ContextVar[bool] = ContextVar("past", default=False)


def subscribe(  # noqa: PLR0913 - who hears of what, and how
    topic: str,
    consumer: str,
    handler: Callable[[WorkBatch], None],
    *,
    batch: int = 500,
    lane: str = "urgent",
    acts: bool = False,
) -> None:
    """Let `consumer` have a row for each key of `topic`; called by `wiring` only.

    `lane` is "urgent", or another whose job drains it: bulk consumers (the warehouse, reactions)
    run in a thread of their own and never delay the urgent ones. `acts`: the news may start or
    wake something that sends, gives or lets in; such a consumer hears nothing of the past.
    """
    _subscriptions[topic, consumer] = Subscription(topic, consumer, handler, batch, lane, acts)


def subscriptions() -> list[Subscription]:
    """Return who consumes what."""
    return list(_subscriptions.values())


@contextmanager
def of_the_past() -> Iterator[None]:
    """Within this block whatever is published is history: only those who do not act hear of it."""
    before = _past.set(True)
    try:
        yield
    finally:
        _past.reset(before)


def unsubscribe_all() -> None:
    """Forget every subscription; for tests."""
    _subscriptions.clear()


def publish(
    topic: str, org: int, keys: Iterable[str | int], *, due: datetime | None = None
) -> None:
    """Tell every consumer of `topic` about `keys`, in the caller's transaction."""
    consumers = [
        each.consumer
        for each in _subscriptions.values()
        if each.topic == topic and not (each.acts and _past.get())
    ]
    # Sorted, so that two transactions that publish the same keys cannot lock each other out.
    wanted = sorted({str(key) for key in keys})
    if not consumers or not wanted:
        return
    now = clock.now()
    rows = [
        (new, org, consumer, topic, key, due or now, now, 1, 0, "", "")
        for new, (consumer, key) in zip(
            ids.new_ids(len(consumers) * len(wanted)),
            [(consumer, key) for consumer in sorted(consumers) for key in wanted],
            strict=True,
        )
    ]
    # In the caller's transaction there is nothing to begin, nor a savepoint to make.
    with nullcontext() if connection.in_atomic_block else store.write():
        for chunk in store.chunks(rows, 2_000):
            _upsert(chunk)
        wakeup.nudge()


def _upsert(rows: Sequence[tuple[object, ...]]) -> None:
    table = connection.ops.quote_name(WorkRow._meta.db_table)  # noqa: SLF001
    store.insert_or(
        WorkRow,
        _COLUMNS,
        rows,
        f"""
        ON CONFLICT (org, consumer, topic, key) DO UPDATE SET
            generation = {table}.generation + 1, attempts = 0, dead_reason = '',
            due = CASE WHEN excluded.due < {table}.due THEN excluded.due ELSE {table}.due END
        """,
    )


def _finish(rows: Sequence[tuple[int, int]]) -> None:
    table = connection.ops.quote_name(WorkRow._meta.db_table)  # noqa: SLF001
    for chunk in store.chunks(rows, 5_000):
        pairs = ", ".join(["(%s, %s)"] * len(chunk))
        values = [value for row in chunk for value in row]
        store.execute(
            f"DELETE FROM {table} WHERE (id, generation) IN (VALUES {pairs})",  # noqa: S608
            values,
        )
        # What was published again meanwhile stays, free to be claimed.
        WorkRow.objects.filter(id__in=[row for row, _ in chunk]).update(
            owner="", lease_until=None, attempts=0
        )


def drain(until: Callable[[], bool], *, lane: str = "urgent") -> int:
    """Work off what is due, one batch per consumer in turn; return how many keys were taken.

    Stops when nothing is due or `until()` says so.
    """
    total = 0
    while not until():
        taken = sum(
            _drain_one(each)
            for each in list(_subscriptions.values())
            if each.lane == lane and not until()
        )
        total += taken
        if not taken:
            break
    return total


def _drain_one(subscription: Subscription) -> int:
    now = clock.now()
    claimed = claims.claim(
        WorkRow,
        where="consumer = %s AND topic = %s AND dead_reason = '' AND due <= %s",
        params=[subscription.consumer, subscription.topic, now],
        order="due, id",
        limit=subscription.batch,
        owner=OWNER,
    )
    if not claimed:
        return 0
    boundaries.crossing("kernel.work.claimed")
    rows = list(
        WorkRow.objects.filter(id__in=claimed)
        .order_by("org", "due", "id")
        .values_list("org", "key", "id", "generation", "attempts")
    )
    for org, mine in groupby(rows, key=lambda row: row[0]):
        group = list(mine)
        batch = WorkBatch(
            org=org,
            consumer=subscription.consumer,
            topic=subscription.topic,
            keys=tuple(row[1] for row in group),
            attempt=max(row[4] for row in group) + 1,
            _rows=tuple((row[2], row[3]) for row in group),
        )
        _handle(subscription, batch)
    return len(claimed)


def _handle(subscription: Subscription, batch: WorkBatch) -> None:
    try:
        subscription.handler(batch)
        batch.finish()
    except (OperationalError, InterfaceError) as error:  # the database's trouble, not the rows'
        _log.warning("work was interrupted", extra={"consumer": batch.consumer})
        _fail(batch, error, burn=False)
    except Exception as error:  # noqa: BLE001 - whatever it is, the row is kept and shown
        if len(batch.keys) > 1:
            _halve(subscription, batch)
        else:
            _fail(batch, error, burn=True)
    else:
        boundaries.crossing("kernel.work.finished")


def _halve(subscription: Subscription, batch: WorkBatch) -> None:
    """Find the row that spoils the batch, so that the others do not wait for it."""
    middle = len(batch.keys) // 2
    for part in (slice(None, middle), slice(middle, None)):
        half = WorkBatch(
            batch.org,
            batch.consumer,
            batch.topic,
            batch.keys[part],
            batch.attempt,
            batch._rows[part],  # noqa: SLF001
        )
        _handle(subscription, half)


def _fail(batch: WorkBatch, error: Exception, *, burn: bool) -> None:
    words = f"{type(error).__name__}: {redact.cut(error)}"[:400]
    dead = burn and retry.is_spent(batch.attempt)
    _log.error(
        "work failed",
        extra={"consumer": batch.consumer, "topic": batch.topic, "reason": words, "dead": dead},
    )
    with store.write():
        WorkRow.objects.filter(id__in=[row for row, _ in batch._rows]).update(  # noqa: SLF001
            owner="",
            lease_until=None,
            attempts=batch.attempt if burn else batch.attempt - 1,
            due=clock.now() + retry.delay(batch.attempt),
            dead_reason=words if dead else "",
        )


def hasten(consumer: str) -> int:
    """Let what a consumer has put off be due now; return how many rows that were."""
    now = clock.now()
    with store.write():
        return WorkRow.objects.filter(consumer=consumer, dead_reason="", due__gt=now).update(
            due=now
        )


def backlog(org: int | None = None) -> dict[str, tuple[int, datetime]]:
    """Return per consumer how many rows wait and since when the oldest does."""
    waiting = WorkRow.objects.filter(dead_reason="")
    rows = (
        (waiting if org is None else waiting.filter(org=org))
        .values("consumer")
        .annotate(count=Count("id"), oldest=Min("created_at"))
    )
    return {row["consumer"]: (row["count"], row["oldest"]) for row in rows}


def keys_waiting(org: int, consumer: str) -> set[str]:
    """Return the keys that a consumer has not finished, those it gave up included."""
    rows = WorkRow.objects.filter(org=org, consumer=consumer)
    return set(rows.values_list("key", flat=True))


def is_waiting(org: int, consumer: str, *, before: datetime) -> bool:
    """Say whether a consumer has not finished something that was news until an instant."""
    rows = WorkRow.objects.filter(org=org, consumer=consumer, created_at__lte=before)
    return rows.exists()


def is_idle(*, within: timedelta = timedelta(0)) -> bool:
    """Say whether nothing is due (or will be, `within` that time)."""
    horizon = clock.now() + within
    return not WorkRow.objects.filter(dead_reason="", due__lte=horizon).exists()


def dead_rows(org: int | None = None) -> list[DeadRow]:
    """Return the rows that were given up, newest first."""
    rows = WorkRow.objects.exclude(dead_reason="").order_by("-id")
    if org is not None:
        rows = rows.filter(org=org)
    return [
        DeadRow(row.id, row.org, row.consumer, row.topic, row.key, row.dead_reason, row.created_at)
        for row in rows[:1_000]
    ]


def revive(row_ids: Iterable[int]) -> int:
    """Try dead rows again; return how many."""
    with store.write():
        revived = (
            WorkRow.objects.filter(id__in=list(row_ids))
            .exclude(dead_reason="")
            .update(dead_reason="", attempts=0, due=clock.now(), lease_until=None, owner="")
        )
        wakeup.nudge()
    return revived
