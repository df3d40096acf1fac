"""An event of django-anymail in the one vocabulary of receipts. Pure."""

from datetime import datetime
from typing import Any, Literal

from anymail.signals import AnymailTrackingEvent, EventType

from postlude.channels.types import Report
from postlude.kernel import storable
from postlude.kernel.redact import cut

_RECEIPTS: dict[str, Literal["delivered", "bounced", "failed", "deferred", "complained"]] = {
    EventType.DELIVERED: "delivered",
    EventType.BOUNCED: "bounced",
    EventType.REJECTED: "failed",
    EventType.FAILED: "failed",
    EventType.DEFERRED: "deferred",
    EventType.COMPLAINED: "complained",
}
_TOUCHES: dict[str, Literal["open", "click"]] = {
    EventType.OPENED: "open",
    EventType.CLICKED: "click",
}
_NO_SUCH_MAILBOX = ("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1")


class UnreadableEvent(ValueError):
    """This is no event of the vendor's; it will never be one."""


def report(  # noqa: PLR0913 - what the vendors say each in their own way
    event: AnymailTrackingEvent,
    *,
    at: datetime,
    event_id: str,
    suppress: str,
    unsubscribed: bool,
    by_bot: bool = False,
    ip: str = "",
) -> Report:
    """Return what an event says."""
    return Report(
        event_id=storable.text(event_id),
        at=at,
        message=_own_id(event),
        provider_id=storable.text(str(event.message_id or "")),
        recipient=storable.text(str(event.recipient or "")),
        receipt=_RECEIPTS.get(event.event_type),
        suppress=suppress,
        unsubscribed=unsubscribed,
        touch=_TOUCHES.get(event.event_type),
        url=storable.text(str(event.click_url or "")),
        agent=storable.text(str(event.user_agent or "")),
        by_bot=by_bot,
        ip=storable.text(ip),
        words=cut(" ".join(str(w) for w in (event.mta_response, event.description) if w), 200),
    )


def says_no_such_mailbox(words: str) -> bool:
    """Say whether a mail server's words mean that the address does not exist.

    A full mailbox, a blocked server and a mail given up after hours say nothing of the kind.
    """
    return any(code in words.split() for code in _NO_SUCH_MAILBOX)


def inner(value: object) -> dict[str, Any]:
    """Return an object of a vendor's JSON, or an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def _own_id(event: AnymailTrackingEvent) -> int | None:
    text = str(inner(event.metadata).get("outbox_id") or "")
    return int(text) if text.isdecimal() and len(text) <= 18 else None  # noqa: PLR2004
