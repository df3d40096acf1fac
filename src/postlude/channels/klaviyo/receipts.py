"""Klaviyo's events, polled or told by webhook, in the one vocabulary of receipts. Pure.

Klaviyo knows people and its own messages, never ours: which message of ours an event is about is
found afterwards, by the person and by the campaign.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from postlude.channels.types import Report
from postlude.kernel.redact import cut

Json = dict[str, Any]
# What a metric is called in an account, and in the topic of a webhook.
METRICS = {
    "Received Email": "delivered",
    "Opened Email": "opened",
    "Clicked Email": "clicked",
    "Bounced Email": "bounced",
    "Dropped Email": "dropped",
    "Marked Email as Spam": "complained",
    "Unsubscribed": "unsubscribed",
    "Unsubscribed from Email Marketing": "unsubscribed",
}
_TOPICS = {
    "received_email": "delivered",
    "email_delivered": "delivered",
    "opened_email": "opened",
    "clicked_email": "clicked",
    "bounced_email": "bounced",
    "dropped_email": "dropped",
    "marked_email_as_spam": "complained",
    "unsubscribed": "unsubscribed",
    "unsubscribed_from_email_marketing": "unsubscribed",
}
_RECEIPTS: dict[str, Literal["delivered", "bounced", "failed", "complained"]] = {
    "delivered": "delivered",
    "bounced": "bounced",
    "dropped": "failed",
    "complained": "complained",
}
_TOUCHES: dict[str, Literal["open", "click"]] = {"opened": "open", "clicked": "click"}


class UnreadableEvent(ValueError):
    """This is no event of Klaviyo's; it will never be one."""


@dataclass(frozen=True, slots=True)
class Told:
    """A report without the message it is about. `external_id` is ours, of the person."""

    report: Report
    external_id: str
    vendor_message: str
    by_flow: bool


def deliveries(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield id and content of each event of a webhook; raise UnreadableEvent."""
    try:
        rows = json.loads(raw)["data"]
        told = [(str(row["external_id"]), str(row["topic"]), row["payload"]) for row in rows]
    except (ValueError, KeyError, TypeError) as error:
        raise UnreadableEvent(type(error).__name__) from None
    for _, topic, payload in told:
        kind = _TOPICS.get(topic.rpartition(".")[2])
        if kind is None or not isinstance(payload, dict):
            continue
        event = payload.get("data", payload)
        included = payload.get("included") or []
        yield packed(kind, event, included[0] if included else {})


def packed(kind: str, event: Json, profile: Mapping[str, Any]) -> tuple[str, bytes]:
    """Return id and content of one event as the inbox keeps it, whichever way it came."""
    try:
        number = str(event["id"])
    except (KeyError, TypeError):
        raise UnreadableEvent("no id") from None
    held = (profile.get("attributes") or {}) if isinstance(profile, Mapping) else {}
    person = {name: held.get(name) for name in ("email", "external_id")}
    body = {"kind": kind, "event": event, "person": person}
    return number, json.dumps(body, ensure_ascii=False).encode()


def read(raw: bytes) -> Told:
    """Return what a kept event says; raise UnreadableEvent."""
    try:
        body = json.loads(raw)
        kind, event, person = str(body["kind"]), body["event"], body["person"] or {}
        attributes = event["attributes"]
        properties = attributes.get("event_properties") or attributes.get("properties") or {}
        at = _at(attributes)
        number = str(event["id"])
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise UnreadableEvent(type(error).__name__) from None
    hard = str(properties.get("Bounce Type") or "Hard").lower() == "hard"
    soft_bounce = kind == "bounced" and not hard
    report = Report(
        event_id=number,
        at=at,
        message=None,
        provider_id="",
        recipient=str(properties.get("Recipient Email Address") or person.get("email") or ""),
        receipt="deferred" if soft_bounce else _RECEIPTS.get(kind),
        suppress=_suppress(kind, hard=hard),
        unsubscribed=kind == "unsubscribed",
        touch=_TOUCHES.get(kind),
        url=str(properties.get("URL") or ""),
        agent=" ".join(str(properties.get(f"Client {n}") or "") for n in ("Name", "OS")).strip(),
        by_bot=bool(properties.get("Bot Click") or properties.get("Machine Open")),
        words=cut(str(properties.get("Bounce Reason") or ""), 200),
    )
    return Told(
        report=report,
        external_id=str(person.get("external_id") or ""),
        vendor_message=str(properties.get("$message") or ""),
        by_flow=bool(properties.get("$flow")),
    )


def _suppress(kind: str, *, hard: bool) -> str:
    if kind == "complained":
        return "complaint"
    return "hard_bounce" if kind == "bounced" and hard else ""


def _at(attributes: Json) -> datetime:
    stamp = attributes.get("timestamp")
    if isinstance(stamp, int | float):
        return datetime.fromtimestamp(stamp, UTC)
    at = datetime.fromisoformat(str(attributes["datetime"]))
    return at if at.tzinfo else at.replace(tzinfo=UTC)
