"""What the periods of people hang on: when they ordered last, and when they were born."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from postlude.kernel import lookups, store


def last_orders(org: int, contacts: Collection[int]) -> dict[int, datetime]:
    """Return when each of these contacts ordered last; who never did is left out."""
    found = _read(org, "last_order_at", "orders_facts_contact", contacts)
    return {contact: store.known_instant(at) for contact, at in found if at is not None}


def birthdays(org: int, contacts: Collection[int]) -> dict[int, int]:
    """Return the birthdays of these contacts as month and day (517: 17 May)."""
    found = _read(org, "birthday", "people_facts_contact", contacts)
    return {contact: int(day) for contact, day in found if day is not None}


def _read(org: int, column: str, view: str, contacts: Collection[int]) -> list[tuple[int, Any]]:
    if not contacts:
        return []
    rows = lookups.rows_by(f"contact, {column}", view, "org = %s", [org], contact=contacts)
    return [(row[0], row[1]) for row in rows]
