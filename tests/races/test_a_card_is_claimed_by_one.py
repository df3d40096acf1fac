"""Of many who follow one link at once, one has the card; its money is there once."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connections

from postlude.orgs import api as orgs
from postlude.rewards.carriers import issuing, reading, sharing, spending
from postlude.rewards.errors import CardTaken
from postlude.rewards.models import Card as CardRow
from postlude.rewards.types.carriers import IssueCard

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
CLAIMERS = 8
pytestmark = pytest.mark.django_db(transaction=True)


def _naive_claim(org: int, card: int, by: int, gate: threading.Barrier) -> bool:
    """Look, then write: what the guard is for."""
    free = CardRow.objects.get(org=org, id=card).shared
    gate.wait(10)
    if free:
        CardRow.objects.filter(org=org, id=card).update(holder=by, shared=False)
    return free


def _at_once(claim) -> list[bool]:
    gate = threading.Barrier(CLAIMERS)

    def one(by: int) -> bool:
        try:
            return claim(by, gate)
        except CardTaken:
            return False
        finally:
            connections.close_all()

    with ThreadPoolExecutor(CLAIMERS) as pool:
        return list(pool.map(one, range(100, 100 + CLAIMERS)))


def _shared() -> tuple[int, int, str]:
    org = orgs.create("lantern", "Lantern", zone="Asia/Shanghai", currency="CNY").id
    card = issuing.issue_cards(org, [IssueCard("k", "t", 200_00, "CNY", 1)], now=NOW)[0]
    return org, card.id, sharing.share_card(org, card.id, 1, now=NOW)


def test_without_the_guard_many_believe_they_have_it() -> None:
    """The race is real: a look and a write apart give the card to everybody who looked."""
    org, card, _ = _shared()
    assert sum(_at_once(lambda by, gate: _naive_claim(org, card, by, gate))) == CLAIMERS


def test_one_has_it() -> None:
    """One claim is granted, all others are told, and the money can be spent once."""
    org, card, link = _shared()

    def claim(by: int, gate: threading.Barrier) -> bool:
        gate.wait(10)
        return sharing.claim_card(org, link, by, now=NOW).holder == by

    assert sum(_at_once(claim)) == 1
    held = [
        spending.hold_card(
            org, card, 200_00, key=f"h{n}", until=NOW.replace(hour=5), reason="x", now=NOW
        )
        for n in range(2)
    ]
    assert [each.short for each in held] == [0, 200_00]
    assert reading.cards(org, [card], now=NOW)[0].held == 200_00
