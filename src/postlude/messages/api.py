"""What other rooms may ask of messages.

Promises: a key is written once; what may not go does not go; `sending` is committed before the
wire; what nobody answered for is `unknown`, at most one window per crash, and never repeated on a
channel that does not honour keys; a restored backup sends nothing without an operator's yes.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from postlude.kernel import clock, ids, store
from postlude.messages import (
    attachments,
    dispatch_members,
    dispatching,
    enqueue,
    epoch,
    facts,
    leasing,
    pieces,
    previewing,
    providers,
    publishing,
    receipts,
    rendering,
    settle,
    shown,
    testing,
    traits,
    vetoes,
    wire,
)
from postlude.messages import (
    senders as accounts,
)
from postlude.messages.enqueue import enqueue_many
from postlude.messages.facts import attempts_of, by_keys, by_provider_ids, state_of
from postlude.messages.foresight import blocked_ahead
from postlude.messages.links import message_of_token, resolve_link, token_of, unsubscribe
from postlude.messages.receipts import record_receipts, resolve_unknown
from postlude.messages.recovery import recover
from postlude.messages.screening import blocked_many, screen
from postlude.messages.types import (
    Delays,
    DispatchFact,
    DispatchState,
    Enqueued,
    EpochStatus,
    Filled,
    Klass,
    Lane,
    Leased,
    LocaleText,
    MessageFact,
    NewDispatch,
    NewMessage,
    Outcome,
    Piecewise,
    Preview,
    Provider,
    Rendered,
    SenderConfig,
    SenderStatus,
    Settled,
    State,
    TemplateRef,
)

__all__ = (
    "attempts_of",
    "blocked_ahead",
    "blocked_many",
    "by_keys",
    "by_provider_ids",
    "cancel_many",
    "cancel_old_epoch",
    "check_epoch",
    "check_template",
    "delays",
    "enqueue_many",
    "ensure_sender",
    "epoch_status",
    "give_back",
    "lease",
    "mark_sending",
    "message_of_token",
    "of_contact",
    "preview",
    "preview_text",
    "publish_template",
    "purge",
    "record_receipts",
    "recover",
    "register_attachment",
    "register_channel_traits",
    "register_provider",
    "register_veto",
    "release_old_epoch",
    "render",
    "renew_sending",
    "resolve_link",
    "resolve_unknown",
    "resume_sender",
    "screen",
    "send_test",
    "sender",
    "sender_by_id",
    "senders",
    "senders_due",
    "settle_many",
    "state_of",
    "template",
    "templates",
    "token_of",
    "traits_of",
    "unknown_messages",
    "unsubscribe",
    "waiting",
)

register_channel_traits = traits.register
traits_of = traits.of
register_attachment = attachments.register
register_veto = vetoes.register


def register_provider(name: str, fn: Provider, *, sample: Any) -> None:
    """Let `fn(org, leased) -> {message: value}` fill `{{ name }}` in templates.

    `sample` is what previews show and what placeholders are checked against: a dict (the key "*"
    stands for any key), a list, or a plain value.
    """
    providers.register(name, fn, sample)


# -- senders and templates ------------------------------------------------------------------------


def ensure_sender(  # noqa: PLR0913 - a vendor account has this many sides
    org: int,
    slug: str,
    channel: str,
    *,
    settings: Mapping[str, Any],
    rate: float,
    burst: int | None = None,
    window: int = 32,
    from_address: str = "",
    from_name: str = "",
    reply_to: str = "",
    quota: int | None = None,
    urgent_share: float = 0.15,
) -> int:
    """Create or change a sender and return its id. `quota` is messages a calendar month."""
    values = {
        "settings": dict(settings),
        "rate": rate,
        "burst": burst,
        "window": window,
        "from_address": from_address,
        "from_name": from_name,
        "reply_to": reply_to,
        "quota": quota,
        "urgent_share": urgent_share,
    }
    return accounts.ensure(org, slug, channel, values)


def sender(org: int, slug: str) -> SenderConfig:
    """Return a sender; raise UnknownSender."""
    return accounts.by_slug(org, slug)


def sender_by_id(number: int) -> SenderConfig:
    return accounts.by_id(number)


def senders(org: int, *, now: datetime | None = None) -> list[SenderStatus]:
    """Return each sender with its rest, health, quota and queue."""
    return accounts.status(org, now or clock.now())


def resume_sender(org: int, number: int, *, now: datetime) -> None:  # noqa: ARG001 - one shape
    """End a sender's rest and close its breaker, by an operator's hand."""
    accounts.resume(org, number)


def publish_template(  # noqa: PLR0913 - a template is what it is made of
    org: int,
    slug: str,
    kind: str,
    texts: Sequence[LocaleText],
    *,
    now: datetime,
    context_sample: Mapping[str, Any] | None = None,
) -> int:
    """Publish a version and return its id; the same content again is the same version.

    Raises BadTemplate with locale, part, line and a hint. `context_sample` says which
    `{{ context.… }}` names the messages will carry.
    """
    return publishing.publish(org, slug, kind, texts, context=context_sample or {}, now=now)


def check_template(text: LocaleText, context_sample: Mapping[str, Any] | None = None) -> None:
    """Raise what publishing would raise; write nothing."""
    publishing.check(text, context_sample or {})


def template(org: int, slug: str) -> TemplateRef:
    """Return the newest version; raise UnknownTemplate."""
    return publishing.ref(org, slug)


def templates(org: int) -> list[TemplateRef]:
    """Return the newest version of every template, by name."""
    return publishing.refs(org)


def preview(
    org: int, version: int, locale: str, *, values: Mapping[str, Any] | None = None
) -> Preview:
    """Render a published text with sample values; `values` replaces samples by name.

    Of a text message it says how long it is, with links as long as real ones, and what it costs.
    """
    return previewing.preview(org, version, locale, values)


preview_text = publishing.preview_text


def send_test(  # noqa: PLR0913 - it is a whole message
    org: int,
    version: int,
    *,
    sender: int,
    contact: int,
    locale: str,
    now: datetime,
    context: Mapping[str, Any] | None = None,
) -> Enqueued:
    """Send one real message to a contact (yourself) that no report or cap ever counts.

    What came of it tells segments and cost, where it can be rendered.
    """
    message = NewMessage(
        key=f"test:{ids.new_id()}",
        klass=Klass.TRANSACTIONAL,
        sender=sender,
        contact=contact,
        template_version=version,
        locale=locale,
        context=context or {},
        lane=Lane.URGENT,
        testing=True,
    )
    with store.write():
        (queued,) = enqueue_many(org, [message], now=now)
        return testing.measured(queued)


# -- deciding and asking --------------------------------------------------------------------------


def cancel_many(
    org: int,
    *,
    messages: Collection[int] = (),
    keys: Collection[str] = (),
    reason: str = "",
    now: datetime,
) -> list[int]:
    """Cancel what is not yet on the wire; return the ids really cancelled."""
    return enqueue.cancel_many(org, messages=messages, keys=keys, reason=reason, now=now)


def of_contact(org: int, contact: int, *, limit: int = 200) -> list[MessageFact]:
    """Return a contact's messages, newest first."""
    return facts.of_contact(org, contact, limit)


def waiting() -> int:
    """Return how many messages of all organisations are not settled yet."""
    return facts.waiting()


def delays(org: int, *, since: datetime, now: datetime, klass: str | None = None) -> Delays:
    """Say how long messages took from decision to acceptance, and what waits."""
    return facts.delays(org, since=since, now=now, klass=klass)


# -- delivering -----------------------------------------------------------------------------------


def senders_due(
    now: datetime,
    *,
    channels: Collection[str] | None = None,
    lanes: Collection[int] | None = None,
) -> list[SenderConfig]:
    """Return senders with something to send that may send; none while the epoch is held."""
    return accounts.due(now, channels=channels, lanes=lanes)


def lease(
    number: int,
    *,
    owner: str,
    limit: int,
    now: datetime,
    lanes: Collection[int] = (0, 1, 2),
) -> list[Leased]:
    """Lease one window of a sender, urgent first, within its rate, rest, breaker and quota."""
    return leasing.lease(number, owner=owner, limit=limit, now=now, lanes=lanes)


render = rendering.render


def mark_sending(
    rendered: Sequence[Rendered],
    *,
    owner: str,
    now: datetime,  # noqa: ARG001 - one shape; leases and the tick do not look at business time
) -> list[Rendered]:
    """Commit `sending` and stamp it; only what is returned may go to the wire."""
    return wire.mark_sending(rendered, owner=owner)


def renew_sending(messages: Sequence[int], *, owner: str) -> int:
    """Keep the lease of messages that are still on the wire; return how many are still ours."""
    return wire.renew(messages, owner=owner)


def settle_many(
    number: int, outcomes: Sequence[Outcome], *, owner: str = "", now: datetime
) -> Settled:
    """Write a window's answers in one commit and publish "message.settled"."""
    return settle.settle_many(number, outcomes, owner=owner, now=now)


def give_back(messages: Sequence[int], *, owner: str) -> int:
    """Return leased rows to the queue; nothing of them left."""
    return leasing.give_back(messages, owner=owner)


def unknown_messages(number: int, *, older_than: datetime, limit: int = 100) -> list[MessageFact]:
    """Return a sender's parked messages, oldest first."""
    account = accounts.by_id(number)
    parked = receipts.unknown_messages(number, older_than=older_than, limit=limit)
    found = facts.state_of(account.org, parked)
    return [found[message] for message in parked if message in found]


# -- many as one ----------------------------------------------------------------------------------


def start_dispatch(org: int, new: NewDispatch, *, now: datetime) -> DispatchFact:
    """Open a dispatch, or return the one that has this key."""
    return dispatching.start(org, new, now=now)


def add_to_dispatch(it: DispatchFact, contacts: Sequence[int], *, now: datetime) -> int:
    """Write a message for each contact, once; a repetition changes nothing."""
    return dispatch_members.add(it.org, it, contacts, now=now)


def freeze_dispatch(it: DispatchFact, *, step: str) -> DispatchFact:
    """Say that its members are all written down, so that it goes on its way from `step`."""
    dispatching.freeze(it.org, it.id, count=dispatch_members.count(it.id), step=step)
    return dispatching.by_key(it.org, it.key)


def dispatch(org: int, key: str) -> DispatchFact:
    """Return a dispatch; raise UnknownDispatch."""
    return dispatching.by_key(org, key)


def dispatches(org: int, *, limit: int = 50) -> list[DispatchFact]:
    """Return the newest dispatches."""
    return dispatching.newest(org, limit=limit)


def dispatch_counts(it: DispatchFact) -> dict[str, int]:
    """Return how many of its messages are in which state."""
    return dispatch_members.by_state(it.id)


def take_dispatch(senders: Collection[int], *, owner: str, now: datetime) -> DispatchFact | None:
    """Claim one dispatch of these senders that is due; None while the epoch is held."""
    return dispatching.take_one(senders, owner=owner, now=now)


note_dispatch = dispatching.note
with_vendor = dispatching.changed_vendor
let_go_of_dispatch = dispatching.let_go
lists_today = dispatching.listed_today
take_members = dispatch_members.take
screen_members = dispatch_members.screen
members_going = dispatch_members.going
contacts_going = dispatch_members.contacts_going
mark_dispatch_sending = dispatch_members.mark_sending
unmark_dispatch_sending = dispatch_members.unmark


def fill_pieces(leased: Sequence[Leased]) -> tuple[list[Filled], list[Outcome]]:
    """Return each member's pieces, and a failure for each whose pieces cannot be made."""
    return pieces.fill(leased)


def in_pieces(org: int, version: int, locale: str) -> Piecewise:
    """Return a text in pieces; raise NotSplittable."""
    return pieces.apart(org, version, locale)


def dispatch_messages(it: DispatchFact, contacts: Sequence[int]) -> dict[int, int]:
    """Return the messages of these contacts in a dispatch."""
    return dispatch_members.by_contact(it.id, contacts)


def fail_members(it: DispatchFact, failures: Sequence[Outcome], *, now: datetime) -> None:
    """Settle members whose text cannot be made."""
    owner = dispatch_members.owner_of(it.id)
    settle.settle_many(it.sender, failures, owner=owner, now=now)


def finish_dispatch(
    it: DispatchFact, state: DispatchState, outcome: Outcome, *, reason: str = "", now: datetime
) -> None:
    """Settle its messages (`outcome` for those on the wire), and say that it is over.

    Raises DispatchLost, before anything is settled, when somebody else works on it by now.
    """
    it = dispatching.note(it)
    dispatch_members.settle_all(it, outcome, now=now)
    rest = State.CANCELLED if state is DispatchState.SENT else State.FAILED
    words = reason or "the announcement left without this message"
    dispatch_members.end_rest(it, rest, reason=words, now=now)
    dispatching.finish(it, state, reason=reason, now=now)


def cancel_dispatch(org: int, key: str, *, actor: str, now: datetime) -> DispatchFact:
    """Stop a dispatch that the vendor cannot have sent yet; raise NotAllowed afterwards."""
    return dispatching.cancel(org, key, actor=actor, now=now)


def report_cursor(number: int) -> dict[str, Any]:
    """Return how far the vendor's reports of a sender have been read."""
    return accounts.report_cursor(number)


def keep_report_cursor(number: int, cursor: Mapping[str, Any]) -> None:
    accounts.keep_report_cursor(number, cursor)


def sent_to(
    org: int, sender: int, contact: int, *, before: datetime, provider_id: str = ""
) -> int | None:
    """Return the newest message of this sender that went to a contact before then, or None."""
    return facts.sent_to(org, sender, contact, before=before, provider_id=provider_id)


# -- operators ------------------------------------------------------------------------------------


def epoch_status() -> EpochStatus:
    """Say how the database stands to its stamp, changing nothing."""
    return epoch.status()


def check_epoch(now: datetime) -> EpochStatus:  # noqa: ARG001 - one shape
    """Compare with the stamp and hold all senders when behind; called at start."""
    epoch.held()
    return epoch.status()


def release_old_epoch(actor: str, *, now: datetime) -> int:
    """An operator's yes: everything that waits goes, old rows too; return how many were old."""
    return epoch.release(actor, now=now)


def cancel_old_epoch(actor: str, *, now: datetime) -> int:
    """An operator's no for what was queued before the restore; newer messages go."""
    return epoch.cancel_old(actor, now=now)


def shown_text(org: int, message: int, *, now: datetime) -> str | None:
    """Return what was shown on a channel that cannot be rendered again, while it is kept."""
    return shown.text(org, message, now=now)


def purge(now: datetime) -> int:
    """Delete expired shown texts; a housekeeping job."""
    return shown.purge(now)
