"""The invented month: the same seed is the same month, and again adds nothing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from postlude.orgs import api as orgs
from postlude.people.models import Contact
from postlude.people.types import Actor
from postlude.playbooks import api as playbooks
from postlude.rewards import api as rewards
from postlude.rewards.models import Card, Entry
from postlude.rules.models import RuleOrder
from postlude.wiring import invented_members
from support import scarce

PLAYBOOK = Path(__file__).resolve().parents[3] / "playbooks" / "gift-cards.yaml"
NOW = datetime(2026, 12, 1, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def rows(org: int) -> dict[str, int]:
    return {
        model.__name__: model.objects.filter(org=org).count()
        for model in (Contact, RuleOrder, Entry, Card)
    }


def test_the_same_seed_again_adds_nothing() -> None:
    """Whoever runs it twice has one month; its books agree and nothing was given too often."""
    playbooks.apply(PLAYBOOK, org=None, actor=Actor("cli", "ann"), now=NOW)
    org = orgs.by_slug("lantern").id
    month = invented_members.invent(org, "CNY", seed=3, members=12, days=6, now=NOW)
    assert month.top_ups + month.checkouts + month.cards == 6
    before = rows(org)
    assert before["RuleOrder"] == month.top_ups + month.checkouts
    assert invented_members.invent(org, "CNY", seed=3, members=12, days=6, now=NOW) == month
    assert rows(org) == before
    assert scarce.faults(org) == [] == rewards.check_points(org)
