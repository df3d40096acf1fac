"""A tea house with promotions, a buyer, and a client that speaks to the API as a till does."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.test import Client

from postlude.kernel import tokens
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import PersonSeen
from postlude.rewards import api as rewards
from postlude.rewards.types.quotas import QuotaSpec
from postlude.rules import api as rules
from postlude.rules.types import Group, Mode, RuleDefinition

BUYER = "li.zebulon@example.test"
EVERY_SCOPE = (
    "rules.view",
    "rules.order",
    "rewards.view",
    "rewards.grant_by_hand",
    "rewards.spend",
    "orders.tell",
    "events.tell",
    "people.change_contact",
)


def rule(key: str, template: str, where: dict, give: dict, **more: Any) -> RuleDefinition:
    said = {"business": "top-up", "currency": "CNY", "zone": "Asia/Shanghai", **more}
    return RuleDefinition(key=key, title=key.title(), template=template, where=where, give=give, **said)  # fmt: skip


RULES = (
    rule(
        "first-2",
        '实付金额 && "前 N 名限制" -> 发赠送金 && 发积分',
        {"实付金额": {"min": "200 CNY"}, "前 N 名限制": {"quota": "first-2"}},
        {"发赠送金": {"amount": "20 CNY"}, "发积分": {"amount": 50, "reason": "first"}},
        group="steps",
        priority=10,
    ),
    rule(
        "always",
        "实付金额 -> 发赠送金",
        {"实付金额": {"min": "100 CNY"}},
        {"发赠送金": {"amount": "5 CNY"}},
        group="steps",
    ),
    rule("first-top-up", "first_order -> points", {"first_order": {}},
         {"points": {"amount": 50, "reason": "first-top-up"}}),
    rule("birthday", "birthday_within -> points", {"birthday_within": {"days_before": 3}},
         {"points": {"amount": 8, "reason": "birthday"}}),
    rule("spring-20", "paid_amount -> amount_off", {"paid_amount": {"min": "100 CNY"}},
         {"amount_off": {"amount": "20 CNY"}}, business="checkout", priority=5),
    rule("ten-off", "quantity -> percent_off", {"quantity": {"min": 3}},
         {"percent_off": {"percent": 10}}, business="checkout"),
)  # fmt: skip


@dataclass
class Till:
    """Calls the API with a key; counts nothing, remembers nothing."""

    org: int
    contact: int
    token: str
    key: str
    clock: Any
    headers: dict[str, str] = field(default_factory=dict)

    def post(self, path: str, body: Any = None, key: str = "", **headers: str) -> Any:
        more = {"Idempotency-Key": key} if key else {}
        sent = {"Authorization": f"Bearer {self.key}", **more, **headers}
        data = {} if body is None else body
        return Client().post(f"/api/v1{path}", data, content_type="application/json", headers=sent)

    def get(self, path: str, **headers: str) -> Any:
        sent = {"Authorization": f"Bearer {self.key}", **headers}
        return Client().get(f"/api/v1{path}", headers=sent)

    def balance(self, currency: str = "points") -> int:
        now = self.clock.now()
        return rewards.balances(self.org, [self.contact], now=now, currency=currency)[
            self.contact
        ].available


def open_shop(clock: Any, slug: str = "lantern") -> Till:
    """Open a tea house, and return its till with a key for everything."""
    org = orgs.create(slug, "Lantern", zone="Asia/Shanghai", currency="CNY").id
    rewards.define_quota(org, QuotaSpec("first-2", 2))
    rules.publish(org, RULES, {"steps": Group(Mode.FIRST)}, now=clock.now())
    (seen,) = people.recognise_many(org, [PersonSeen(BUYER, name="Li")], now=clock.now())
    assert seen.contact is not None
    secret, _ = orgs.issue_key(org, "till", EVERY_SCOPE)
    return Till(org, seen.contact, tokens.seal("contact", seen.contact), secret, clock)


def iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
