"""The simulated readers: what becomes of an e-mail, drawn from a seed; and its webhook."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import re
import secrets
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from postlude.sandbox.klaviyo.account import Mail
from postlude.sandbox.klaviyo.jsonapi import Json
from postlude.sandbox.now import epoch

# Not the pages about the mail (to unsubscribe, to look at it): a reader wants what it offers.
_LINK = re.compile(r'href="(https?://[^"/]+(?=["/])(?!/[uv]/)[^"]*)"')
_TOPICS = {
    "Received Email": "event:klaviyo.email_delivered",
    "Opened Email": "event:klaviyo.opened_email",
    "Clicked Email": "event:klaviyo.clicked_email",
    "Bounced Email": "event:klaviyo.bounced_email",
    "Marked Email as Spam": "event:klaviyo.marked_email_as_spam",
    "Unsubscribed": "event:klaviyo.unsubscribed",
}
Chance = Field(default=0.0, ge=0, le=1)


class Readers(BaseModel):
    """How readers behave; chances are per recipient, waits in milliseconds."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    enabled: bool = True
    seed: int = 0
    delivered_after_ms: float = Field(default=50, ge=0)
    read_after_ms: float = Field(default=300, ge=0)
    bounce: float = Chance
    open: float = Chance
    click: float = Chance
    complain: float = Chance
    unsubscribe: float = Chance


@dataclass(frozen=True, slots=True)
class Planned:
    """An event that will happen `after_s` seconds from now."""

    after_s: float
    metric: str
    url: str = ""


def plan(readers: Readers, chance: random.Random, mail: Mail) -> list[Planned]:
    """What one recipient will do. A click implies an open, a bounce ends the story."""
    arrives_s = readers.delivered_after_ms / 1000
    draws = {
        name: chance.random() < getattr(readers, name)
        for name in ("bounce", "open", "click", "complain", "unsubscribe")
    }
    if draws["bounce"]:
        return [Planned(arrives_s, "Bounced Email")]
    planned = [Planned(arrives_s, "Received Email")]
    reads_s = arrives_s + readers.read_after_ms / 1000 * (0.5 + chance.random())
    if draws["open"] or draws["click"]:
        planned.append(Planned(reads_s, "Opened Email"))
    if draws["click"]:
        links = _LINK.findall(mail.html) or ["https://example.test/"]
        planned.append(Planned(reads_s * 1.2, "Clicked Email", chance.choice(links)))
    if draws["complain"]:
        planned.append(Planned(reads_s * 1.3, "Marked Email as Spam"))
    if draws["unsubscribe"]:
        planned.append(Planned(reads_s * 1.3, "Unsubscribed"))
    return planned


def properties(metric: str, mail: Mail, *, url: str = "", bounce: str = "Hard") -> Json:
    """The event's properties; nothing in them is the sender's own id."""
    found: Json = {
        "Recipient Email Address": mail.to,
        "Subject": mail.subject,
        "$message": mail.message,
        "$event_id": secrets.token_hex(8),
    }
    if mail.flow:
        found["$flow"] = mail.flow
    else:
        found["Campaign Name"] = mail.campaign
    if metric == "Bounced Email":
        found |= {"Bounce Type": bounce, "Bounce Reason": "5.1.1 The mailbox does not exist"}
    if metric in ("Opened Email", "Clicked Email"):
        found |= {"Client Name": "Firefox", "Client OS": "Linux", "Client Type": "Browser"}
    if metric == "Clicked Email":
        found["URL"] = url or "https://example.test/"
    return found


def notice(metric: str, event: Json, profile: Json) -> bytes:
    """The body of a webhook that tells one event."""
    told = {
        "external_id": event["id"],
        "topic": _TOPICS.get(metric, "event:custom"),
        "payload": {"data": event, "included": [profile]},
    }
    return json.dumps({"data": [told], "meta": {"version": "1"}}, ensure_ascii=False).encode()


def headers(
    body: bytes, secret: str, *, skew_s: float = 0.0, wrong: bool = False
) -> dict[str, str]:
    """The headers that sign it: HMAC-SHA256 over the body and the timestamp."""
    timestamp = str(int(epoch() + skew_s))
    key = f"not-{secret}" if wrong else secret
    return {
        "content-type": "application/json",
        "Klaviyo-Webhook-Id": "sandbox",
        "Klaviyo-Timestamp": timestamp,
        "Klaviyo-Signature": signature_of(key, body, timestamp),
    }


def signature_of(key: str, body: bytes, timestamp: str) -> str:
    """Klaviyo's signature in hex."""
    return hmac.new(key.encode(), body + timestamp.encode(), hashlib.sha256).hexdigest()
