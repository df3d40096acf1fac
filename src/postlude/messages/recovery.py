"""After a crash: what was lost on the way is found by its lease and put where it belongs."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, Value
from django.db.models.functions import Coalesce

from postlude.kernel import boundaries, claims, set_back, store, wakeup
from postlude.messages import dispatching, senders, settling, traits
from postlude.messages.models import Message, Outbox
from postlude.messages.types import Recovered, State

_CHUNK = 500
_OWNER = "recovery"


def recover(now: datetime) -> Recovered:
    """Put back what was leased, park or repeat what was sending, end what is past its deadline or
    was left over by a cancelled dispatch.
    """
    requeued = _drain_leased()
    _wake(now)
    unknown, repeated = _drain_sending(now)
    return Recovered(requeued, unknown, repeated, _expire(now), dispatching.end_cancelled(now))


def _wake(now: datetime) -> None:
    """Move what was decided under a clock that ran ahead, and waits for it, to now."""
    ahead = now + set_back.TOLERANCE
    queued = Outbox.objects.filter(phase="queued", due__gt=ahead)
    rows = list(queued.order_by("-due").values_list("id", "due")[:_CHUNK])
    made = Message.objects.filter(id__in=[number for number, _ in rows], created_at__gt=ahead)
    of_future = dict(made.values_list("id", "created_at"))
    if not of_future:
        return
    with store.write():
        for number, due in rows:
            if number in of_future:
                Outbox.objects.filter(id=number, phase="queued", due=due).update(
                    due=set_back.back(due, of_future[number], now)
                )
    boundaries.crossing("messages.woken")
    wakeup.nudge()


def _lost(phase: str) -> list[Outbox]:
    """Claim rows whose lease has ended, so that two recoveries never handle the same one."""
    found = claims.claim(
        Outbox,
        where="phase = %s AND lease_until < %s",  # lets the index of leases be used
        params=(phase, store.db_now()),
        order="lease_until",
        limit=_CHUNK,
        owner=_OWNER,
    )
    return list(Outbox.objects.filter(id__in=found).order_by("id"))


def _drain_leased() -> int:
    total = 0
    while True:
        with store.write():
            rows = _lost("leased")
            _back_to_queue(rows)
            senders.give_back_quota(rows)
        boundaries.crossing("messages.leases_recovered")
        total += len(rows)
        if len(rows) < _CHUNK:
            return total


def _drain_sending(now: datetime) -> tuple[int, int]:
    unknown = repeated = 0
    while True:
        with store.write():
            rows = _lost("sending")
            again, park = _by_traits(rows)
            Outbox.objects.filter(id__in=[row.id for row in again]).update(
                maybe_sent=True,
                unsure_since=Coalesce("unsure_since", Value(now)),
                attempts=F("attempts") + 1,
                due=now,
            )
            _back_to_queue(again)
            _park(park, now)
        boundaries.crossing("messages.sendings_recovered")
        unknown += len(park)
        repeated += len(again)
        if len(rows) < _CHUNK:
            return unknown, repeated


def _by_traits(rows: Sequence[Outbox]) -> tuple[list[Outbox], list[Outbox]]:
    channels = dict(
        Message.objects.filter(id__in=[row.id for row in rows]).values_list("id", "sender__channel")
    )
    again = [row for row in rows if traits.of(channels[row.id]).repeatable]
    return again, [row for row in rows if row not in again]


def _back_to_queue(rows: Sequence[Outbox]) -> None:
    if rows:
        Outbox.objects.filter(id__in=[row.id for row in rows]).update(
            phase="queued", owner="", lease_until=None
        )
        wakeup.nudge()


def _park(rows: Sequence[Outbox], now: datetime) -> None:
    if not rows:
        return
    settling.end(rows, State.UNKNOWN, reason="the sending process ended before the answer", now=now)
    settling.note([(row.org_id, row.id, "lost", now, "", "", "") for row in rows])


def _expire(now: datetime) -> int:
    total = 0
    while True:
        # Found by the index of deadlines, locked in the order of ids as everywhere.
        late = Outbox.objects.filter(deadline__lte=now, phase="queued")
        found = list(late.order_by("deadline").values_list("id", flat=True)[:_CHUNK])
        if found:
            _expire_some(found, now)
        total += len(found)
        if len(found) < _CHUNK:
            return total


def _expire_some(found: Sequence[int], now: datetime) -> None:
    by_org: dict[int, list[Outbox]] = defaultdict(list)
    with store.write():
        queued = Outbox.objects.select_for_update().filter(id__in=found, phase="queued")
        for row in queued.order_by("id"):
            by_org[row.org_id].append(row)
        for group in by_org.values():
            settling.end(group, State.EXPIRED, reason="past its deadline", now=now)
    boundaries.crossing("messages.expired")
