"""Making the text of a message at the last moment, for a whole window at once."""

import logging
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import minijinja

from postlude.kernel import clock, tokens
from postlude.kernel.errors import AppError
from postlude.messages import addresses as places
from postlude.messages import (
    attachments,
    compiling,
    engine,
    headers,
    pricing,
    providers,
    segments,
    senders,
    shown,
    traits,
)
from postlude.messages.texts import Text, text_of
from postlude.messages.types import (
    Attachment,
    ChannelTraits,
    Klass,
    Leased,
    Outcome,
    OutcomeKind,
    Rendered,
    SenderConfig,
)
from postlude.orgs import api as orgs
from postlude.orgs.types import Fees
from postlude.people import api as people

_log = logging.getLogger(__name__)
_NUMBER = re.compile(r"\d+")
TOKEN = "message"  # noqa: S105 - the purpose of a token, not one
_OURS: Mapping[str, Callable[[str], str]] = {
    compiling.UNSUBSCRIBE: places.unsubscribe,
    compiling.LINK: places.link_prefix,
    compiling.PIXEL: places.pixel,
}
_ALL_OURS = frozenset({*_OURS, compiling.TRAP, compiling.VIEW})
VIEW_TOKEN = "message-view"  # noqa: S105 - a link that is passed on must not open the whole mail
_ID_TOKEN = "message-id"  # noqa: S105 - Message-ID is seen by others and opens nothing


@dataclass(frozen=True, slots=True)
class _Recipient:
    address: int
    value: str
    name: str


@dataclass(frozen=True, slots=True)
class _Batch:
    """What a window shares: one query each, however many messages."""

    recipients: Mapping[int, _Recipient]
    values: Mapping[str, Mapping[int, Any]]
    account: SenderConfig
    files: Mapping[int, tuple[Attachment, ...]]
    devices: Mapping[int, tuple[str, ...]]
    traits: ChannelTraits
    fees: Fees
    trap: bool


def render(leased: Sequence[Leased], *, now: datetime) -> tuple[list[Rendered], list[Outcome]]:
    """Return what is ready for the wire, and a failure for each message that cannot be made."""
    ready: list[Rendered] = []
    failures: list[Outcome] = []
    groups: dict[tuple[int, int], list[Leased]] = defaultdict(list)
    for it in leased:
        groups[it.org, it.sender].append(it)
    for (org, sender), group in groups.items():
        batch = _batch(org, sender, group)
        for it in group:
            try:
                ready.append(_one(it, batch))
            except minijinja.TemplateError as error:
                line, words = engine.problem(error)
                failures.append(_failed(it, f"template, line {line}: {words}"))
            except AppError as error:
                failures.append(_failed(it, error.text()))
    shown.keep(leased, ready, now=now)
    return ready, failures


def trial(it: Leased) -> Rendered:
    """Return a message as it would go out now; raises what rendering it raises."""
    return _one(it, _batch(it.org, it.sender, [it]))


def for_browser(it: Leased, picture: str) -> tuple[str, str]:
    """Return the HTML and the text of a message as a page shows them, with the same links.

    In place of the picture that counts opens there is `picture`, and no link that nobody sees.
    Raises what rendering it raises.
    """
    text = text_of(it.org, it.template_version, it.locale)
    own = {compiling.PIXEL: minijinja.safe(picture), compiling.TRAP: ""}
    values = {**values_for(it.org, [it], text.names)[0], **own}
    return _part(text, "body.html", values), _part(text, "text.txt", values)


def values_for(org: int, leased: Sequence[Leased], names: frozenset[str]) -> list[dict[str, Any]]:
    """Return what templates may name, for each message in order."""
    by_name = providers.values(org, leased, names)
    return [_named(it, by_name, _ALL_OURS, tokens.seal(TOKEN, it.message)) for it in leased]


def _named(
    it: Leased,
    by_name: Mapping[str, Mapping[int, Any]],
    used: Collection[str],
    token: str,
    *,
    trap: bool = False,
) -> dict[str, Any]:
    """Return what a template names; `used` are the names that it has."""
    live = {name: values.get(it.message, {}) for name, values in by_name.items()}
    ours = {name: minijinja.safe(_OURS[name](token)) for name in _OURS if name in used}
    if compiling.TRAP in used:
        ours[compiling.TRAP] = minijinja.safe(places.trap(token)) if trap else ""
    if compiling.VIEW in used:
        seen = places.view(tokens.seal(VIEW_TOKEN, it.message))
        ours[compiling.VIEW] = minijinja.safe(seen)
    return {**live, "context": it.context, "locale": it.locale, **ours}


def _batch(org: int, sender: int, group: Sequence[Leased]) -> _Batch:
    contacts = sorted({it.contact for it in group})
    its = traits.of(group[0].channel)
    names = people.names(org, contacts)
    recipients = {
        contact: _Recipient(place.id, place.value, headers.one_line(names.get(contact) or ""))
        for contact, place in people.addresses(org, contacts, its.address_kind).items()
    }
    used: frozenset[str] = frozenset()
    for it in group:
        used |= text_of(org, it.template_version, it.locale).names
    values = providers.values(org, group, used)
    files = attachments.of(org, group)
    devices = _devices(org, group)
    account = senders.by_id(sender)
    trap = its.has_html and _is_trapped(org)
    return _Batch(recipients, values, account, files, devices, its, orgs.fees(org), trap)


def _is_trapped(org: int) -> bool:
    """Say whether mails carry a link that no person sees, from this day on."""
    rules = orgs.measuring(org)
    if not any(each.trap for each in rules):
        return False
    return orgs.measuring_of_day(rules, orgs.local_day(org, clock.now())).trap


def _devices(org: int, group: Sequence[Leased]) -> dict[int, tuple[str, ...]]:
    its = traits.of(group[0].channel)
    if not its.all_devices:
        return {}
    found = people.all_addresses(org, sorted({it.contact for it in group}), its.address_kind)
    return {who: tuple(each.value for each in places) for who, places in found.items()}


def _one(it: Leased, batch: _Batch) -> Rendered:
    recipient = batch.recipients.get(it.contact)
    if recipient is None:
        raise AppError("The contact has no address for this channel.")
    text = text_of(it.org, it.template_version, it.locale)
    token = tokens.seal(TOKEN, it.message)
    values = _named(it, batch.values, text.names, token, trap=batch.trap)
    html = _part(text, "body.html", values) if batch.traits.has_html else ""
    plain = _part(text, "text.txt", values)
    check_links(text, values, token, html + plain)
    counted = batch.traits.counts_segments
    size = segments.count(plain).count if counted else 0
    names = (it.channel, batch.traits.medium)
    return Rendered(
        message=it.message,
        org=it.org,
        contact=it.contact,
        key=f"{it.message}",
        token=token,
        to_address=headers.safe("To", recipient.value),
        to_name=headers.safe("To", recipient.name),
        subject=headers.safe("Subject", _part(text, "subject.txt", values)) if text.titled else "",
        html=html,
        text=plain,
        headers=_headers(it, token, batch.account) if batch.traits.has_html else (),
        metadata={"outbox_id": str(it.message)},
        address=recipient.address,
        attempts=it.attempts,
        attachments=batch.files.get(it.message, ()),
        devices=batch.devices.get(it.contact, ()),
        segments=size,
        cost=pricing.cost(batch.fees, names, size if counted else 1),
    )


def check_links(text: Text, values: Mapping[str, Any], token: str, body: str) -> None:
    """A link that would lead nowhere stops the message here, not the person at the click."""
    if not text.live_links:
        return
    after = body.split(places.link_prefix(token))[1:]
    used = {int(number[0]) for piece in after if (number := _NUMBER.match(piece))}
    for n in sorted(used & text.live_links):
        if not places.is_web(link_target(text, n, values)):
            raise AppError("Link {n} of the message leads nowhere.", n=n)


def link_target(text: Text, n: int, values: Mapping[str, Any]) -> str:
    return _part(text, f"{n}.txt", values).strip()


def _part(text: Text, name: str, values: Mapping[str, Any]) -> str:
    return engine.render(text.environment, name, values)


def _headers(it: Leased, token: str, account: SenderConfig) -> tuple[tuple[str, str], ...]:
    own = tokens.seal(_ID_TOKEN, it.message)
    made = [("Message-ID", headers.message_id(own, account.from_address))]
    if it.klass is Klass.MARKETING:
        made += headers.one_click(places.unsubscribe(token))
    return tuple((name, headers.safe(name, value)) for name, value in made)


def _failed(it: Leased, words: str) -> Outcome:
    _log.warning("a message cannot be rendered", extra={"message_id": it.message})
    return Outcome(it.message, OutcomeKind.FAILED, words=words)
