"""Messages as plain values, for scripts, files and terminals: what the page *Messages* shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from postlude.attribution import api as attribution
from postlude.attribution.types import NoticeFact
from postlude.console.readings import letters, message_chain, people_rows, reactions
from postlude.console.readings.message_filters import Asked
from postlude.console.readings.reactions import Story
from postlude.console.types import TimelineEntry
from postlude.kernel.errors import NotFound
from postlude.messages import api as messages
from postlude.messages.types import MessageFact
from postlude.orgs.types import OrgRef
from postlude.people import api as people
from postlude.people.types import Actor
from postlude.rewards import api as rewards


@dataclass(frozen=True, slots=True)
class Line:
    """One message; `to` is masked, `cost` in minor units, None where nothing was set."""

    id: int
    at: datetime
    kind: str
    action: str
    node: str
    channel: str
    klass: str
    state: str
    reason: str
    reaction: str
    reacted_at: datetime | None
    effect: str
    contact: int
    to: str
    segments: int
    cost: int | None
    fallback_of: int | None


@dataclass(frozen=True, slots=True)
class Told:
    """One message with everything that is known of it.

    `turn` are all messages of its turn; `text` what the person read, None where it is not kept or
    was not asked for.
    """

    line: Line
    entries: tuple[TimelineEntry, ...]
    facts: tuple[tuple[str, str], ...]
    turn: tuple[Line, ...]
    points: int
    back: Story | None
    text: str | None


def page(
    org: OrgRef, asked: Asked, *, limit: int, before: int | None = None
) -> tuple[list[Line], int | None]:
    """Return messages, the newest first, and where the next page begins."""
    begin = letters.NEWEST if before is None else before
    ids, following = letters.found(org.id, asked, before=begin, limit=limit)
    known = messages.state_of(org.id, ids)
    return _lines(org.id, [known[each] for each in ids if each in known]), following


def told(  # noqa: PLR0913 - who looks, by which right, why and when
    org: OrgRef,
    message: int,
    *,
    actor: Actor,
    permissions: frozenset[str],
    purpose: str,
    now: datetime,
) -> Told:
    """Tell everything of one message; raise NotFound.

    Its text is personal: like clear addresses it needs `people.view_contact` and a purpose, and
    leaves an audit row.
    """
    fact = messages.state_of(org.id, [message]).get(message)
    if fact is None:
        hint = "`postlude messages list` shows their ids."
        raise NotFound("There is no message {number} here.", number=message, hint=hint)
    shown = people.show(
        org.id, [fact.contact], actor=actor, permissions=permissions, purpose=purpose, now=now
    ).get(fact.contact)
    clear = shown is not None and not shown.masked and shown.erased_at is None
    turn = message_chain.chain(org.id, fact)
    (line,) = _lines(org.id, [fact])
    given = rewards.entries(org.id, [turn[0].key]).get(turn[0].key)
    return Told(
        line,
        tuple(letters.story(org.id, fact)),
        tuple(letters.facts(fact)),
        tuple(_lines(org.id, turn)),
        given.amount if given else 0,
        reactions.story(org.id, fact, now=now),
        messages.shown_text(org.id, message, now=now) if clear else None,
    )


def _lines(org: int, facts: Sequence[MessageFact]) -> list[Line]:
    masked = people_rows.masked(org, {each.contact for each in facts})
    notices = attribution.notices(org, [each.id for each in facts])
    return [
        _line(each, notices.get(each.id), letters.to(masked.get(each.contact))) for each in facts
    ]


def _line(fact: MessageFact, it: NoticeFact | None, to: str) -> Line:
    return Line(
        id=fact.id,
        at=fact.created_at,
        kind=it.kind if it else "",
        action=it.action if it else "",
        node=fact.node,
        channel=fact.channel,
        klass=fact.klass.value,
        state=fact.state.value,
        reason=fact.reason,
        reaction=it.state.value if it and it.state else "",
        reacted_at=it.reacted_at if it else None,
        effect=it.effect if it else "",
        contact=fact.contact,
        to=to,
        segments=fact.segments,
        cost=fact.cost,
        fallback_of=fact.fallback_of,
    )
