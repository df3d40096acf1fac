"""One buyer's whole story, joined from every room: bought, pseudonymised, granted, invited, opened.

Names and addresses are masked unless the reader may see people; a clear reading is audited by
`people`. The command line and the pages show the same entries.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from postlude.access import api as access
from postlude.access.types import GrantEventFact
from postlude.console import words
from postlude.console.readings import letters
from postlude.console.readings.board import INVITATIONS
from postlude.console.readings.sales import pending_tickets
from postlude.console.types import Reached, Timeline, TimelineEntry, Tone
from postlude.journeys import api as journeys
from postlude.journeys.types import HistoryEntry
from postlude.kernel import clock
from postlude.kernel.errors import N_
from postlude.messages import api as messages
from postlude.messages.types import MessageFact
from postlude.orders import api as orders
from postlude.orders.types import TicketFact
from postlude.orgs.api import Permission
from postlude.people import api as people
from postlude.people.types import Actor
from postlude.tracking import api as tracking
from postlude.warehouse import api as warehouse

_JOURNEY: Mapping[str, tuple[str, Tone]] = {
    "blocked": (N_("Stopped by a rule"), Tone.WARN),
    "failed": (N_("The journey could not go on"), Tone.BAD),
    "resent": (N_("Sent once more by hand"), Tone.INFO),
}
_GRANT: Mapping[str, tuple[str, Tone]] = {
    "requested": (N_("Access asked for: {resource}"), Tone.PLAIN),
    "pending": (N_("Access asked for: {resource}"), Tone.PLAIN),
    "by_hand": (N_("Waits for a person to let in: {resource}"), Tone.WARN),
    "granted": (N_("Access given: {resource}"), Tone.GOOD),
    "revoked": (N_("Access taken back: {resource}"), Tone.WARN),
    "failed": (N_("Access could not be given: {resource}"), Tone.BAD),
    "retried": (N_("Access is tried again: {resource}"), Tone.PLAIN),
    "moved": (N_("Access moves to another user, as the form says: {resource}"), Tone.PLAIN),
    "to_remove": (N_("To be removed by hand: {resource}"), Tone.WARN),
    "removed": (N_("Removed: {resource}"), Tone.PLAIN),
    "removed_by_hand": (N_("Removed by hand: {resource}"), Tone.PLAIN),
    "removal_listed": (N_("To be removed by hand: {resource}"), Tone.WARN),
}
_REASONS: Mapping[str, str] = {
    "filtered": N_("this ticket is not part of the journey"),
    "event_ended": N_("the event is over"),
    "refunded": N_("the ticket was refunded"),
    "no_access": N_("nothing could be granted"),
    "expired": N_("it was too late"),
    "cancelled": N_("it was cancelled"),
    "bounced": N_("the mail bounced"),
    "readdressed": N_("the address was changed"),
    "no_node": N_("the journey has no step for this"),
}

_APPS = {
    "line": "LINE",
    "crescendo_line": "LINE (漸強)",
    "messenger": "Messenger",
    "push": "Push",
}


def timeline(  # noqa: PLR0913 - who looks at whom, by which right, why and when
    org: int,
    contact: int,
    *,
    actor: Actor,
    permissions: Collection[str],
    purpose: str,
    now: datetime | None = None,
) -> Timeline | None:
    """Return the story of one contact, the oldest entry first; None when there is no such one."""
    now = now or clock.now()
    # Only this permission counts here: without it nothing is revealed and nothing is audited.
    seen = frozenset(permissions) & {Permission.VIEW_CONTACT}
    shown = people.show(org, [contact], actor=actor, permissions=seen, purpose=purpose, now=now)
    person = shown.get(contact)
    if person is None:
        return None
    tickets = orders.tickets_of(org, [contact]).get(contact, [])
    written = [each for each in messages.of_contact(org, contact) if not each.testing]
    entries = [
        *_sales(tickets),
        *_warehouse(org, tickets, now),
        *_journey(journeys.history_of(org, contact)),
        *(_grant(each) for each in access.history_of(org, contact)),
        *_messages(org, written),
        *_accesses(org, contact, tickets),
    ]
    sold = min((each.sold_at for each in tickets if each.sold_at), default=None)
    ordered = sorted(entries, key=lambda each: each.at)
    return Timeline(
        contact=str(contact),
        name=person.name,
        email=person.email or person.email_as_given,
        phone=person.phone,
        masked=person.masked,
        reached=tuple(
            Reached(_APPS.get(each.kind, each.kind), each.masked, each.blocked)
            for each in people.places(org, contact)
        ),
        conferences=tuple(conferences_of(org, contact)),
        tickets=tuple(_ticket(each) for each in tickets),
        answers=_answers(org, tickets) if not person.masked else (),
        entries=tuple(_after(each, sold) for each in ordered),
    )


def find(org: int, text: str) -> int | None:
    """Return the contact of an e-mail address, an order number or a ticket, or None.

    A customer of a shop is also found by phone, by the shop's own number, or as id:NUMBER.
    """
    text = text.strip()
    if "@" in text:
        return people.find(org, text)
    number = text.removeprefix("id:")
    if number != text:
        contact = int(number) if number.isdecimal() and len(number) < 20 else 0  # noqa: PLR2004
        return contact if people.standings(org, [contact]) else None
    facts = orders.tickets(org, orders.find_tickets(org, text.lstrip("#")))
    held = (each.contact for each in facts.values() if each.contact is not None)
    return next(held, None) or _customer(org, text)


def _customer(org: int, text: str) -> int | None:
    by_number, by_phone = people.find_customers(org, numbers=[text], phones=[text])
    sold = orders.shop_orders_named(org, [text])
    bought = sold[text].contact if text in sold else None
    return by_number.get(text) or by_phone.get(text) or bought


def conferences_of(org: int, contact: int) -> list[tuple[int, str]]:
    """Return the conferences for which this contact holds a paid ticket."""
    tickets = orders.tickets_of(org, [contact]).get(contact, [])
    wanted = {each.conference for each in tickets if each.valid}
    return [(each.id, each.name) for each in orders.conferences(org) if each.id in wanted]


def _answers(org: int, tickets: Sequence[TicketFact]) -> tuple[tuple[str, str], ...]:
    subjects = [orders.answers_subject(each.id) for each in tickets]
    found = people.answers(org, subjects)
    return tuple(pair for subject in subjects for pair in found.get(subject, []))


def _ticket(fact: TicketFact) -> dict[str, str]:
    state, tone = words.ticket_state(fact.state)
    return {
        "id": str(fact.id),
        "ticket_type": fact.ticket_type_name,
        "event": fact.happening_name,
        "order_number": fact.order_number,
        "price": str(fact.price),
        "state": state,
        "tone": tone.value,
    }


def _sales(tickets: Sequence[TicketFact]) -> Iterator[TimelineEntry]:
    for each in tickets:
        what = f"{each.ticket_type_name} · {each.order_number}"
        via = _("seen by {way}").format(way=each.via)
        number = str(each.id)
        if each.sold_at is None:
            title = _("Registered, not paid yet")
            yield TimelineEntry(each.first_seen_at, "registered", title, what, ticket=number)
        else:
            detail = f"{what} · {each.price} · {via}"
            title, tone = _("Bought"), Tone.GOOD
            yield TimelineEntry(each.sold_at, "bought", title, detail, tone, ticket=number)
        if each.refunded_at is not None:
            title, tone = _("Refunded"), Tone.WARN
            yield TimelineEntry(each.refunded_at, "refunded", title, what, tone, ticket=number)
        elif each.cancelled_at is not None:
            title, tone = _("Cancelled"), Tone.WARN
            yield TimelineEntry(each.cancelled_at, "cancelled", title, what, tone, ticket=number)


def _warehouse(org: int, tickets: Sequence[TicketFact], now: datetime) -> Iterator[TimelineEntry]:
    status, waiting = warehouse.status(org, now=now), pending_tickets(org)
    for each in tickets:
        if each.id in waiting or status.last_loaded_at is None:
            continue
        # The warehouse remembers its batches, not each ticket: this is the latest it can have been.
        at = max(status.last_loaded_at, each.first_seen_at)
        detail = _("in the warehouse by this time at the latest, under keyed hashes only")
        title = _("Pseudonymised")
        yield TimelineEntry(at, "pseudonymised", title, detail, Tone.GOOD, ticket=str(each.id))


def _journey(history: Sequence[HistoryEntry]) -> Iterator[TimelineEntry]:
    for each in history:
        if each.kind not in _JOURNEY:
            continue  # what went well shows as grants and messages
        title, tone = _JOURNEY[each.kind]
        if each.actor.startswith("public:"):
            title = N_("Sent once more: the buyer asked")
        elif each.actor == journeys.LATE_ACTOR:
            title = N_("Sent once more: access came after the invitation")
        reason = _REASONS.get(each.reason)
        detail = (
            f"{each.journey} · {each.node}: {_(reason) if reason else words.reason(each.reason)}"
        )
        yield TimelineEntry(each.at, each.kind, _(title), detail.strip(" :"), tone)


def _grant(event: GrantEventFact) -> TimelineEntry:
    title, tone = _GRANT.get(event.kind, (f"{event.kind}: {{resource}}", Tone.PLAIN))
    text = _(title).format(resource=event.resource)
    return TimelineEntry(event.at, event.kind, text, event.words, tone)


def _messages(org: int, facts: Sequence[MessageFact]) -> Iterator[TimelineEntry]:
    for fact in facts:
        token = letters.token(fact.id)
        for each in letters.story(org, fact):
            step, title = _called(fact, each)
            yield TimelineEntry(each.at, step, title, each.detail, each.tone, message=token)


def _called(fact: MessageFact, entry: TimelineEntry) -> tuple[str, str]:
    """An invitation is what everybody waits for and has words of its own."""
    if not fact.key.startswith(INVITATIONS):
        return entry.step, f"{letters.name(fact)}: {entry.title}"
    special = {"accepted": _("Invited"), "decided": _("Invitation decided")}
    step = "invited" if entry.step == "accepted" else entry.step
    return step, special.get(entry.step, entry.title)


def _accesses(org: int, contact: int, tickets: Sequence[TicketFact]) -> Iterator[TimelineEntry]:
    given = {
        grant.id: grant
        for conference in {each.conference for each in tickets}
        for grant in access.grants_of(org, [contact], conference).get(contact, [])
    }
    for grant, touches in tracking.accesses_of(org, list(given)).items():
        for each in touches:
            title = _("Access link used: {resource}").format(resource=given[grant].title)
            yield TimelineEntry(each.at, "access", title, "", Tone.GOOD)


def _after(entry: TimelineEntry, sold: datetime | None) -> TimelineEntry:
    if sold is None or entry.at < sold or entry.step == "bought":
        return entry
    return TimelineEntry(
        entry.at,
        entry.step,
        entry.title,
        entry.detail,
        entry.tone,
        (entry.at - sold).total_seconds(),
        entry.ticket,
        entry.message,
    )
