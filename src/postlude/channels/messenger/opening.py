"""Who came to the page by a link of ours, or by the shop's button: whose id that is. Pure.

Messenger hands on the `ref` of an `m.me` link or of the plugin: as an opt-in, as a referral where
the two have talked before, and within the first "Get Started" where they have not.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from postlude.channels.messenger.receipts import UnreadableEvent

_WORD = re.compile(r"[A-Za-z0-9_-]{32}")
_WITHIN = ("postback", "message")


@dataclass(frozen=True, slots=True)
class Opening:
    """Somebody with this page-scoped id came with this word."""

    user: str
    word: str
    at: datetime


def openings(found: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what is kept of the openings among what a webhook tells.

    Only those with a word that may be ours: a shop's own refs, and what was said, are not kept.
    """
    kept = []
    for each in found:
        sender = each.get("sender")
        user = sender.get("id") if isinstance(sender, dict) else None
        word = _word(each)
        if word and isinstance(user, str) and user:
            kept.append({"opening": word, "user": user, "timestamp": each.get("timestamp")})
    return kept


def is_one(raw: bytes) -> bool:
    """Say whether what was kept is an opening."""
    try:
        told = json.loads(raw)
    except ValueError:
        return False
    return isinstance(told, dict) and "opening" in told


def read(raw: bytes) -> Opening:
    """Return an opening that was kept; raise UnreadableEvent."""
    try:
        told = json.loads(raw)
        at = datetime.fromtimestamp(int(told["timestamp"]) / 1000, UTC)
        return Opening(told["user"], told["opening"], at)
    except (ValueError, KeyError, TypeError, OverflowError, OSError) as error:
        raise UnreadableEvent(type(error).__name__) from None


def _word(event: Mapping[str, Any]) -> str:
    places = [event.get("optin"), event.get("referral")]
    for name in _WITHIN:
        inner = event.get(name)
        places.append(inner.get("referral") if isinstance(inner, dict) else None)
    for place in places:
        ref = place.get("ref") if isinstance(place, dict) else None
        if isinstance(ref, str) and _WORD.fullmatch(ref):
            return ref
    return ""
