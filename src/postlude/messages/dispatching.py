"""The life of a dispatch: opened, filled, worked on by one worker at a time, finished.

What the vendor has made is committed, by its id, before the next thing is asked for; so whoever
takes a dispatch over knows what is there and looks for what may be there.
"""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from postlude.kernel import boundaries, claims, ids, store, wakeup
from postlude.messages import dispatch_members, epoch
from postlude.messages.errors import DispatchLost, NotAllowed, UnknownDispatch
from postlude.messages.models import Dispatch
from postlude.messages.types import DispatchFact, DispatchState, Klass, NewDispatch, State

_UNFINISHED = "being written down; if it stays so, give the same command again"
# The step of a cancelled one as long as some of its members may not have ended yet.
_ENDING = "ending"
_WORKED_ON = (DispatchState.PREPARING, DispatchState.SENDING)
_COLUMNS = (
    *("id", "org", "sender", "key", "klass", "template_version", "locale", "context"),
    *("state", "step", "vendor", "provider_id", "count", "reason", "actor", "failures"),
    *("at", "send_at", "due", "owner"),
)


def start(org: int, new: NewDispatch, *, now: datetime) -> DispatchFact:
    """Open a dispatch, or return the one that has this key."""
    due = new.prepare_at or now
    row: tuple[Any, ...] = (
        *(ids.new_id(), org, new.sender, new.key, new.klass.value, new.template_version),
        *(new.locale, dict(new.context), DispatchState.GATHERING.value, "", {}, "", 0, _UNFINISHED),
        *(new.actor, 0, now, new.send_at, due, ""),
    )
    with store.write():
        store.insert_ignore(Dispatch, _COLUMNS, [row], conflict=("org", "key"))
    boundaries.crossing("messages.dispatch_recorded")
    return by_key(org, new.key)


def freeze(org: int, dispatch: int, *, count: int, step: str) -> None:
    """Its members are all written down: it may go on its way."""
    with store.write():
        Dispatch.objects.filter(org=org, id=dispatch, state=DispatchState.GATHERING).update(
            state=DispatchState.PREPARING, count=count, step=step, reason=""
        )
        wakeup.nudge()
    boundaries.crossing("messages.dispatch_frozen")


def take_one(senders: Collection[int], *, owner: str, now: datetime) -> DispatchFact | None:
    """Claim the dispatch of these senders that has waited longest; None while sending is held."""
    if not senders or epoch.held():
        return None
    marks = ", ".join(["%s"] * len(senders))
    taken = claims.claim(
        Dispatch,
        where=f"finished_at IS NULL AND due <= %s AND state IN (%s, %s) AND sender_id IN ({marks})",
        params=[now, *_WORKED_ON, *senders],
        order="due",
        limit=1,
        owner=owner,
    )
    if not taken:
        return None
    boundaries.crossing("messages.dispatch_taken")
    return fact(Dispatch.objects.get(id=taken[0]))


def note(it: DispatchFact, **changes: Any) -> DispatchFact:
    """Commit how far it is and keep the lease; raise DispatchLost when it is no longer ours."""
    until = store.db_now() + timedelta(seconds=claims.LEASE_SECONDS)
    with store.write():
        mine = Dispatch.objects.filter(id=it.id, owner=it.owner, state__in=_WORKED_ON)
        if not mine.update(lease_until=until, **changes):
            raise DispatchLost(key=it.key)
    boundaries.crossing("messages.dispatch_noted")
    return fact(Dispatch.objects.get(id=it.id))


def let_go(it: DispatchFact, *, due: datetime, reason: str = "", failed: bool = False) -> None:
    """End the lease: nothing more can be done before `due`."""
    with store.write():
        Dispatch.objects.filter(id=it.id, owner=it.owner, finished_at__isnull=True).update(
            owner="",
            lease_until=None,
            due=due,
            reason=reason[:300],
            failures=it.failures + 1 if failed else 0,
        )
    boundaries.crossing("messages.dispatch_let_go")


def finish(it: DispatchFact, state: DispatchState, *, reason: str, now: datetime) -> None:
    """It is over. Its messages have been settled before."""
    with store.write():
        Dispatch.objects.filter(id=it.id, owner=it.owner, finished_at__isnull=True).update(
            owner="", lease_until=None, state=state, reason=reason[:300], finished_at=now
        )
    boundaries.crossing("messages.dispatch_finished")


def cancel(org: int, key: str, *, actor: str, now: datetime) -> DispatchFact:
    """Stop it for good, unless the vendor may have sent it; raise NotAllowed then."""
    stoppable = (DispatchState.GATHERING, DispatchState.PREPARING)
    it = by_key(org, key)
    with store.write():
        stopped = Dispatch.objects.filter(org=org, key=key, state__in=stoppable).update(
            state=DispatchState.CANCELLED,
            owner="",
            lease_until=None,
            finished_at=now,
            step=_ENDING,
            reason=f"cancelled by {actor}"[:300],
        )
    boundaries.crossing("messages.dispatch_cancelled")
    if not stopped and it.state is not DispatchState.CANCELLED:
        raise NotAllowed(state=it.state.value, wanted=DispatchState.CANCELLED.value)
    _end_members(it, now)
    return by_key(org, key)


def end_cancelled(now: datetime) -> int:
    """End the members of whatever was cancelled by a process that died over it."""
    left = Dispatch.objects.filter(state=DispatchState.CANCELLED, step=_ENDING)
    return sum(_end_members(fact(row), now) for row in left.order_by("id"))


def _end_members(it: DispatchFact, now: datetime) -> int:
    # Not yet handed over: who was marked at the last look has not been sent to either.
    words = "the announcement was cancelled"
    ended = dispatch_members.end_rest(it, State.CANCELLED, reason=words, now=now, marked_too=True)
    with store.write():
        Dispatch.objects.filter(id=it.id, state=DispatchState.CANCELLED).update(step="")
    return ended


def listed_today(sender: int, *, now: datetime, but: int) -> int:
    """Return how many other dispatches of a sender have begun a list since midnight UTC."""
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return Dispatch.objects.filter(sender=sender, listed_at__gte=midnight).exclude(id=but).count()


def by_key(org: int, key: str) -> DispatchFact:
    """Return a dispatch; raise UnknownDispatch."""
    row = Dispatch.objects.filter(org=org, key=key).first()
    if row is None:
        raise UnknownDispatch(key=key)
    return fact(row)


def newest(org: int, *, limit: int) -> list[DispatchFact]:
    """Return the newest dispatches of an organisation."""
    return [fact(row) for row in Dispatch.objects.filter(org=org).order_by("-id")[:limit]]


def changed_vendor(it: DispatchFact, **names: Any) -> Mapping[str, Any]:
    """Return the vendor's ids with some added; None takes one away."""
    merged = {**it.vendor, **names}
    return {name: value for name, value in merged.items() if value is not None}


def fact(row: Dispatch) -> DispatchFact:
    return DispatchFact(
        id=row.id,
        org=row.org_id,
        sender=row.sender_id,
        key=row.key,
        klass=Klass(row.klass),
        template_version=row.template_version,
        locale=row.locale,
        context=row.context,
        state=DispatchState(row.state),
        step=row.step,
        vendor=row.vendor,
        count=row.count,
        reason=row.reason,
        actor=row.actor,
        failures=row.failures,
        created_at=row.at,
        send_at=row.send_at,
        due=row.due,
        tried_at=row.tried_at,
        finished_at=row.finished_at,
        owner=row.owner,
    )
