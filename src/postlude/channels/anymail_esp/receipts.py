"""The webhooks of an ESP in the one vocabulary of receipts, read with django-anymail's parsers."""

import json
from collections.abc import Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

from anymail.exceptions import AnymailError
from anymail.signals import AnymailTrackingEvent, EventType
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIRequest

from postlude.channels.anymail_esp import backends
from postlude.channels.anymail_esp.account import Trust
from postlude.channels.anymail_esp.esps import ESPS, Esp
from postlude.channels.anymail_events import (
    UnreadableEvent,
    inner,
    report,
    says_no_such_mailbox,
)
from postlude.channels.types import Report
from postlude.kernel import pseudonyms

__all__ = ("KEPT_HEADERS", "UnreadableEvent", "read")

# Without one its parser does not begin; the webhook was checked before it was kept.
_CHECKED = "checked before"
# What a parser needs besides the body; none of them is a secret.
KEPT_HEADERS = ("Content-Type", "svix-id")


def read(
    org: int, raw: bytes, headers: Mapping[str, str], *, received_at: datetime
) -> list[Report]:
    """Return what a webhook says; raise UnreadableEvent."""
    name = headers.get("esp", "")
    if name not in ESPS:
        raise UnreadableEvent("no such esp")
    esp = ESPS[name]
    return [_report(org, esp, event, received_at) for event in _parse(name, esp, raw, headers)]


def _parse(
    name: str, esp: Esp, raw: bytes, headers: Mapping[str, str]
) -> list[AnymailTrackingEvent]:
    needed = ((esp.signature, _CHECKED),) if esp.always_signed else (("webhook_secret", _CHECKED),)
    try:
        events = backends.webhook_view(Trust(name, needed)).parse_events(_request(raw, headers))
    except (AnymailError, ImproperlyConfigured) as error:  # such as a webhook for inbound mail
        raise UnreadableEvent(type(error).__name__) from None
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        AssertionError,
        ArithmeticError,
        OSError,
    ) as error:
        raise UnreadableEvent(type(error).__name__) from None
    return [event for event in events if isinstance(event, AnymailTrackingEvent)]


def _request(raw: bytes, headers: Mapping[str, str]) -> WSGIRequest:
    """Return the request as it came, for parsers that want one."""
    request = WSGIRequest(
        {
            "REQUEST_METHOD": "POST",
            "CONTENT_TYPE": headers.get("Content-Type", "application/json"),
            "CONTENT_LENGTH": str(len(raw)),
            "HTTP_SVIX_ID": headers.get("svix-id", ""),
            "SERVER_NAME": "kept",
            "SERVER_PORT": "80",
            "wsgi.input": BytesIO(raw),
        }
    )
    request._body = raw  # noqa: SLF001 - it was bounded when it came, by webhooks.MOST_BYTES
    return request


def _report(org: int, esp: Esp, event: AnymailTrackingEvent, received_at: datetime) -> Report:
    raw = inner(event.esp_event)
    return report(
        event,
        at=event.timestamp or received_at,
        event_id=str(event.event_id or "") or _number(org, raw),
        suppress=_suppress(esp, event, raw),
        unsubscribed=event.event_type == EventType.UNSUBSCRIBED,
        ip=str(raw.get("ip") or ""),
    )


def _suppress(esp: Esp, event: AnymailTrackingEvent, raw: dict[str, Any]) -> str:
    """Return why nobody may write to this address again: only what says that it does not exist."""
    if event.event_type == EventType.COMPLAINED:
        return "complaint"
    if event.event_type not in (EventType.BOUNCED, EventType.REJECTED):
        return ""
    path, values = esp.hard
    said = str(_at_path(raw, path)) in values
    words = f"{event.mta_response or ''} {event.description or ''}"
    return "hard_bounce" if said or says_no_such_mailbox(words) else ""


def _at_path(raw: dict[str, Any], path: str) -> object:
    value: object = raw
    for name in path.split("."):
        value = inner(value).get(name)
    return value


def _number(org: int, raw: dict[str, Any]) -> str:
    """Return a number for an event of an ESP that gives none: the same for the same words."""
    return pseudonyms.pseudonym(org, "webhook", json.dumps(raw, sort_keys=True, default=str))
