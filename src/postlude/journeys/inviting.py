"""Inviting: mark, message and outbox row in one transaction, once per contact and conference."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from postlude.access import api as access
from postlude.access.types import State
from postlude.journeys import calendars, decisions, marks
from postlude.journeys.errors import BadJourney
from postlude.journeys.types import AdditionNode, Mail, NoticeNode, SendNode, Stop
from postlude.journeys.walking import Walk, Walker
from postlude.messages import api as messages
from postlude.messages.types import Klass, Lane, NewMessage
from postlude.orders.types import TicketFact
from postlude.people import api as people

INVITE = "invite:"
ADDITION = "addition:"
RESEND = "resend:"
GRANTED = "granted"


def invite(node: SendNode, walk: Walk, here: Sequence[Walker], *, others_go_on: bool) -> None:
    """Write to those who were never invited; the others go on to the addition, if there is one."""
    able = _able(walk, here)
    scope = marks.invite(walk.conference)
    fresh = marks.make(walk.org, walk.journey, [(each.contact, scope) for each in able], walk.now)
    chosen: dict[int, Walker] = {}
    for walker in able:
        if (walker.contact, scope) in fresh:
            chosen.setdefault(walker.contact, walker)
    new = {
        walker.contact: (f"{INVITE}{fresh[walker.contact, scope]}", walk.valid[walker.contact])
        for walker in chosen.values()
    }
    sent = enqueue(node, walk, list(chosen.values()), new)
    _tell(walk, {contact: tickets for contact, (_, tickets) in new.items()})
    for walker in able:
        if chosen.get(walker.contact) is walker:
            walk.queue(walker, sent[walker.contact])
        elif others_go_on:
            walk.go(walker)
    if not others_go_on:
        _join(walk, [each for each in able if each.message is None])


def add(node: AdditionNode, walk: Walk, here: Sequence[Walker]) -> None:
    """Tell of tickets that no mail has listed yet; whoever has none joins the invitation."""
    able = _able(walk, here)
    mine = {walker.id: walk.mine(walker) for walker in able}
    wanted = [
        (walker.contact, marks.told(ticket.id)) for walker in able for ticket in mine[walker.id]
    ]
    fresh = marks.make(walk.org, walk.journey, wanted, walk.now)
    due: list[Walker] = []
    new: dict[int, tuple[str, Sequence[TicketFact]]] = {}
    for walker in able:
        untold = [
            ticket
            for ticket in mine[walker.id]
            if fresh.pop((walker.contact, marks.told(ticket.id)), None) is not None
        ]
        if not untold:
            continue
        if walker.contact in new:  # two cycles of one contact in one walk: one mail
            key, tickets = new[walker.contact]
            new[walker.contact] = (key, [*tickets, *untold])
        else:
            key = f"{ADDITION}{walk.journey}:{walker.contact}:{untold[0].id}"
            new[walker.contact] = (key, untold)
            due.append(walker)
    sent = enqueue(node, walk, due, new)
    for walker in due:
        walk.queue(walker, sent[walker.contact])
    _join(walk, [walker for walker in able if walker.message is None])


def _able(walk: Walk, here: Sequence[Walker]) -> list[Walker]:
    """Stop those who may no longer be written to: refunded meanwhile, or the event is over."""
    able = []
    for walker in here:
        tickets = walk.mine(walker)
        if not tickets:
            walk.block(walker, Stop.REFUNDED)
        elif decisions.has_ended(walk.valid[walker.contact], walk.now):
            walk.block(walker, Stop.EVENT_ENDED)
        else:
            able.append(walker)
    return able


def enqueue(
    node: Mail,
    walk: Walk,
    walkers: Sequence[Walker],
    new: Mapping[int, tuple[str, Sequence[TicketFact]]],
) -> dict[int, int]:
    """Decide the messages of these walkers; return their ids by contact."""
    return write(node, walk, {walker.contact: walker.cycle for walker in walkers}, new)


def write(
    node: Mail,
    walk: Walk,
    cycles: Mapping[int, int],
    new: Mapping[int, tuple[str, Sequence[TicketFact]]],
    *,
    lane: Lane | None = None,
) -> dict[int, int]:
    """Decide a message (key, tickets) for each contact of `cycles`; return their ids."""
    if not cycles:
        return {}
    languages = people.locales(walk.org, list(cycles))
    versions = _versions(node, walk.org, (tickets for _, tickets in new.values()))
    sender = messages.sender(walk.org, node.sender).id
    open_to = granted(walk.org, cycles, walk.conference)
    drafts = [
        _draft(
            node,
            walk.conference,
            contact,
            *new[contact],
            sender=sender,
            version=versions[_slug(node, new[contact][1])],
            locale=languages.get(contact, ""),
            cycle=cycle,
            now=walk.now,
            granted=open_to.get(contact, ()),
            lane=lane,
        )
        for contact, cycle in cycles.items()
    ]
    done = messages.enqueue_many(walk.org, drafts, now=walk.now)
    return {draft.contact: each.message for draft, each in zip(drafts, done, strict=True)}


def _draft(  # noqa: PLR0913 - a message is what it is
    node: Mail,
    conference: int,
    contact: int,
    key: str,
    tickets: Sequence[TicketFact],
    *,
    sender: int,
    version: int,
    locale: str,
    cycle: int | None,
    now: datetime,
    granted: Collection[int],
    lane: Lane | None = None,
) -> NewMessage:
    context: dict[str, object] = {"conference": conference}
    context["tickets"] = [ticket.id for ticket in tickets]
    context[GRANTED] = sorted(granted)
    if isinstance(node, SendNode | NoticeNode):
        context |= calendars.ATTACHED
    return NewMessage(
        key=key,
        klass=Klass(node.klass),
        sender=sender,
        contact=contact,
        template_version=version,
        locale=locale,
        context=context,
        lane=Lane(node.lane) if lane is None else lane,
        deadline=decisions.deadline(node, tickets, now),
        cycle=cycle,
        node=node.name,
    )


draft = _draft


def granted(org: int, contacts: Collection[int], conference: int) -> dict[int, list[int]]:
    """Return the grants that a mail which is decided now will certainly carry, by contact."""
    return {
        contact: [fact.id for fact in facts if fact.state == State.GRANTED]
        for contact, facts in access.grants_of(org, contacts, conference).items()
    }


def _slug(node: Mail, tickets: Sequence[TicketFact]) -> str:
    slug = decisions.template_for(node, tickets)
    if slug is None:
        kinds = sorted({ticket.kind for ticket in tickets})
        raise BadJourney(journey=node.name, problems=f"no template for {', '.join(kinds)}")
    return slug


def _versions(node: Mail, org: int, groups: Iterable[Sequence[TicketFact]]) -> dict[str, int]:
    slugs = {_slug(node, tickets) for tickets in groups}
    return {slug: messages.template(org, slug).id for slug in sorted(slugs)}


def version_for(node: Mail, org: int, tickets: Sequence[TicketFact]) -> int:
    """Return the newest template version for these tickets."""
    return messages.template(org, _slug(node, tickets)).id


def _tell(walk: Walk, listed: Mapping[int, Sequence[TicketFact]]) -> None:
    pairs = [
        (contact, marks.told(each.id)) for contact, tickets in listed.items() for each in tickets
    ]
    marks.make(walk.org, walk.journey, pairs, walk.now)


def _join(walk: Walk, walkers: Sequence[Walker]) -> None:
    """The invitation lists these people's tickets already: its fate is theirs."""
    if not walkers:
        return
    scope = marks.invite(walk.conference)
    found = marks.find(walk.org, walk.journey, [each.contact for each in walkers], scope)
    facts = messages.by_keys(walk.org, [f"{INVITE}{mark}" for mark in found.values()])
    for walker in walkers:
        fact = facts.get(f"{INVITE}{found.get(walker.contact)}")
        if fact is None:  # released a moment ago: look again
            walk.hold(walker, walk.now + decisions.SWEEP)
            continue
        walk.queue(walker, fact.id)
