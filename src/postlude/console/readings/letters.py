"""Messages: lists of them, and one with everything that happened to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from postlude.console import words
from postlude.console.readings import message_chain, people_rows, reactions, touch_words
from postlude.console.readings.message_filters import Asked
from postlude.console.readings.queries import rows
from postlude.console.readings.reactions import Answer
from postlude.console.types import TimelineEntry, Tone
from postlude.kernel import tokens
from postlude.kernel.errors import N_
from postlude.kernel.money import Money
from postlude.messages import api as messages
from postlude.messages.types import MessageFact
from postlude.orgs import api as orgs
from postlude.orgs.types import OrgRef
from postlude.people.types import PersonShown
from postlude.tracking import api as tracking

PAGE = 50
NEWEST = 2**63 - 1
_KINDS = {
    "open": (N_("Opened"), Tone.GOOD),
    "click": (N_("A link was followed"), Tone.GOOD),
    "access": (N_("The access link was used"), Tone.GOOD),
    "unsubscribe": (N_("Unsubscribed"), Tone.WARN),
    "view": (N_("Looked at in the browser"), Tone.GOOD),
    "trap": (N_("A link was followed that no person sees"), Tone.WARN),
}
_TABS = (
    "accepted",
    "delivered",
    "unknown",
    "failed",
    "bounced",
    "blocked",
    "queued",
    "expired",
    "cancelled",
)


@dataclass(frozen=True, slots=True)
class Tab:
    """A state, how many are in it, and the query that shows them."""

    key: str
    label: str
    count: int
    current: bool
    query: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in a list."""

    id: int
    what: str
    to: str
    klass: str
    at: datetime
    state: str
    tone: Tone
    reason: str
    href: str
    buyer_href: str
    state_key: str
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    rows: tuple[Letter, ...]
    tabs: tuple[Tab, ...]
    next_before: int | None


def listing(org: OrgRef, asked: Asked, *, before: int) -> Listing:
    """Return a page of messages, the newest first."""
    ids, following = found(org.id, asked, before=before, limit=PAGE)
    facts = messages.state_of(org.id, ids)
    shown = letters(org, [facts[each] for each in ids if each in facts])
    return Listing(shown, _tabs(org.id, asked), following)


def found(org: int, asked: Asked, *, before: int, limit: int) -> tuple[list[int], int | None]:
    """Return the ids of a page of messages, and where the next page begins."""
    params = {**asked.params(org), "before": before, "limit": limit + 1}
    ids = [int(row[0]) for row in rows("list_messages", params)]
    return ids[:limit], ids[limit - 1] if len(ids) > limit else None


def letters(org: OrgRef, facts: Sequence[MessageFact]) -> tuple[Letter, ...]:
    """Return these messages as rows; the people in them are masked."""
    masked = people_rows.masked(org.id, {each.contact for each in facts})
    answers = reactions.answers(org.id, [each.id for each in facts])
    made = []
    for each in facts:
        state, tone = words.message_state(each.state)
        person = masked.get(each.contact)
        buyer = tokens.seal("contact", each.contact)
        notice, answer = answers.get(each.id, (None, None))
        made.append(
            Letter(
                id=each.id,
                what=f"{notice.kind} · {notice.action}" if notice else name(each),
                to=to(person),
                klass=each.klass,
                at=each.created_at,
                state=state,
                tone=tone,
                reason=words.reason(each.reason),
                href=reverse("console:message", args=[org.slug, token(each.id)]),
                buyer_href=reverse("console:buyer", args=[org.slug, buyer]),
                state_key=each.state.value,
                answer=answer if answer and answer.label else None,
            )
        )
    return tuple(made)


def to(person: PersonShown | None) -> str:
    """Return whom a message is to, as anybody may see it."""
    if person is None:
        return ""
    return person.email or person.email_as_given or person.phone or person.name


def token(message: int) -> str:
    """Return the opaque name of a message in the console's URLs."""
    return tokens.seal("message", message)


def name(fact: MessageFact) -> str:
    """Return what a message is called: the step of the journey that decided it."""
    return fact.node or fact.key


def _tabs(org: int, asked: Asked) -> tuple[Tab, ...]:
    found = (
        rows("count_messages_found", asked.params(org))
        if asked.narrows
        else rows("count_messages", (org,))
    )
    counts = {str(state): int(n) for state, n in found}
    tabs = [Tab("", _("all"), sum(counts.values()), not asked.state, asked.query(state=""))]
    for key in _TABS:
        label, _tone = words.message_state(key)
        query = asked.query(state=key)
        tabs.append(Tab(key, label, counts.get(key, 0), asked.state == key, query))
    return tuple(tabs)


def story(org: int, fact: MessageFact) -> list[TimelineEntry]:
    """Return what happened to one message, the oldest first."""
    why = _("By {node}, as a {klass} message.").format(node=fact.node or "–", klass=fact.klass)
    entries = [TimelineEntry(fact.created_at, "decided", _("Decided"), why, Tone.INFO)]
    entries += message_chain.passed(fact)
    for each in messages.attempts_of(org, [fact.id]).get(fact.id, []):
        title, tone = words.attempt(each.kind)
        entries.append(TimelineEntry(each.at, each.kind, title, words.reason(each.words), tone))
    for touch in tracking.touches_of(org, [fact.id]).get(fact.id, []):
        title, tone = _KINDS.get(touch.kind, (str(touch.kind), Tone.PLAIN))
        entries.append(
            TimelineEntry(touch.at, str(touch.kind), _(title), touch_words.why(touch), tone)
        )
    if fact.state in ("blocked", "expired", "cancelled") and fact.settled_at is not None:
        title, tone = words.message_state(fact.state)
        detail = words.reason(fact.reason)
        entries.append(TimelineEntry(fact.settled_at, "ended", title, detail, tone))
    return sorted(entries, key=lambda entry: entry.at)


def facts(fact: MessageFact) -> list[tuple[str, str]]:
    """Return the dry facts of one message."""
    sender = messages.sender_by_id(fact.sender)
    cost = "–" if fact.cost is None else str(Money(fact.cost, orgs.get(fact.org).currency))
    return [
        (_("Channel"), fact.channel),
        (_("Sender"), sender.slug),
        (_("Class"), fact.klass),
        (_("Language"), fact.locale or "–"),
        (_("Key"), fact.key),
        (_("Provider's id"), fact.provider_id or "–"),
        (_("Tries"), str(fact.attempts)),
        (_("Segments"), str(fact.segments or "–")),
        (_("Cost"), cost),
        (_("Deadline"), f"{fact.deadline:%Y-%m-%d %H:%M} UTC"),
        (_("Trial"), _("yes") if fact.testing else _("no")),
        *message_chain.facts(fact.org, fact),
    ]
