"""Versions, orders, switches and the story of a card: the database itself refuses to change or delete."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from postlude.kernel.money import Money
from postlude.orgs import api as orgs
from postlude.rewards import api as rewards
from postlude.rewards.types.carriers import IssueCard
from postlude.rules import api as rules
from postlude.rules.adapters import top_up
from postlude.rules.types import RuleDefinition

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
RULE = RuleDefinition(
    key="all",
    title="all",
    business="top-up",
    template="实付金额 -> 发积分",
    where={"实付金额": {"min": "1 CNY"}},
    give={"发积分": {"amount": 5}},
    currency="CNY",
    zone="Asia/Shanghai",
)
pytestmark = pytest.mark.django_db


@pytest.fixture
def _written() -> None:
    org = orgs.create("lantern", "Lantern", zone="Asia/Shanghai", currency="CNY").id
    rules.publish(org, [RULE], {}, now=NOW)
    ask = top_up.ask(top_up.TopUp(1, Money(200_00, "CNY")))
    rules.reserve(org, rules.ReserveOrder("a", b"x", ask, NOW + timedelta(hours=1)), now=NOW)
    rules.pause(org, "all", paused=True, actor="ann", now=NOW)
    rewards.issue_cards(org, [IssueCard("k", "t", 200_00, "CNY", 1)], now=NOW)


@pytest.mark.usefixtures("_written")
@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("rules_version", "definition"),
        ("rules_order", "gifts"),
        ("rules_switch", "paused"),
        ("rewards_cardevent", "move"),
    ],
)
def test_raw_sql_changes_nothing(table: str, column: str) -> None:
    """An UPDATE and a DELETE fail, and the row is as it was."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")
        before = cursor.fetchall()
        assert before
        for statement in (f"UPDATE {table} SET {column} = {column}", f"DELETE FROM {table}"):
            with pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute(statement)
        cursor.execute(f"SELECT * FROM {table}")
        assert cursor.fetchall() == before
