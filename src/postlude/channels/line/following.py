"""LINE's webhooks: who follows the account, who has blocked it, who said who they are. Pure."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

_KINDS = frozenset({"follow", "unfollow", "accountLink"})


class UnreadableEvent(ValueError):
    """This is no event of LINE's."""


@dataclass(frozen=True, slots=True)
class Following:
    """Somebody added the account as a friend or ended the block; or blocked it; or linked it.

    `nonce`: what the shop gave LINE for who had logged in; "" where LINE could not link the two.
    """

    kind: Literal["follow", "unfollow", "accountLink"]
    user: str
    at: datetime
    nonce: str = ""


def events(raw: bytes) -> list[dict[str, Any]]:
    """Return the events of a webhook that we follow; raise UnreadableEvent.

    What people write to the account is theirs: those events are not even kept.
    """
    try:
        body = json.loads(raw)
        found = body["events"]
        return [each for each in found if each["type"] in _KINDS]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnreadableEvent(type(error).__name__) from None


def read(raw: bytes) -> Following:
    """Return what an event says; raise UnreadableEvent."""
    try:
        event = json.loads(raw)
        at = datetime.fromtimestamp(int(event["timestamp"]) / 1000, UTC)
        user = event["source"]["userId"]
        kind: Literal["follow", "unfollow", "accountLink"] = event["type"]
        link = event["link"] if kind == "accountLink" else {}
        nonce = str(link["nonce"]) if link.get("result") == "ok" else ""
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise UnreadableEvent(type(error).__name__) from None
    if kind not in _KINDS or not isinstance(user, str) or not user:
        raise UnreadableEvent("no user")
    return Following(kind, user, at, nonce)
