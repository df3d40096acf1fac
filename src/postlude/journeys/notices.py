"""What a schedule sends: once per contact and conference, through the cycle or with an invitation.

Whoever decides first makes the mark, in the commit that queues the mail; the other finds it.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from postlude.access import api as access
from postlude.journeys import decisions, definitions, freezing, inviting, marks, publishing
from postlude.journeys.decisions import Hold
from postlude.journeys.models import JourneyVersion, Mark, Member, Slot
from postlude.journeys.types import MemberState, NoticeNode, Stop
from postlude.journeys.walking import Walk, Walker
from postlude.kernel import ids, store
from postlude.messages import api as messages
from postlude.messages.types import Lane, Leased, MessageFact
from postlude.messages.types import State as MessageState
from postlude.orders import api as orders
from postlude.orders.types import TicketFact
from postlude.people import api as people

NOTICE = "notice:"


def tell(node: NoticeNode, walk: Walk, here: Sequence[Walker]) -> None:
    """Write to the members of a cycle who still hold a ticket."""
    able = _let_in(node, walk, _holders(walk, here))
    scope = marks.notice(walk.conference)
    fresh = marks.make(walk.org, walk.journey, [(each.contact, scope) for each in able], walk.now)
    new = {
        walker.contact: (f"{NOTICE}{fresh[walker.contact, scope]}", walk.valid[walker.contact])
        for walker in able
        if (walker.contact, scope) in fresh
    }
    mine = [walker for walker in able if walker.contact in new]
    sent = inviting.enqueue(node, walk, mine, new)
    for walker in mine:
        walk.queue(walker, sent[walker.contact])
    _join(walk, [walker for walker in able if walker.message is None], scope)


def _holders(walk: Walk, here: Sequence[Walker]) -> list[Walker]:
    ends = {each.id: each.ends_at for each in orders.conferences(walk.org)}.get(walk.conference)
    able = []
    for walker in here:
        tickets = walk.valid.get(walker.contact)
        if not tickets:
            walk.block(walker, Stop.REFUNDED)
        elif _is_over(ends, tickets, walk.now):
            walk.block(walker, Stop.EVENT_ENDED)
        else:
            able.append(walker)
    return able


def _is_over(ends: datetime | None, tickets: Sequence[TicketFact], now: datetime) -> bool:
    return (ends is not None and ends <= now) or decisions.has_ended(tickets, now)


def _let_in(node: NoticeNode, walk: Walk, able: Sequence[Walker]) -> list[Walker]:
    """Keep back those whose links are still being made."""
    held = access.grants_of(walk.org, [each.contact for each in able], walk.conference)
    ready = []
    for walker in able:
        grants = held.get(walker.contact, ())
        decision = decisions.let_in(node, grants, since=walker.since, now=walk.now)
        if isinstance(decision, Hold):
            walk.hold(walker, decision.until)
        else:
            ready.append(walker)
    return ready


def _join(walk: Walk, walkers: Sequence[Walker], scope: str) -> None:
    """They bought meanwhile and got it with their invitation: its fate is theirs."""
    if not walkers:
        return
    found = marks.find(walk.org, walk.journey, [each.contact for each in walkers], scope)
    facts = messages.by_keys(walk.org, [f"{NOTICE}{mark}" for mark in found.values()])
    for walker in walkers:
        fact = facts.get(f"{NOTICE}{found.get(walker.contact)}")
        if fact is None:  # released a moment ago: look again
            walk.hold(walker, walk.now + decisions.SWEEP)
        else:
            walk.queue(walker, fact.id)


def with_invitation(walk: Walk, here: Sequence[Walker]) -> None:
    """Queue, beside the mail just decided for these people, what was sent to everybody before.

    In the same commit: either both are decided or neither. A mail of its own, since it has its
    own text, calendar file, fate and reaction; the invitation goes first, by its lane.
    """
    contacts = sorted({each.contact for each in here if each.message is not None})
    if not contacts:
        return
    slots = Slot.objects.filter(org=walk.org, conference=walk.conference, journey__active=True)
    for slot in slots.select_related("journey").order_by("id"):
        _catch_up(walk, slot, contacts)


def _catch_up(walk: Walk, slot: Slot, contacts: Sequence[int]) -> None:
    version = publishing.newest_version(walk.org, slot.journey_id)
    node = definitions.from_json(version.definition).nodes[0]
    ends = {each.id: each.ends_at for each in orders.conferences(walk.org)}.get(walk.conference)
    timely = [each for each in contacts if not _is_over(ends, walk.valid[each], walk.now)]
    if not isinstance(node, NoticeNode) or not timely:
        return
    scope = marks.notice(walk.conference)
    fresh = _marks(walk, slot.journey_id, timely, scope)
    new = {contact: (f"{NOTICE}{mark}", walk.valid[contact]) for contact, mark in fresh.items()}
    sent = inviting.write(node, walk, dict.fromkeys(new, slot.cycle_id), new, lane=Lane.TRIGGERED)
    _enter(slot, version, node.name, sent, walk.now)


def _marks(walk: Walk, journey: int, contacts: Sequence[int], scope: str) -> dict[int, int]:
    """Make the marks of those who have none, or whom their mail did not reach.

    It never left (a ticket given back), or went to an address that was wrong: who is invited once
    more at the new one hears once more, too.
    """
    wanted = [(contact, scope) for contact in contacts]
    fresh = marks.make(walk.org, journey, wanted, walk.now)
    older = [contact for contact in contacts if (contact, scope) not in fresh]
    found = marks.find(walk.org, journey, older, scope)
    facts = messages.by_keys(walk.org, [f"{NOTICE}{mark}" for mark in found.values()])
    now_at = people.addresses(walk.org, list(found)) if found else {}
    lost = [
        contact
        for contact, mark in found.items()
        if _is_lost(facts.get(f"{NOTICE}{mark}"), now_at[contact].id if contact in now_at else None)
    ]
    for contact in lost:
        marks.release(walk.org, journey, contact, [scope])
    again = marks.make(walk.org, journey, [(each, scope) for each in lost], walk.now)
    return {contact: mark for (contact, _), mark in [*fresh.items(), *again.items()]}


def _is_lost(fact: MessageFact | None, address: int | None) -> bool:
    if fact is None:
        return False
    went = fact.state in {MessageState.ACCEPTED, MessageState.DELIVERED, MessageState.BOUNCED}
    elsewhere = went and None not in {fact.address, address} and fact.address != address
    return elsewhere or fact.state in decisions.NEVER_LEFT


def _enter(
    slot: Slot, version: JourneyVersion, node: str, sent: Mapping[int, int], now: datetime
) -> None:
    """They are members of the cycle like the others; who had dropped out is in it again.

    `Cycle.entered` stays the audience that was frozen, so the cycle's row is no bottleneck here.
    """
    rows = [
        freezing.member(slot, new, contact, node=node, version=version.id, now=now, message=message)
        for new, (contact, message) in zip(ids.new_ids(len(sent)), sent.items(), strict=True)
    ]
    fresh = store.insert_ignore(
        Member, freezing.COLUMNS, rows, conflict=("org", "cycle", "contact")
    )
    entered = {row[5] for row in rows if row[0] in set(fresh)}
    out = (MemberState.BLOCKED, MemberState.FAILED, MemberState.SENT)
    for contact in sorted(set(sent) - entered):
        # Not one that is ready: the walk that has it locked finds the mark and joins.
        Member.objects.filter(cycle=slot.cycle_id, contact=contact, state__in=out).update(
            state=MemberState.QUEUED, reason="", message=sent[contact], settled_at=None
        )


def veto(org: int, leased: Sequence[Leased]) -> dict[int, str]:
    """Say which of these must not go: at the last moment their people hold no ticket any more."""
    conferences: dict[int, list[Leased]] = {}
    for it in leased:
        conferences.setdefault(int(it.context.get("conference", 0)), []).append(it)
    stopped: dict[int, str] = {}
    for conference, group in conferences.items():
        valid = orders.valid_tickets_of(org, {it.contact for it in group}, conference)
        stopped |= {it.message: Stop.REFUNDED for it in group if it.contact not in valid}
    return stopped


def release(org: int, facts: Collection[MessageFact]) -> None:
    """What never reached anybody may come with a later ticket."""
    numbers = [int(fact.key.removeprefix(NOTICE)) for fact in facts if fact.key.startswith(NOTICE)]
    Mark.objects.filter(org=org, id__in=numbers).delete()
