"""Mailgun's webhooks in the one vocabulary of receipts, read with django-anymail's parser. Pure."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from anymail.webhooks.mailgun import MailgunTrackingWebhookView

from postlude.channels.anymail_events import (
    UnreadableEvent,
    inner,
    report,
    says_no_such_mailbox,
)
from postlude.channels.types import Report

__all__ = ("UnreadableEvent", "read")

_SUPPRESS_REASONS = {"suppress-bounce": "hard_bounce", "suppress-complaint": "complaint"}


@dataclass(frozen=True, slots=True)
class _Parts:
    event: AnymailTrackingEvent
    data: dict[str, Any]


def read(raw: bytes) -> Report:
    """Return what a webhook says; raise UnreadableEvent."""
    parts = _parse(raw)
    event, data = parts.event, parts.data
    return report(
        event,
        at=_at(event),
        event_id=str(event.event_id or ""),
        suppress=_suppress(event, data),
        unsubscribed=_unsubscribed(event, data),
        by_bot=bool(inner(data.get("client-info")).get("bot")),
        ip=str(data.get("ip") or ""),
    )


def _parse(raw: bytes) -> _Parts:
    try:
        body = json.loads(raw)
        data = body["event-data"]
        reader = MailgunTrackingWebhookView(webhook_signing_key="checked before")
        return _Parts(reader.esp_to_anymail_event(body), inner(data))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise UnreadableEvent(type(error).__name__) from None


def _at(event: AnymailTrackingEvent) -> datetime:
    if event.timestamp is None:
        raise UnreadableEvent("no timestamp")
    at: datetime = event.timestamp
    return at


def _suppress(event: AnymailTrackingEvent, data: dict[str, Any]) -> str:
    """Return why nobody may write to this address again: only what says that it does not exist."""
    if event.event_type == EventType.COMPLAINED:
        return "complaint"
    if event.event_type != EventType.BOUNCED:
        return ""
    said = _SUPPRESS_REASONS.get(str(data.get("reason") or ""))
    if said:
        return said
    if event.reject_reason == RejectReason.BOUNCED:
        return "hard_bounce"
    status = inner(data.get("delivery-status"))
    words = f"{status.get('enhanced-code') or ''} {status.get('message') or ''}"
    return "hard_bounce" if says_no_such_mailbox(words) else ""


def _unsubscribed(event: AnymailTrackingEvent, data: dict[str, Any]) -> bool:
    by_hand = event.event_type == EventType.UNSUBSCRIBED
    return by_hand or str(data.get("reason") or "") == "suppress-unsubscribe"
