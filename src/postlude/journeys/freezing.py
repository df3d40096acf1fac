"""Freezing an audience: whoever holds a ticket becomes a member, in chunks by contact id."""

from datetime import datetime

from django.db.models import F

from postlude.journeys import definitions, draining
from postlude.journeys.models import Cycle, JourneyVersion, Member, Slot
from postlude.journeys.types import MemberState
from postlude.kernel import boundaries, ids, store, wakeup
from postlude.kernel.jobs import Budget
from postlude.kernel.work import OWNER
from postlude.messages.types import Lane
from postlude.orders import api as orders

CHUNK = 500
COLUMNS = (
    "id",
    "org",
    "cycle",
    "version",
    "conference",
    "contact",
    "tickets",
    "state",
    "node",
    "node_since",
    "reason",
    "message",
    "due",
    "owner",
    "entered_at",
    "lane",
)


def freeze(budget: Budget) -> int:
    """Write down who holds a ticket, for slots that have begun; return how many entered.

    Nobody is walked before the audience is whole.
    """
    total = 0
    for (slot,) in draining.claimed(Slot, budget, where="frozen_at IS NULL"):
        boundaries.crossing("journeys.slot_claimed")
        for entered in draining.pages(Slot, slot, budget, _chunk):
            total += entered
            boundaries.crossing("journeys.audience_frozen")
    return total


def _chunk(number: int, now: datetime) -> tuple[int, bool]:
    """Enter the next holders; return how many, and whether there may be more."""
    with store.write():
        slot = (
            Slot.objects.select_for_update().filter(id=number, owner=OWNER, frozen_at=None).first()
        )
        if slot is None:
            return 0, False
        found = orders.holders(slot.org_id, slot.conference, after=slot.frozen_to, limit=CHUNK)
        version = JourneyVersion.objects.get(id=slot.version_id)
        node = definitions.from_json(version.definition).nodes[0].name
        rows = [
            member(slot, new, contact, node=node, version=version.id, now=now)
            for new, contact in zip(ids.new_ids(len(found)), found, strict=True)
        ]
        entered = store.insert_ignore(Member, COLUMNS, rows, conflict=("org", "cycle", "contact"))
        Cycle.objects.filter(id=slot.cycle_id).update(entered=F("entered") + len(entered))
        slot.frozen_to = found[-1] if found else slot.frozen_to
        if len(found) < CHUNK:
            slot.frozen_at, slot.owner, slot.lease_until = now, "", None
            wakeup.nudge()
        slot.save(update_fields=("frozen_to", "frozen_at", "owner", "lease_until"))
    return len(entered), slot.frozen_at is None


def member(  # noqa: PLR0913 - one row is what it is
    slot: Slot,
    number: int,
    contact: int,
    *,
    node: str,
    version: int,
    now: datetime,
    message: int | None = None,
) -> tuple[object, ...]:
    """Return the row of a member of a slot's cycle; with a message it is on its way already."""
    state = MemberState.READY if message is None else MemberState.QUEUED
    tickets: list[int] = []  # whatever they hold when the mail is decided
    return (
        *(number, slot.org_id, slot.cycle_id, version, slot.conference, contact, tickets),
        *(state.value, node, now, "", message, now, "", now, int(Lane.BULK)),
    )
