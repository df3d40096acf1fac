"""What other rooms may ask of messages.

Promises: a key is written once; what may not go does not go; `sending` is committed before the
wire; what nobody answered for is `unknown`, at most one window per crash, and never repeated on a
channel that does not honour keys; a restored backup sends nothing without an operator's yes.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from postlude.messages import (
    attachments,
    enqueue,
    epoch,
    facts,
    leasing,
    providers,
    receipts,
    rendering,
    settle,
    shown,
    traits,
    vetoes,
    wire,
)
from postlude.messages import (
    senders as accounts,
)
from postlude.messages.addresses import is_no_click
from postlude.messages.counted import COUNTED, place_of
from postlude.messages.enqueue import enqueue_many
from postlude.messages.facts import attempts_of, by_keys, by_provider_ids, state_of
from postlude.messages.foresight import blocked_ahead
from postlude.messages.links import (
    TRAP,
    link_count,
    message_of_token,
    owners_of,
    owners_of_tokens,
    resolve_link,
    resolve_links,
    token_of,
    unsubscribe,
)
from postlude.messages.receipts import record_receipts, resolve_unknown
from postlude.messages.recovery import recover
from postlude.messages.remembering import (
    PastAttempt,
    PastMessage,
    remember_attempts,
    remember_messages,
)
from postlude.messages.screening import blocked_many, screen
from postlude.messages.stationery import (
    check_fragment,
    check_template,
    choose_locale,
    ensure_sender,
    fill_fragments,
    preview,
    preview_text,
    publish_template,
    resume_sender,
    send_test,
    sender,
    sender_by_id,
    senders,
    template,
    template_versions,
    templates,
)
from postlude.messages.types import (
    Delays,
    EpochStatus,
    Leased,
    MessageFact,
    Outcome,
    Provider,
    Rendered,
    SenderConfig,
    Settled,
)
from postlude.messages.viewing import WebVersion, in_browser, view_token
from postlude.messages.weighing import Toll, queued_by_cycle, texts, toll
from postlude.messages.whole_lots import (
    add_to_dispatch,
    cancel_dispatch,
    contacts_going,
    dispatch,
    dispatch_counts,
    dispatch_messages,
    dispatches,
    fail_members,
    fill_pieces,
    finish_dispatch,
    freeze_dispatch,
    in_pieces,
    let_go_of_dispatch,
    lists_today,
    mark_dispatch_sending,
    members_going,
    note_dispatch,
    screen_members,
    start_dispatch,
    take_dispatch,
    take_members,
    unmark_dispatch_sending,
    with_vendor,
)

__all__ = (
    "COUNTED",
    "TRAP",
    "PastAttempt",
    "PastMessage",
    "Toll",
    "WebVersion",
    "add_to_dispatch",
    "attempts_of",
    "blocked_ahead",
    "blocked_many",
    "by_keys",
    "by_provider_ids",
    "cancel_dispatch",
    "cancel_many",
    "cancel_old_epoch",
    "check_epoch",
    "check_fragment",
    "check_template",
    "choose_locale",
    "contacts_going",
    "delays",
    "dispatch",
    "dispatch_counts",
    "dispatch_messages",
    "dispatches",
    "enqueue_many",
    "ensure_sender",
    "epoch_status",
    "fail_members",
    "fill_fragments",
    "fill_pieces",
    "finish_dispatch",
    "freeze_dispatch",
    "give_back",
    "in_browser",
    "in_pieces",
    "is_no_click",
    "keep_report_cursor",
    "lease",
    "let_go_of_dispatch",
    "link_count",
    "lists_today",
    "mark_dispatch_sending",
    "mark_sending",
    "members_going",
    "message_of_token",
    "note_dispatch",
    "of_contact",
    "owners_of",
    "owners_of_tokens",
    "place_of",
    "preview",
    "preview_text",
    "publish_template",
    "purge",
    "queued_by_cycle",
    "record_receipts",
    "recover",
    "register_attachment",
    "register_channel_traits",
    "register_provider",
    "register_veto",
    "release_old_epoch",
    "remember_attempts",
    "remember_messages",
    "render",
    "renew_sending",
    "report_cursor",
    "resolve_link",
    "resolve_links",
    "resolve_unknown",
    "resume_sender",
    "screen",
    "screen_members",
    "send_test",
    "sender",
    "sender_by_id",
    "senders",
    "senders_due",
    "sent_to",
    "settle_many",
    "start_dispatch",
    "state_of",
    "take_dispatch",
    "take_members",
    "template",
    "template_versions",
    "templates",
    "texts",
    "token_of",
    "toll",
    "traits_of",
    "unknown_messages",
    "unmark_dispatch_sending",
    "unsubscribe",
    "view_token",
    "waiting",
    "with_vendor",
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


def lease(  # noqa: PLR0913 - who takes how many of what
    number: int,
    *,
    owner: str,
    limit: int,
    now: datetime,
    lanes: Collection[int] = (0, 1, 2),
    windows: int = 1,
) -> list[Leased]:
    """Lease windows of a sender, urgent first, within its rate, rest, breaker and quota."""
    return leasing.lease(number, owner=owner, limit=limit, now=now, lanes=lanes, windows=windows)


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
