"""What a report of a vendor changes: the message, the address, the consent, the touches.

Every step may be repeated without harm, since a delivery that failed half-way comes again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from postlude.channels.anymail_esp import backends
from postlude.channels.anymail_esp import receipts as anymail_esp
from postlude.channels.klaviyo import receipts as klaviyo
from postlude.channels.klaviyo.events import contact_of
from postlude.channels.mailgun import receipts as mailgun
from postlude.channels.messenger import receipts as messenger
from postlude.channels.types import Report, Verdict
from postlude.kernel import boundaries, clock, pseudonyms, redact
from postlude.kernel.errors import BadAddress
from postlude.kernel.inbox import Delivery, NotYet, Unreadable
from postlude.messages import api as messages
from postlude.messages.types import MessageFact, Receipt, ReceiptKind, State
from postlude.people import api as people
from postlude.tracking import api as tracking
from postlude.tracking.types import Agent, Hit, Reason, TouchKind

# A window of mails is on the wire for seconds; a vendor that waits makes it a minute or two.
_WRITTEN_DOWN_IN = timedelta(minutes=10)
_CLOCKS_DIFFER = timedelta(minutes=1)


def handle_mailgun(deliveries: Sequence[Delivery]) -> None:
    """Take webhooks of one Mailgun sender from the inbox."""
    try:
        reports = [mailgun.read(delivery.raw) for delivery in deliveries]
    except mailgun.UnreadableEvent as error:
        raise Unreadable(str(error)) from None
    first = deliveries[0]
    take_many(first.org, first.headers.get("sender", ""), "mailgun", reports)


def handle_anymail(deliveries: Sequence[Delivery]) -> None:
    """Take webhooks of one sender at an ESP from the inbox.

    Raises NotYet for a mail that the ESP knows by its own id only, as long as it may be one whose
    acceptance is still being written down.
    """
    try:
        reports = [
            report
            for delivery in deliveries
            for report in anymail_esp.read(
                delivery.org, delivery.raw, delivery.headers, received_at=delivery.received_at
            )
        ]
    except anymail_esp.UnreadableEvent as error:
        raise Unreadable(str(error)) from None
    first = deliveries[0]
    facts = take_many(first.org, first.headers.get("sender", ""), "anymail", reports)
    if any(backends.can(each.headers.get("esp", ""), "metadata") for each in deliveries):
        return
    _wait_for(deliveries, facts)


def handle_messenger(deliveries: Sequence[Delivery]) -> None:
    """Take deliveries of one Messenger sender from the inbox; raises NotYet as `handle_anymail`."""
    try:
        reports = [report for delivery in deliveries for report in messenger.read(delivery.raw)]
    except messenger.UnreadableEvent as error:
        raise Unreadable(str(error)) from None
    first = deliveries[0]
    facts = take_many(first.org, first.headers.get("sender", ""), "messenger", reports)
    _wait_for(deliveries, facts)


def _wait_for(deliveries: Sequence[Delivery], facts: Sequence[MessageFact | None]) -> None:
    """A vendor that knows messages by its own ids may be faster than our writing them down."""
    early = any(each.received_at > clock.now() - _WRITTEN_DOWN_IN for each in deliveries)
    if early and None in facts:
        raise NotYet


def handle_klaviyo(deliveries: Sequence[Delivery]) -> None:
    """Take events of one Klaviyo sender from the inbox, however they came."""
    try:
        told = [klaviyo.read(delivery.raw) for delivery in deliveries]
    except klaviyo.UnreadableEvent as error:
        raise Unreadable(str(error)) from None
    org, slug = deliveries[0].org, deliveries[0].headers.get("sender", "")
    contacts = [_contact(org, each) for each in told]
    reports = [
        replace(each.report, message=_about(org, slug, each, contact))
        for each, contact in zip(told, contacts, strict=True)
    ]
    take_many(org, slug, "klaviyo", reports)
    for report, contact in zip(reports, contacts, strict=True):
        if report.unsubscribed and report.message is None and contact is not None:
            # By a mail that is not ours, yet it is the same person's no.
            now = clock.now()
            people.set_consent(org, contact, "email", granted=False, source="klaviyo", now=now)
            boundaries.crossing("channels.vendor_unsubscribed_elsewhere")


def _contact(org: int, told: klaviyo.Told) -> int | None:
    """Return who it was: by our own id, else by the address."""
    known = contact_of(told.external_id)
    if known is not None and people.addresses(org, [known], "email"):
        return known
    return people.find(org, told.report.recipient) if told.report.recipient else None


def _about(org: int, slug: str, told: klaviyo.Told, contact: int | None) -> int | None:
    """Return our message: that of the campaign, or the newest that a flow may have mailed."""
    sender = messages.sender(org, slug)
    if contact is None or told.by_flow != (sender.channel == "klaviyo"):
        return None
    if not told.by_flow and not told.vendor_message:
        return None
    before = told.report.at + _CLOCKS_DIFFER
    of_campaign = "" if told.by_flow else told.vendor_message
    return messages.sent_to(org, sender.id, contact, before=before, provider_id=of_campaign)


def take_many(
    org: int, sender_slug: str, provider: str, reports: Sequence[Report]
) -> list[MessageFact | None]:
    """Apply reports and return the message of each; one about a mail that is not ours changes
    nothing but suppressions.
    """
    touched = []
    facts = _record(org, sender_slug, reports)
    for report, fact in zip(reports, facts, strict=True):
        _suppress(org, report, fact)
        if fact is None:
            continue
        if report.unsubscribed:
            now = clock.now()
            people.set_consent(org, fact.contact, "email", granted=False, source=provider, now=now)
            boundaries.crossing("channels.vendor_unsubscribed")
        hit = None if fact.testing else _hit(org, provider, report, fact)
        touched += [] if hit is None else [hit]
    if touched:
        tracking.record_many(org, touched, now=clock.now())
    return facts


def _record(org: int, sender_slug: str, reports: Sequence[Report]) -> list[MessageFact | None]:
    """Record the receipts among them, and return the message of each report."""
    sender = messages.sender(org, sender_slug)
    there = messages.by_provider_ids(
        org, sender.id, [report.provider_id for report in reports if report.message is None]
    )
    whose = [report.message or there.get(report.provider_id) for report in reports]
    known = _facts(org, whose)
    told = [place for place, report in enumerate(reports) if report.receipt is not None]
    if told:
        receipts = [_receipt(org, sender.id, reports[place], known) for place in told]
        results = messages.record_receipts(org, receipts, now=clock.now())
        boundaries.crossing("channels.receipt_recorded")
        for place, result in zip(told, results, strict=True):
            whose[place] = result.message
        known |= _facts(org, [message for message in whose if message not in known])
    found = [known.get(message) if message is not None else None for message in whose]
    for report, fact in zip(reports, found, strict=True):
        _arrived(org, report, fact)
    return found


def _receipt(org: int, sender: int, report: Report, known: Mapping[int, MessageFact]) -> Receipt:
    fact = known.get(report.message) if report.message is not None else None
    return Receipt(
        kind=report.receipt or ReceiptKind.DELIVERED,
        at=report.at,
        message=fact.id if fact else None,
        sender=sender,
        provider_id=report.provider_id,
        words=_words(org, report, fact),
        event_id=report.event_id,
    )


def _words(org: int, report: Report, fact: MessageFact | None) -> str:
    """Return what was said without the person of whom it was said."""
    person = [report.recipient]
    if fact is not None and report.receipt != "delivered":
        person += people.names(org, [fact.contact]).values()
    return redact.without(report.words, person)


def _arrived(org: int, report: Report, fact: MessageFact | None) -> None:
    """An `unknown` that was opened has evidently been taken."""
    if fact is None or fact.state is not State.UNKNOWN or report.receipt is not None:
        return
    if report.touch is None and not report.unsubscribed:
        return
    seen = Verdict("accepted", "reported as opened", provider_id=report.provider_id)
    messages.resolve_unknown(org, fact.id, seen.of(fact.id), now=clock.now())
    boundaries.crossing("channels.unknown_was_opened")


def _facts(org: int, numbers: Sequence[int | None]) -> dict[int, MessageFact]:
    wanted = [number for number in numbers if number is not None]
    return messages.state_of(org, wanted) if wanted else {}


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


def _hit(org: int, provider: str, report: Report, fact: MessageFact) -> Hit | None:
    kind = TouchKind.UNSUBSCRIBE if report.unsubscribed else report.touch
    if kind is None or (kind == "click" and messages.is_no_click(report.url)):
        return None
    agent = tracking.look_at_name(report.agent)
    if report.by_bot:
        agent = Agent(agent.kind, agent.reasons | Reason.VENDOR_BOT)
    return Hit(
        kind=TouchKind(kind),
        message=fact.id,
        at=report.at,
        provider=provider,
        origin=tracking.origin_of(org, report.ip),
        agent=agent,
        event_id=report.event_id,
    )
