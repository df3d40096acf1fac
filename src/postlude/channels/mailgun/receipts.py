"""Mailgun's webhooks in the one vocabulary of receipts, read with django-anymail's parser. Pure."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from anymail.webhooks.mailgun import MailgunTrackingWebhookView

from postlude.channels.types import Report
from postlude.kernel.redact import cut

_RECEIPTS: dict[str, Literal["delivered", "bounced", "failed", "deferred", "complained"]] = {
    EventType.DELIVERED: "delivered",
    EventType.BOUNCED: "bounced",
    EventType.REJECTED: "failed",
    EventType.DEFERRED: "deferred",
    EventType.COMPLAINED: "complained",
}
_TOUCHES: dict[str, Literal["open", "click"]] = {
    EventType.OPENED: "open",
    EventType.CLICKED: "click",
}
_SUPPRESS_REASONS = {"suppress-bounce": "hard_bounce", "suppress-complaint": "complaint"}
_NO_SUCH_MAILBOX = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1")


class UnreadableEvent(ValueError):
    """This is no event of Mailgun's; it will never be one."""


@dataclass(frozen=True, slots=True)
class _Parts:
    event: AnymailTrackingEvent
    data: dict[str, Any]


def read(raw: bytes) -> Report:
    """Return what a webhook says; raise UnreadableEvent."""
    parts = _parse(raw)
    event, data = parts.event, parts.data
    return Report(
        event_id=str(event.event_id or ""),
        at=_at(event),
        message=_own_id(event),
        provider_id=str(event.message_id or ""),
        recipient=str(event.recipient or ""),
        receipt=_RECEIPTS.get(event.event_type),
        suppress=_suppress(event, data),
        unsubscribed=_unsubscribed(event, data),
        touch=_TOUCHES.get(event.event_type),
        agent=str(event.user_agent or ""),
        by_bot=bool(_dict(data.get("client-info")).get("bot")),
        ip=str(data.get("ip") or ""),
        words=cut(" ".join(str(w) for w in (event.mta_response, event.description) if w), 200),
    )


def _parse(raw: bytes) -> _Parts:
    try:
        body = json.loads(raw)
        data = body["event-data"]
        reader = MailgunTrackingWebhookView(webhook_signing_key="checked before")
        return _Parts(reader.esp_to_anymail_event(body), _dict(data))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise UnreadableEvent(type(error).__name__) from None


def _at(event: AnymailTrackingEvent) -> datetime:
    if event.timestamp is None:
        raise UnreadableEvent("no timestamp")
    at: datetime = event.timestamp
    return at


def _own_id(event: AnymailTrackingEvent) -> int | None:
    given = _dict(event.metadata).get("outbox_id")
    text = str(given or "")
    return int(text) if text.isdecimal() and len(text) <= 18 else None  # noqa: PLR2004


def _suppress(event: AnymailTrackingEvent, data: dict[str, Any]) -> str:
    """Return why nobody may write to this address again: only what says that it does not exist.

    A full mailbox, a blocked server and a mail given up after hours say nothing of the kind.
    """
    if event.event_type == EventType.COMPLAINED:
        return "complaint"
    if event.event_type != EventType.BOUNCED:
        return ""
    said = _SUPPRESS_REASONS.get(str(data.get("reason") or ""))
    if said:
        return said
    if event.reject_reason == RejectReason.BOUNCED:
        return "hard_bounce"
    status = _dict(data.get("delivery-status"))
    words = f"{status.get('enhanced-code') or ''} {status.get('message') or ''}"
    return "hard_bounce" if any(code in words.split() for code in _NO_SUCH_MAILBOX) else ""


def _unsubscribed(event: AnymailTrackingEvent, data: dict[str, Any]) -> bool:
    by_hand = event.event_type == EventType.UNSUBSCRIBED
    return by_hand or str(data.get("reason") or "") == "suppress-unsubscribe"


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
