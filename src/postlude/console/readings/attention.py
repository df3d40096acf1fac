"""Everything that cannot go on by itself, and what a person can do about it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from postlude.access import api as access
from postlude.chatops import api as chatops
from postlude.console.readings import leaving, people_rows
from postlude.console.readings.board import Buyer, board
from postlude.console.stages import Stage
from postlude.console.types import Tone, Trouble
from postlude.kernel import clock, inbox, tokens, work
from postlude.messages import api as messages
from postlude.orders import api as orders
from postlude.orgs.types import OrgRef
from postlude.people import api as people

_MOST = 100
_UNANSWERED = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Group:
    """Troubles of one sort."""

    key: str
    title: str
    words: str
    troubles: tuple[Trouble, ...]
    count: int


def groups(org: OrgRef, *, now: datetime, look: leaving.Look | None = None) -> tuple[Group, ...]:
    """Return every sort of trouble there is now, the most urgent first.

    With `look`, the addresses to remove are clear to whoever may see them, and that is audited.
    """
    made = (_removals(org, now, look) if each is _removals else each(org, now) for each in _GROUPS)
    return tuple(each for each in made if each.count)


def summary(org: OrgRef, *, now: datetime) -> tuple[Trouble, ...]:
    """Return one line for each sort of trouble, the worst first."""
    page = reverse("console:attention", args=[org.slug])
    lines = [
        Trouble(
            group.key,
            f"{group.title} · {group.count}",
            group.words,
            Tone.BAD if any(each.tone is Tone.BAD for each in group.troubles) else Tone.WARN,
            group.count,
            href=f"{page}#{group.key}",
        )
        for group in groups(org, now=now)
    ]
    return tuple(sorted(lines, key=lambda each: each.tone is not Tone.BAD))


def count(org: OrgRef) -> int:
    """Return the number on the menu's badge."""
    now = clock.now()
    return sum(each.count for each in groups(org, now=now)) + messages.epoch_status().old_rows


def _group(key: str, title: str, words: str, found: Iterable[Trouble]) -> Group:
    everything = tuple(found)
    return Group(key, title, words, everything[:_MOST], len(everything))


def _alerts(org: OrgRef, _now: datetime) -> Group:
    found = [
        Trouble(each.kind, each.title, f"{each.words} {each.hint}", Tone.BAD, at=each.opened_at)
        for each in chatops.open_alerts(org.id)
    ]
    words = _("What the team has been told about, or will be in a moment.")
    return _group("alerts", _("Alerts"), words, found)


def _buyers(org: OrgRef) -> list[Buyer]:
    return [
        buyer
        for conference in orders.conferences(org.id)
        for buyer in board(org.id, conference.id).buyers.values()
    ]


def _failed(org: OrgRef, _now: datetime) -> Group:
    lost = [each for each in _buyers(org) if each.stage is Stage.FAILED]
    found = [
        Trouble(
            "invitation_failed",
            row.name or row.email or _("Unnamed buyer"),
            row.reason or _("Open the buyer to see why."),
            Tone.BAD,
            at=row.bought_at,
            href=row.href,
        )
        for row in people_rows.of(org, lost[:_MOST])
    ]
    words = _("These buyers are not invited. Mend the reason, then resend from the buyer's page.")
    return Group("failed", _("Failed for good"), words, tuple(found), len(lost))


def _unknown(org: OrgRef, _now: datetime) -> Group:
    parked = [each for each in _buyers(org) if each.stage is Stage.UNKNOWN]
    found = [
        Trouble(
            "unknown",
            row.name or row.email or _("Unnamed buyer"),
            _("The provider may have sent it. Ask the buyer, or resend from the buyer's page."),
            Tone.WARN,
            at=row.bought_at,
            href=row.href,
        )
        for row in people_rows.of(org, parked[:_MOST])
    ]
    words = _("The provider's answer was lost. Postlude never sends a second one by itself.")
    return Group("unknown", _("Unknown"), words, tuple(found), len(parked))


def _addresses(org: OrgRef, _now: datetime) -> Group:
    found = [
        Trouble(
            each.code,
            each.masked or _("no e-mail address"),
            f"{each.message} {each.hint}".strip(),
            Tone.WARN,
            at=each.since,
            href=_buyer_href(org, each.contact),
            subject=each.reference,
        )
        for each in people.address_warnings(org.id)
        if each.resolved_at is None
    ]
    words = _("The sale is safe; nobody can be written to until the address is corrected.")
    return _group("addresses", _("Addresses that cannot be used"), words, found)


def _conflicts(org: OrgRef, _now: datetime) -> Group:
    asked = people.conflicts(org.id)
    shown = people_rows.masked(org.id, {who for each in asked for who in (each.one, each.other)})
    found = [
        Trouble(
            "conflict",
            f"{people_rows.called(shown.get(each.one))} · "
            f"{people_rows.called(shown.get(each.other))}",
            _("Look at both, and say on the page of one whether they are one person."),
            Tone.WARN,
            at=each.since,
            href=_buyer_href(org, each.other),
            subject=each.kind,
        )
        for each in asked
    ]
    words = _("Nobody is merged without a person's word; the value stays with whom it was.")
    return _group("conflicts", _("Two who share a phone, an e-mail or a chat id"), words, found)


def _sales(org: OrgRef, _now: datetime) -> Group:
    found = [
        Trouble(
            each.code,
            each.words,
            each.hint,
            Tone.WARN,
            each.count,
            each.last_at,
            subject=each.subject,
        )
        for each in orders.warnings(org.id)
    ]
    words = _("Ticket types without a rule, events of an unknown kind, sales that look odd.")
    return _group("warnings", _("Warnings"), words, found)


def _removals(org: OrgRef, _now: datetime, look: leaving.Look | None = None) -> Group:
    removals = access.to_remove_by_hand(org.id)
    titles = leaving.titles(org.id, removals[:_MOST], look)
    found = [
        Trouble(
            "remove_by_hand",
            titles[each.id],
            _("No longer entitled. Take this person off the guest list at the provider."),
            Tone.WARN,
            at=each.since,
            href=_buyer_href(org, each.contact),
            subject=each.resource,
            token=leaving.token(each),
        )
        for each in removals[:_MOST]
    ]
    words = _("Gather has no safe way to remove a guest, so a person does it.")
    return Group("removals", _("To remove by hand"), words, tuple(found), len(removals))


def _access(org: OrgRef, _now: datetime) -> Group:
    found = [
        Trouble(
            "access_refused" if each.refused else "access_failing",
            each.title or each.resource,
            _("{words} Buyers affected: {n}.").format(words=each.words, n=each.grants),
            Tone.BAD if each.refused else Tone.WARN,
            at=each.since,
            subject=each.resource,
        )
        for each in access.failures(org.id)
    ]
    words = _("A provider does not let us work. Check the key and the space, then try again.")
    return _group("access", _("Access that cannot be given"), words, found)


def _by_hand(org: OrgRef, _now: datetime) -> Group:
    found = [
        Trouble(
            "by_hand",
            each.title,
            _("Open the list, let them in at the place itself, and press Done."),
            Tone.WARN,
            each.count,
            each.since,
            href=reverse("console:by-hand", args=[org.slug]),
            subject=each.resource,
        )
        for each in access.manual_queue(org.id, limit=0)
    ]
    words = _("A person lets them in, always or while a provider turns us away.")
    return _group("by_hand", _("To let in by hand"), words, found)


def _buyer_href(org: OrgRef, contact: int) -> str:
    return reverse("console:buyer", args=[org.slug, tokens.seal("contact", contact)])


def _senders(org: OrgRef, now: datetime) -> Group:
    found = [
        Trouble(
            "sender_paused",
            _("The sender {sender} is paused").format(sender=each.slug),
            each.pause_reason or _("It resumes by itself."),
            Tone.WARN,
            at=each.paused_until,
        )
        for each in messages.senders(org.id)
        if (each.paused_until is not None and each.paused_until > now) or each.breaker == "open"
    ]
    return _group("senders", _("Paused senders"), _("Messages wait; none is lost."), found)


def _work(org: OrgRef, _now: datetime) -> Group:
    found = [
        Trouble(
            "dead_work",
            f"{each.consumer} · {each.topic}",
            each.reason,
            Tone.BAD,
            at=each.created_at,
            subject=each.key,
        )
        for each in work.dead_rows(org.id)
    ]
    words = _("Tried again and again without success. Mend the reason, then try them again.")
    return _group("work", _("Work that was given up"), words, found)


def _deliveries(org: OrgRef, _now: datetime) -> Group:
    found = [
        Trouble(
            "dead_delivery",
            each.source,
            each.reason,
            Tone.WARN,
            at=each.received_at,
            subject=each.delivery_id,
        )
        for each in inbox.dead(org.id)
    ]
    words = _(
        "What came in could not be read. The content is kept for 30 days; polling catches up."
    )
    return _group("deliveries", _("Unreadable deliveries"), words, found)


def _untold(org: OrgRef, _now: datetime) -> Group:
    found = [
        Trouble("alert_undelivered", each.channel, each.words, Tone.BAD, at=each.due)
        for each in chatops.failed_deliveries(org.id)
    ]
    words = _("The team could not be told. Check the channel's webhook and the mailbox.")
    return _group("untold", _("Alerts that reached nobody"), words, found)


def _unanswered(org: OrgRef, now: datetime) -> Group:
    found = [
        Trouble("unanswered", f"/event {each.command}", each.words, Tone.WARN, at=each.created_at)
        for each in chatops.failed_answers(org.id, since=now - _UNANSWERED)
    ]
    words = _("Somebody asked on Discord and got no answer. Does a worker run? Ask again.")
    return _group("unanswered", _("Commands without an answer"), words, found)


_GROUPS: Sequence[Callable[[OrgRef, datetime], Group]] = (
    _alerts,
    _access,
    _by_hand,
    _failed,
    _unknown,
    _work,
    _untold,
    _unanswered,
    _senders,
    _removals,
    _addresses,
    _conflicts,
    _sales,
    _deliveries,
)
