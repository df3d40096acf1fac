"""What a report of a vendor changes: the message, the address, the consent, the touches.

Every step may be repeated without harm, since a delivery that failed half-way comes again.
"""

from postlude.channels.mailgun import receipts as mailgun
from postlude.channels.types import Report, Verdict
from postlude.kernel import boundaries, clock, pseudonyms, redact
from postlude.kernel.errors import BadAddress
from postlude.kernel.inbox import Delivery, Unreadable
from postlude.messages import api as messages
from postlude.messages.types import MessageFact, Receipt, State
from postlude.people import api as people
from postlude.tracking import api as tracking
from postlude.tracking.types import Agent, Hit, Reason, TouchKind


def handle_mailgun(delivery: Delivery) -> None:
    """Take one webhook of Mailgun from the inbox."""
    try:
        report = mailgun.read(delivery.raw)
    except mailgun.UnreadableEvent as error:
        raise Unreadable(str(error)) from None
    take(delivery.org, delivery.headers.get("sender", ""), "mailgun", report)


def take(org: int, sender_slug: str, provider: str, report: Report) -> None:
    """Apply a report; one about a mail that is not ours changes nothing but suppressions."""
    fact = _record(org, sender_slug, report)
    _suppress(org, report, fact)
    if fact is None:
        return
    if report.unsubscribed:
        now = clock.now()
        people.set_consent(org, fact.contact, "email", granted=False, source=provider, now=now)
        boundaries.crossing("channels.vendor_unsubscribed")
    if not fact.testing:
        _touch(org, provider, report, fact)


def _record(org: int, sender_slug: str, report: Report) -> MessageFact | None:
    sender = messages.sender(org, sender_slug)
    known = _fact(org, report.message)
    if report.receipt is None:
        _arrived(org, report, known)
        return known
    receipt = Receipt(
        kind=report.receipt,
        at=report.at,
        message=known.id if known else None,
        sender=sender.id,
        provider_id=report.provider_id,
        words=_words(org, report, known),
        event_id=report.event_id,
    )
    results = messages.record_receipts(org, [receipt], now=clock.now())
    boundaries.crossing("channels.receipt_recorded")
    return known or _fact(org, results[0].message)


def _words(org: int, report: Report, fact: MessageFact | None) -> str:
    """Return what was said without the person of whom it was said."""
    person = [report.recipient]
    if fact is not None and report.receipt != "delivered":
        person += people.names(org, [fact.contact]).values()
    return redact.without(report.words, person)


def _arrived(org: int, report: Report, fact: MessageFact | None) -> None:
    """An `unknown` that was opened has evidently been taken."""
    if fact is None or fact.state is not State.UNKNOWN:
        return
    if report.touch is None and not report.unsubscribed:
        return
    seen = Verdict("accepted", "reported as opened", provider_id=report.provider_id)
    messages.resolve_unknown(org, fact.id, seen.of(fact.id), now=clock.now())
    boundaries.crossing("channels.unknown_was_opened")


def _fact(org: int, message: int | None) -> MessageFact | None:
    return None if message is None else messages.state_of(org, [message]).get(message)


def _suppress(org: int, report: Report, fact: MessageFact | None) -> None:
    if not report.suppress or not report.recipient:
        return
    try:
        address = pseudonyms.normalise_email(report.recipient)
    except BadAddress:
        return
    message = fact.id if fact else None
    people.suppress(org, "email", address, report.suppress, now=clock.now(), message=message)
    boundaries.crossing("channels.address_suppressed")


def _touch(org: int, provider: str, report: Report, fact: MessageFact) -> None:
    kind = TouchKind.UNSUBSCRIBE if report.unsubscribed else report.touch
    if kind is None:
        return
    agent = tracking.look_at_name(report.agent)
    if report.by_bot:
        agent = Agent(agent.kind, agent.reasons | Reason.VENDOR_BOT)
    hit = Hit(
        kind=TouchKind(kind),
        message=fact.id,
        at=report.at,
        provider=provider,
        origin=tracking.origin_of(org, report.ip),
        agent=agent,
        event_id=report.event_id,
    )
    tracking.record_many(org, [hit], now=clock.now())
