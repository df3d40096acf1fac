"""Events of messages: stored for the events API, signed for the webhook."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any, Literal

from postlude.sandbox.mailgun.parsing import Message
from postlude.sandbox.now import epoch

EventName = Literal[
    "accepted", "delivered", "failed", "opened", "clicked", "complained", "unsubscribed", "rejected"
]

_FAILURES: dict[str, tuple[str, int, str]] = {
    "temporary": ("generic", 452, "4.2.2 The mailbox is over its storage limit"),
    "permanent": ("bounce", 550, "5.1.1 The e-mail account that you tried to reach does not exist"),
}


def make_event(
    name: EventName,
    message: Message,
    recipient: str,
    *,
    severity: Literal["temporary", "permanent"] = "permanent",
    url: str | None = None,
) -> dict[str, Any]:
    """One event in Mailgun's shape; note the message id without its angle brackets."""
    event: dict[str, Any] = {
        "event": name,
        "id": secrets.token_urlsafe(16),
        "timestamp": epoch(),
        "log-level": "error" if name in ("failed", "rejected") else "info",
        "recipient": recipient,
        "recipient-domain": recipient.rpartition("@")[2],
        "tags": list(message.options.get("tag", [])),
        "user-variables": dict(message.variables),
        "message": {
            "headers": {
                "message-id": message.id.strip("<>"),
                "to": ", ".join(message.to),
                "from": message.sender,
                "subject": message.subject,
            }
        },
    }
    if name == "delivered":
        event["delivery-status"] = {"code": 250, "message": "OK", "description": ""}
    elif name == "failed":
        reason, code, words = _FAILURES[severity]
        status = {"code": code, "message": words, "description": ""}
        event |= {"severity": severity, "reason": reason, "delivery-status": status}
    elif name in ("opened", "clicked", "unsubscribed"):
        event |= {
            "ip": "192.0.2.7",
            "geolocation": {"country": "TW", "region": "Unknown", "city": "Taipei"},
            "client-info": {"client-type": "browser", "user-agent": "Mozilla/5.0 (sandbox reader)"},
        }
    if name == "clicked":
        event["url"] = url or "https://example.test/"
    return event


def signed(
    event: Mapping[str, Any], key: str, *, skew_s: float = 0.0, wrong: bool = False
) -> bytes:
    """The webhook body: HMAC-SHA256 over timestamp and token; faults may age it or spoil it."""
    timestamp = str(int(epoch() + skew_s))
    token = secrets.token_hex(25)
    signature = signature_of(f"not-{key}" if wrong else key, timestamp, token)
    block = {"timestamp": timestamp, "token": token, "signature": signature}
    return json.dumps({"signature": block, "event-data": event}).encode()


def signature_of(key: str, timestamp: str, token: str) -> str:
    """Mailgun's signature in hex."""
    return hmac.new(key.encode(), f"{timestamp}{token}".encode(), hashlib.sha256).hexdigest()


def matches(event: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
    """Whether an event passes the filters of an events query."""
    if "event" in wanted and event["event"] not in wanted["event"].split(" OR "):
        return False
    if "recipient" in wanted and event["recipient"].lower() != wanted["recipient"].lower():
        return False
    message_id = event["message"]["headers"]["message-id"]
    if "message-id" in wanted and message_id != wanted["message-id"].strip("<>"):
        return False
    for bound in ("begin", "end"):
        if bound in wanted and not _inside(event["timestamp"], bound, wanted):
            return False
    held = event["user-variables"]
    return all(held.get(name) == value for name, value in _wanted_variables(wanted).items())


def _inside(timestamp: float, bound: str, wanted: Mapping[str, str]) -> bool:
    # With ascending=no the begin is the later end: that is how Mailgun reads a range.
    low_first = wanted.get("ascending", "no") == "yes" or "end" not in wanted
    edge = float(wanted[bound])
    return timestamp >= edge if (bound == "begin") == low_first else timestamp <= edge


def _wanted_variables(wanted: Mapping[str, str]) -> dict[str, str]:
    variables: dict[str, str] = {}
    for name, value in wanted.items():
        if name == "user-variables":
            variables |= {k: str(v) for k, v in json.loads(value).items()}
        elif name.startswith(("user-variables.", "user-variables__")):
            variables[name.removeprefix("user-variables").lstrip("._")] = value
    return variables
