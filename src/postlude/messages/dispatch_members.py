"""The messages of a dispatch: taken together, screened, marked, settled; in chunks by id.

They are leased to their dispatch, without an end: it has the lease. See `Dispatch`.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet

from postlude.kernel import boundaries, store
from postlude.messages import enqueue, epoch, leasing, screening, settle, settling, stamp
from postlude.messages.errors import DispatchLost
from postlude.messages.models import Dispatch, Message, Outbox
from postlude.messages.types import DispatchFact, DispatchState, Leased, NewMessage, Outcome, State

CHUNK = 500
_WAITS = ("queued", "leased")
_AT_ONCE = 1_000


def owner_of(dispatch: int) -> str:
    return f"dispatch:{dispatch}"


def add(org: int, it: DispatchFact, contacts: Sequence[int], *, now: datetime) -> int:
    """Write a message for each contact, once; return how many contacts there were.

    Raises DispatchLost when it is no longer being gathered.
    """
    new = [
        NewMessage(
            key=f"announcement:{it.id}:{contact}",
            klass=it.klass,
            sender=it.sender,
            contact=contact,
            template_version=it.template_version,
            locale=it.locale,
            context=it.context,
            lane=2,
            due=it.send_at,
            node=it.key,
            dispatch=it.id,
        )
        for contact in contacts
    ]
    with store.write():
        open_ = Dispatch.objects.select_for_update().filter(id=it.id)
        if not open_.filter(state=DispatchState.GATHERING).exists():
            raise DispatchLost(key=it.key)  # cancelled meanwhile: these would be left behind
        enqueue.enqueue_many(org, new, now=now)
    boundaries.crossing("messages.dispatch_members_added")
    return len(new)


def count(dispatch: int) -> int:
    return Message.objects.filter(dispatch=dispatch).count()


def by_state(dispatch: int) -> dict[str, int]:
    """Return how many of its messages are in which state; those that wait by how far they are."""
    rows = Message.objects.filter(dispatch=dispatch).values_list("state").annotate(Count("id"))
    found = Counter(dict(rows))
    waiting = found.pop(State.QUEUED.value, 0)
    phases = Outbox.objects.filter(id__in=_ids(dispatch)).values_list("phase").annotate(Count("id"))
    return {**found, **(dict(phases) if waiting else {})}


def take(
    it: DispatchFact, *, after: int, limit: int = CHUNK, only_ours: bool = False
) -> list[Leased]:
    """Lease the next members to the dispatch: those with an id above `after`, in order.

    `only_ours`: none that was put off before.
    """
    wanted = _ids(it.id).filter(id__gt=after)
    mine = owner_of(it.id)
    owners = (mine,) if only_ours else ("", mine)
    with store.write():
        rows = list(
            Outbox.objects.select_for_update()
            .filter(id__in=wanted, phase__in=_WAITS, owner__in=owners, epoch=epoch.current())
            .order_by("id")[:limit]
        )
        numbers = [row.id for row in rows]
        Outbox.objects.filter(id__in=numbers).update(phase="leased", owner=mine, lease_until=None)
    boundaries.crossing("messages.dispatch_members_taken")
    return sorted(leasing.read(numbers), key=lambda each: each.message)


def screen(it: DispatchFact, members: Sequence[Leased], *, now: datetime) -> list[Leased]:
    """Return who may get it; whoever may not is blocked or put off, and written down."""
    return screening.screen(members, owner=owner_of(it.id), now=now)


def mark_sending(it: DispatchFact) -> bool:
    """Commit that all who are still in it may have been sent to, and tick the stamp.

    False when the database turned out to be behind its stamp: then nothing may go.
    """
    stamped = stamp.ticks()
    with store.write():
        ticked = epoch.tick(stamped)
        if ticked is not None:
            Outbox.objects.filter(id__in=_ids(it.id), phase="leased", owner=owner_of(it.id)).update(
                phase="sending"
            )
    boundaries.crossing("messages.dispatch_sending_committed")
    if ticked is None:
        epoch.hold()
        return False
    stamp.write(*ticked)
    return True


def unmark(it: DispatchFact) -> int:
    """Take back `mark_sending` where it is sure that nothing was sent; return how many."""
    with store.write():
        marked = Outbox.objects.filter(id__in=_ids(it.id), phase="sending", owner=owner_of(it.id))
        return marked.update(phase="leased")


def going(dispatch: int) -> int:
    """Return how many are still in it."""
    return _mine(dispatch).count()


def contacts_going(dispatch: int) -> set[int]:
    """Return the contacts who are still in it."""
    # By their numbers: a planner that takes the table for small would read it for each of them.
    found: set[int] = set()
    for some in store.chunks(list(_mine(dispatch).values_list("id", flat=True)), _AT_ONCE):
        found.update(Message.objects.filter(id__in=some).values_list("contact", flat=True))
    return found


def by_contact(dispatch: int, contacts: Sequence[int]) -> dict[int, int]:
    """Return the messages of these contacts."""
    rows = Message.objects.filter(dispatch=dispatch, contact__in=contacts)
    return dict(rows.values_list("contact", "id"))


def settle_all(it: DispatchFact, outcome: Outcome, *, now: datetime) -> int:
    """Give every member on the wire the same outcome; return how many."""
    total = 0
    while True:
        rows = _mine(it.id).filter(phase="sending").order_by("id")
        found = list(rows.values_list("id", flat=True)[:CHUNK])
        if not found:
            return total
        outcomes = [replace(outcome, message=number, dispatch=it.id) for number in found]
        settle.settle_many(it.sender, outcomes, owner=owner_of(it.id), now=now)
        total += len(found)


def end_rest(
    it: DispatchFact, state: State, *, reason: str, now: datetime, marked_too: bool = False
) -> int:
    """End whoever was not sent to, as the dispatch is over; return how many.

    `marked_too`: those on the wire as well, where it is sure that nothing was sent.
    """
    phases = (*_WAITS, "sending") if marked_too else _WAITS
    total = 0
    while True:
        with store.write():
            rows = list(
                Outbox.objects.select_for_update()
                .filter(id__in=_ids(it.id), phase__in=phases)
                .order_by("id")[:CHUNK]
            )
            settling.end(rows, state, reason=reason, now=now)
        boundaries.crossing("messages.dispatch_rest_ended")
        total += len(rows)
        if len(rows) < CHUNK:
            return total


def _ids(dispatch: int) -> Any:
    return Message.objects.filter(dispatch=dispatch).values("id")


def _mine(dispatch: int) -> "QuerySet[Outbox]":
    phases = ("leased", "sending")
    return Outbox.objects.filter(id__in=_ids(dispatch), owner=owner_of(dispatch), phase__in=phases)
