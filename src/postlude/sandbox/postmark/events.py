"""Webhook bodies of Postmark, one event each."""

from __future__ import annotations

from typing import Any, Literal

from postlude.sandbox.mail_service import Message
from postlude.sandbox.now import now

EventName = Literal[
    "Delivery", "Bounce", "SoftBounce", "Transient", "SpamComplaint", "Open", "Click",
    "SubscriptionChange",
]  # fmt: skip
_BOUNCES: dict[str, tuple[str, int, str]] = {
    "Bounce": ("HardBounce", 1, "smtp;550 5.1.1 The mailbox does not exist"),
    "SoftBounce": ("SoftBounce", 4096, "smtp;552 5.2.2 The mailbox is full"),
    "Transient": ("Transient", 2, "smtp;451 4.3.0 Try again later"),
    "SpamComplaint": ("SpamComplaint", 512, ""),
}


def make_event(name: str, message: Message, number: int) -> dict[str, Any]:
    """One event in Postmark's shape; only bounces and complaints have an id."""
    at = now().isoformat().replace("+00:00", "Z")
    event: dict[str, Any] = {
        "RecordType": name,
        "MessageID": message.id,
        "Metadata": dict(message.given.get("Metadata", {})),
        "Tag": message.given.get("Tag", ""),
        "MessageStream": message.given.get("MessageStream", "outbound"),
        "ServerID": 23,
    }
    if name in _BOUNCES:
        kind, code, details = _BOUNCES[name]
        event |= {
            "RecordType": "SpamComplaint" if name == "SpamComplaint" else "Bounce",
            "ID": 42_000 + number,
            "Type": kind,
            "TypeCode": code,
            "Email": message.recipient,
            "Details": details,
            "BouncedAt": at,
        }
    elif name == "Delivery":
        event |= {"DeliveredAt": at, "Recipient": message.recipient, "Details": "250 2.0.0 OK"}
    elif name == "SubscriptionChange":
        event |= {
            "ChangedAt": at,
            "Recipient": message.recipient,
            "SuppressSending": True,
            "SuppressionReason": "ManualSuppression",
        }
    else:
        event |= {
            "ReceivedAt": at,
            "Recipient": message.recipient,
            "UserAgent": "Mozilla/5.0 (sandbox reader)",
            "Geo": {"IP": "192.0.2.7", "CountryISOCode": "TW"},
        }
        event |= {"OriginalLink": "https://example.test/"} if name == "Click" else {}
    return event
