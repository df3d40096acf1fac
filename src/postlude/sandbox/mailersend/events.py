"""Webhook bodies of MailerSend, one activity each; none of them repeats what the sender gave."""

from __future__ import annotations

from typing import Any

from postlude.sandbox.mail_service import Message
from postlude.sandbox.now import now

# What says more about an activity, where something does.
_MORPHS: dict[str, dict[str, Any] | None] = {
    "sent": None,
    "delivered": None,
    "soft_bounced": {"object": "recipient_bounce", "reason": "552 5.2.2 The mailbox is full"},
    "hard_bounced": {"object": "recipient_bounce", "reason": "550 5.1.1 No such mailbox"},
    "opened": {"object": "open", "ip": "192.0.2.7"},
    "clicked": {"object": "click", "ip": "192.0.2.7", "url": "https://example.test/"},
    "unsubscribed": {"object": "recipient_unsubscribe", "reason": "NO_LONGER_WANT"},
    "spam_complaint": {"object": "spam_complaint", "reason": None},
}
NAMES = frozenset(_MORPHS)


def make_event(name: str, message: Message, number: int) -> dict[str, Any]:
    """One activity in MailerSend's shape."""
    at = now().isoformat().replace("+00:00", "Z")
    return {
        "type": f"activity.{name}",
        "domain_id": "yv69oxl5kl785kw2",
        "created_at": at,
        "webhook_id": "2351ndgwr4zqx8ko",
        "data": {
            "object": "activity",
            "id": f"62fb66bef54a112e920b{number:04d}",
            "type": name,
            "created_at": at,
            "email": {
                "object": "email",
                "id": f"62fb66be019db7c8{number:08d}",
                "created_at": at,
                "from": message.given["from"]["email"],
                "subject": message.given.get("subject", ""),
                "status": "rejected" if "bounced" in name else "delivered",
                "tags": message.given.get("tags"),
                "message": {"object": "message", "id": message.id, "created_at": at},
                "recipient": {"object": "recipient", "id": "r1", "email": message.recipient},
            },
            "morph": _MORPHS[name],
        },
    }
