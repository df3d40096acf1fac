"""What a sale ought to lead to, worked out by the simplest code there is.

Tests compare the product with this, so it shares nothing with the product.
"""

from __future__ import annotations

from postlude.sandbox.sale.rows import (
    BUYER_EMAIL,
    CANCELLED_AT,
    EMAIL,
    ORDER_NO,
    PAID_AT,
    STATE,
    Sale,
)


def expected_pairs(sale: Sale) -> set[tuple[str, str]]:
    """Who holds a paid ticket in the end: (lower-cased e-mail, event slug)."""
    pairs: set[tuple[str, str]] = set()
    for event in sale.events:
        alive = {row[ORDER_NO] for row in event.orders if row[STATE] == "activated"}
        for row in event.attendees:
            if row[ORDER_NO] in alive:
                pairs.add((row[EMAIL].strip().lower(), event.slug))
    return pairs


def briefly_paid_pairs(sale: Sale) -> set[tuple[str, str]]:
    """Who paid and was cancelled or refunded later: a live sale may invite them before that."""
    pairs: set[tuple[str, str]] = set()
    for event in sale.events:
        for row in event.orders:
            if row[STATE] != "activated" and row[PAID_AT] and row[CANCELLED_AT]:
                pairs.add((row[BUYER_EMAIL].strip().lower(), event.slug))
    return pairs
