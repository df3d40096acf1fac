"""Writing down which messages were sent as notices, and whether each went out."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from postlude.attribution.models import Notice
from postlude.attribution.types import Fate
from postlude.journeys import api as journeys
from postlude.journeys.api import HeldOut
from postlude.journeys.types import CycleRef
from postlude.kernel import boundaries, store
from postlude.messages import api as messages
from postlude.messages.types import BRANCH, MessageFact, State
from postlude.orders import api as orders
from postlude.orgs import api as orgs

_ACTION, _ORDER = "way", "order"  # what a notice writes into the context of its messages
_FATES = {
    State.ACCEPTED: Fate.SENT,
    State.DELIVERED: Fate.SENT,
    State.BOUNCED: Fate.SENT,
    State.UNKNOWN: Fate.UNKNOWN,
    State.BLOCKED: Fate.BLOCKED,
    State.CANCELLED: Fate.BLOCKED,
    State.FAILED: Fate.FAILED,
    State.EXPIRED: Fate.FAILED,
}
AWAITED = frozenset({Fate.SENT, Fate.UNKNOWN})
_NEW = ("id", "org_id", "contact", "kind", "action", "version", "branch", "about", "day")
_NEWS = ("fate", "cost", "sent_at")
_EMPTY: Mapping[str, Any] = {"reaction": "", "type": "", "effect": "", "credited": False}
_COLUMNS = (*_NEW, *_NEWS, *_EMPTY, "currency")


def note(org: int, facts: Iterable[MessageFact]) -> list[int]:
    """Write down the notices among these messages; return which those are. Safe to repeat."""
    mine = [fact for fact in facts if _ACTION in fact.context and not fact.testing]
    began = _beginnings(org, mine)
    mine = list({fact.id: fact for fact in [*mine, *began.values()]}.values())
    ran = journeys.cycles(org, {fact.cycle for fact in mine if fact.cycle is not None})
    known = [(fact, ran[fact.cycle]) for fact in mine if fact.cycle in ran]
    if not known:
        return []
    named = {int(fact.context[_ORDER]) for fact in mine if fact.context.get(_ORDER)}
    about = orders.shop_orders(org, named)
    gone = journeys.replaced(org, mine)
    with store.write():
        before = _sent_before(org, [fact.id for fact, _ in known])
        rows = [
            _row(
                org,
                _Told(fact, began.get(fact.id, fact), fact.id in gone, before.get(fact.id)),
                cycle,
                about.get(fact.context.get(_ORDER, 0)),
            )
            for fact, cycle in known
        ]
        store.upsert_many(Notice, _COLUMNS, rows, changes=frozenset(_NEWS))
    boundaries.crossing("attribution.noted")
    return [fact.id for fact, _ in known]


@dataclass(frozen=True, slots=True)
class _Told:
    """A message; the first one of its turn, whose day is the turn's; whether another one stands
    for it; and since when it may have been read, as far as was known.
    """

    fact: MessageFact
    first: MessageFact
    replaced: bool
    before: datetime | None


def _beginnings(org: int, facts: Iterable[MessageFact]) -> dict[int, MessageFact]:
    """Return the first message of the turn, by each that was sent instead of another."""
    turns = {
        fact.id: course.turn
        for fact in facts
        if fact.fallback_of is not None and (course := journeys.course_of(fact.context))
    }
    first = messages.by_keys(org, set(turns.values())) if turns else {}
    return {number: first[turn] for number, turn in turns.items() if turn in first}


def _sent_before(org: int, messages: Collection[int]) -> dict[int, datetime | None]:
    rows = Notice.objects.select_for_update().filter(org=org, id__in=messages).order_by("id")
    return dict(rows.values_list("id", "sent_at"))


def _row(
    org: int, told: _Told, cycle: CycleRef, about: orders.ShopOrderFact | None
) -> tuple[Any, ...]:
    fact = told.fact
    fate = Fate.REPLACED if told.replaced else _FATES.get(fact.state, Fate.QUEUED)
    return (
        fact.id,
        org,
        fact.contact,
        cycle.journey,
        str(fact.context[_ACTION])[:64],
        cycle.version,
        _branch(fact, about),
        about.uid if about else "",
        orgs.local_day(org, told.first.created_at),
        fate.value,
        fact.cost,
        _sent_at(fact, told.before) if fate in AWAITED else None,
        *_EMPTY.values(),
        "",
    )


def _branch(fact: MessageFact, about: orders.ShopOrderFact | None) -> int | None:
    told = fact.context.get(BRANCH)
    if told is not None:
        return int(told)
    return about.branch if about else None


def _sent_at(fact: MessageFact, before: datetime | None) -> datetime:
    """Return the first instant at which it may have been read.

    What was parked as unknown is accepted when somebody finds out, long after it was read.
    """
    told = fact.accepted_at or fact.settled_at or fact.created_at
    return told if before is None else min(told, before)


def note_held_out(org: int, cycle: int, people: Sequence[HeldOut]) -> None:
    """Write down who was held out of a run, as if they had been written to. Safe to repeat."""
    ran = journeys.cycles(org, [cycle]).get(cycle)
    if ran is None:
        return
    fate, empty = Fate.HELD_OUT.value, tuple(_EMPTY.values())
    rows = [
        (
            *(each.id, org, each.contact, ran.journey, "", ran.version, each.branch, ""),
            *(orgs.local_day(org, each.at), fate, None, each.at, *empty, ""),
        )
        for each in people
    ]
    with store.write():
        store.insert_ignore(Notice, _COLUMNS, rows, conflict=("id",))
    boundaries.crossing("attribution.held_out_noted")
