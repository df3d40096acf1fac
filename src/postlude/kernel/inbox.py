"""The webhook inbox: one for every vendor.

A delivery is durable (raw, encrypted) before it is acknowledged, and unique by (source, delivery
id), so a vendor may repeat itself as it likes. Processing happens afterwards and may fail.
"""

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, TypeVar

from django.db import InterfaceError, OperationalError
from django.db.models import QuerySet

from postlude.kernel import (
    boundaries,
    claims,
    clock,
    ids,
    purging,
    redact,
    retry,
    store,
    vault,
    wakeup,
)
from postlude.kernel.arrivals import Arrivals
from postlude.kernel.errors import AppError
from postlude.kernel.models import InboxDelivery
from postlude.kernel.work import OWNER

_log = logging.getLogger(__name__)
KEEP = timedelta(days=30)
KEEP_FACT = timedelta(days=365)
_PURPOSE = "inbox"
# A batch is one handler's work, and those behind it in the pipeline wait for it.
_MOST_URGENT, _MOST_BULK = 10, 50
_COLUMNS = (
    "id",
    "org",
    "source",
    "delivery_id",
    "sealed",
    "received_at",
    "due",
    "attempts",
    "owner",
    "dead_reason",
)


class Unreadable(AppError, ValueError):
    """This delivery can never be processed."""

    code = "unreadable_delivery"
    message = "This delivery cannot be read: {reason}"
    hint = "It is kept for 30 days; look at it, mend the cause, and replay it."

    def __init__(self, reason: str) -> None:
        super().__init__(reason=reason)


class NotYet(AppError, LookupError):
    """What this delivery is about is not known yet: it is handled again, after a while."""

    code = "delivery_too_early"
    message = "What this delivery is about is not known yet."


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery, as it came."""

    id: int
    source: str
    org: int
    delivery_id: str
    raw: bytes
    headers: Mapping[str, str]
    received_at: datetime
    attempt: int


@dataclass(frozen=True, slots=True)
class DeadDelivery:
    """A delivery that was given up, for a person to see; its content stays sealed."""

    id: int
    org: int
    source: str
    delivery_id: str
    reason: str
    received_at: datetime


_H = TypeVar("_H")
_One = Callable[[Delivery], None]
_Many = Callable[[Sequence[Delivery]], None]
_handlers: dict[str, _One] = {}
_batched: dict[str, _Many] = {}
_bulk: set[str] = set()


def subscribe(source: str, handler: _One, *, lane: str = "urgent") -> None:
    """Let `handler` process the deliveries of `source` or of `source:anything`; for `wiring`.

    `lane` "bulk" is worked off apart from the urgent sources: a flood of receipts must not hold
    up a sale.
    """
    _handlers[source] = handler
    _batched.pop(source, None)
    (_bulk.add if lane == "bulk" else _bulk.discard)(source)


def subscribe_batches(source: str, handler: _Many, *, lane: str = "urgent") -> None:
    """Like `subscribe`, for a handler that takes many deliveries of one place at once.

    When it raises, each delivery is handled by itself, so that one bad one dies alone; it has to
    bear a delivery that it has seen before.
    """
    subscribe(source, lambda delivery: handler([delivery]), lane=lane)
    _batched[source] = handler


def receive(  # noqa: PLR0913 - a delivery is what it is
    source: str,
    org: int,
    delivery_id: str,
    raw: bytes,
    *,
    headers: Mapping[str, str],
    now: datetime,
) -> bool:
    """Keep a delivery; return whether it is new. It is durable when this returns.

    Give only the headers that the handler needs; never the ones that carry a secret.
    """
    return _keep(source, org, delivery_id, raw, headers, now, dead_reason="")


def bury(  # noqa: PLR0913 - a delivery is what it is
    source: str,
    org: int,
    delivery_id: str,
    raw: bytes,
    *,
    headers: Mapping[str, str],
    now: datetime,
    reason: str,
) -> bool:
    """Keep a delivery that cannot be processed, so that nothing is lost and a person sees it."""
    return _keep(source, org, delivery_id, raw, headers, now, dead_reason=redact.cut(reason, 400))


def _keep(  # noqa: PLR0913, PLR0917 - see receive
    source: str,
    org: int,
    delivery_id: str,
    raw: bytes,
    headers: Mapping[str, str],
    now: datetime,
    *,
    dead_reason: str,
) -> bool:
    head = json.dumps(dict(headers)).encode()
    sealed = vault.encrypt(org, _PURPOSE, len(head).to_bytes(4) + head + raw)
    row = (ids.new_id(), org, source, delivery_id[:128], sealed, now, now, 0, "", dead_reason)
    new = _arrivals.keep(row)
    boundaries.crossing("kernel.inbox.received")
    return new


def _store(rows: Sequence[tuple[Any, ...]]) -> list[bool]:
    new = set(
        store.insert_ignore(
            InboxDelivery, _COLUMNS, rows, conflict=("org", "source", "delivery_id")
        )
    )
    wakeup.nudge()
    return [row[0] in new for row in rows]


_arrivals = Arrivals(_store)


def drain(until: Callable[[], bool], *, lane: str = "urgent") -> int:
    """Process what came in on a lane, oldest first; return how many deliveries were taken."""
    which, names = _of_lane(lane)
    if not which:
        return 0
    total = 0
    while not until():
        claimed = claims.claim(
            InboxDelivery,
            where=f"processed_at IS NULL AND dead_reason = '' AND due <= %s AND {which}",
            params=[clock.now(), *names],
            order="due, id",
            limit=_MOST_BULK if lane == "bulk" else _MOST_URGENT,
            owner=OWNER,
            lease_s=4 * claims.LEASE_SECONDS,
        )
        if not claimed:
            break
        rows = InboxDelivery.objects.filter(id__in=claimed).order_by("due", "id")
        for (_, source), group in groupby(rows, key=lambda row: (row.org, row.source)):
            _done(_process_all(source, list(group)))
        total += len(claimed)
    return total


def _of_lane(lane: str) -> tuple[str, list[str]]:
    """Return the condition on `source` for a lane, and its values; no condition, no work."""
    names = [pattern for source in sorted(_bulk) for pattern in (source, f"{source}:%")]
    fits = " OR ".join(["source = %s OR source LIKE %s"] * len(_bulk))
    if lane == "bulk":
        return (f"({fits})", names) if _bulk else ("", [])
    return (f"NOT ({fits})", names) if _bulk else ("1 = 1", [])


def _open(row: InboxDelivery) -> Delivery:
    plain = vault.decrypt(row.org, _PURPOSE, bytes(row.sealed or b""))
    length = int.from_bytes(plain[:4])
    return Delivery(
        id=row.id,
        source=row.source,
        org=row.org,
        delivery_id=row.delivery_id,
        raw=plain[4 + length :],
        headers=json.loads(plain[4 : 4 + length]),
        received_at=row.received_at,
        attempt=row.attempts + 1,
    )


def _process_all(source: str, rows: Sequence[InboxDelivery]) -> list[int]:
    """Handle deliveries of one place; return those that are done."""
    together = _named(_batched, source)
    if together is not None and len(rows) > 1:
        try:
            together([_open(row) for row in rows])
        except Exception as error:  # noqa: BLE001 - one of them is to blame: see which
            _log.info("a batch broke", extra={"source": source, "error": type(error).__name__})
        else:
            boundaries.crossing("kernel.inbox.handled")
            return [row.id for row in rows]
    return [row.id for row in rows if _process(row)]


def _named(handlers: Mapping[str, _H], source: str) -> _H | None:
    return handlers.get(source) or handlers.get(source.partition(":")[0])


def _process(row: InboxDelivery) -> bool:
    """Handle one delivery; return whether it is done, to be noted with its batch."""
    handler = _named(_handlers, row.source)
    try:
        if handler is None:
            raise Unreadable("nobody handles this source")  # noqa: TRY301 - one place for failures
        handler(_open(row))
    except Unreadable as error:
        _fail(row, error, dead=True)
    except NotYet:
        _put_off(row)
    except (OperationalError, InterfaceError) as error:
        _fail(row, error, dead=False, burn=False)
    except Exception as error:  # noqa: BLE001 - whatever it is, the delivery is kept and shown
        _fail(row, error, dead=retry.is_spent(row.attempts + 1))
    else:
        boundaries.crossing("kernel.inbox.handled")
        return True
    return False


def _done(deliveries: list[int]) -> None:
    """Note a batch as processed in one commit; after a crash it is handled again, harmlessly."""
    if deliveries:
        with store.write():
            InboxDelivery.objects.filter(id__in=deliveries).update(
                processed_at=clock.now(), owner="", lease_until=None
            )
        boundaries.crossing("kernel.inbox.noted")


def _fail(row: InboxDelivery, error: Exception, *, dead: bool, burn: bool = True) -> None:
    words = f"{type(error).__name__}: {redact.cut(error)}"[:400]
    _log.error("delivery failed", extra={"source": row.source, "reason": words, "dead": dead})
    _put_off(row, burn=burn, dead_reason=words if dead else "")


def _put_off(row: InboxDelivery, *, burn: bool = True, dead_reason: str = "") -> None:
    with store.write():
        InboxDelivery.objects.filter(id=row.id).update(
            owner="",
            lease_until=None,
            attempts=row.attempts + int(burn),
            due=clock.now() + retry.delay(row.attempts + 1),
            dead_reason=dead_reason,
        )


def backlog() -> int:
    """Return how many deliveries wait to be processed."""
    return InboxDelivery.objects.filter(processed_at__isnull=True, dead_reason="").count()


def dead(org: int | None = None) -> list[DeadDelivery]:
    """Return the deliveries that were given up, newest first."""
    rows = InboxDelivery.objects.exclude(dead_reason="").order_by("-id")
    if org is not None:
        rows = rows.filter(org=org)
    return [
        DeadDelivery(row.id, row.org, row.source, row.delivery_id, row.dead_reason, row.received_at)
        for row in rows.defer("sealed")[:1_000]
    ]


def replay(delivery: int) -> bool:
    """Process a delivery once more; return whether its content is still there."""
    with store.write():
        found = InboxDelivery.objects.filter(id=delivery, sealed__isnull=False).update(
            processed_at=None, dead_reason="", attempts=0, due=clock.now()
        )
        wakeup.nudge()
    return bool(found)


def purge(now: datetime, until: Callable[[], bool] = lambda: False) -> int:
    """Forget the content of deliveries older than 30 days, and after a year that they came.

    Returns how many were dealt with; goes on until there are none, or `until()` says so.
    """
    old = InboxDelivery.objects.filter(received_at__lt=now - KEEP, sealed__isnull=False)
    # Ids are in the order of time: no index of its own for a question that is asked so rarely.
    ancient = InboxDelivery.objects.filter(id__lt=ids.first_of(now - KEEP_FACT), sealed=None)
    return purging.in_pieces(old.order_by("received_at"), until, _unseal) + purging.in_pieces(
        ancient.order_by("id"), until, purging.delete
    )


def _unseal(rows: QuerySet[InboxDelivery]) -> int:
    return rows.update(sealed=None)


def forget(org: int) -> int:
    """Forget the content of every delivery of an organisation at once; the named shredder."""
    with store.write():
        return InboxDelivery.objects.filter(org=org, sealed__isnull=False).update(sealed=None)
