"""Messenger's webhooks in the one vocabulary of receipts. Pure.

A delivery names the messages; a reading is a mark in time, of no message in particular, so it is
not taken for an open.
"""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from postlude.channels.types import Report


class UnreadableEvent(ValueError):
    """This is no webhook of Messenger's."""


def happenings(raw: bytes) -> list[dict[str, Any]]:
    """Return everything that a webhook tells; raise UnreadableEvent."""
    try:
        found = [each for entry in json.loads(raw)["entry"] for each in entry.get("messaging", [])]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableEvent(type(error).__name__) from None
    if not all(isinstance(each, dict) for each in found):
        raise UnreadableEvent("no event")
    return found


def deliveries(found: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the deliveries among what a webhook tells.

    What people write to the page is theirs: those events are not even kept.
    """
    return [each["delivery"] for each in found if isinstance(each.get("delivery"), dict)]


def read(raw: bytes) -> list[Report]:
    """Return what one delivery says of each message it names; raise UnreadableEvent."""
    try:
        told = json.loads(raw)
        at = datetime.fromtimestamp(int(told["watermark"]) / 1000, UTC)
        named = [each for each in told.get("mids") or [] if isinstance(each, str) and each]
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise UnreadableEvent(type(error).__name__) from None
    return [
        Report(
            event_id=f"delivered:{each}",
            at=at,
            message=None,
            provider_id=each,
            recipient="",
            receipt="delivered",
        )
        for each in named
    ]
