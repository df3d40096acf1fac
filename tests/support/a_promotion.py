"""A tea house with promotions, and weeks of buyers with every fate: through the rooms' own doors."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random

from postlude.kernel import clock
from postlude.kernel.jobs import Budget
from postlude.kernel.money import Money
from postlude.people import api as people
from postlude.people.types import PersonSeen
from postlude.rewards import api as rewards
from postlude.rewards.reserving.expiring import sweep
from postlude.rewards.types.coupons import CouponListSpec, RedeemRequest
from postlude.rewards.types.points import Take
from postlude.rewards.types.quotas import Kind, QuotaSpec, Window
from postlude.rewards.types.reservations import ReservationState
from postlude.rules import api as rules
from postlude.rules.adapters import top_up
from postlude.rules.types import Group, Mode, RuleDefinition

START = datetime(2026, 11, 1, 15, 50, tzinfo=UTC)  # ten minutes before midnight in Shanghai
CONFIRMED, HELD = ReservationState.CONFIRMED, ReservationState.HELD
GROUPS = {"steps": Group(Mode.FIRST)}


def _rule(key: str, title: str, template: str, where: dict, give: dict, **more) -> RuleDefinition:
    said = {"currency": "CNY", "zone": "Asia/Shanghai", "business": "top-up"} | more
    return RuleDefinition(key, title, template=template, where=where, give=give, **said)


def definitions() -> list[RuleDefinition]:
    return [
        _rule(
            "first-n",
            "充 200 送 20，前 N 名再送 2 张茶券",
            '实付金额 && "前 N 名限制" -> 发赠送金 && 发优惠券',
            {"实付金额": {"min": "200 CNY"}, "前 N 名限制": {"quota": "first"}},
            {
                "发赠送金": {"amount": "20 CNY"},
                "发优惠券": {"coupons": "tea", "count": 2, "worth": 500},
            },
            group="steps",
            priority=10,
        ),
        _rule(
            "every-100",
            "充 100 送 5",
            "实付金额 -> 发赠送金",
            {"实付金额": {"min": "100 CNY"}},
            {"发赠送金": {"amount": "5 CNY"}},
            group="steps",
        ),
        _rule(
            "weekend",
            "Double points, once a day",
            "once -> temporary_points && coupon",
            {"once": {"quota": "daily"}},
            {
                "temporary_points": {"amount": 100, "days": 3, "reason": "weekend"},
                "coupon": {"coupons": "tea", "count": 1},
            },
            names={"once": "first_n"},
        ),
        _rule(
            "first-top-up",
            "首充送 50 积分",
            "first_order -> points",
            {"first_order": {}},
            {"points": {"amount": 50, "reason": "first-top-up"}},
        ),
        _rule(
            "checkout-20",
            "满 100 减 20",
            "amount && budget -> amount_off",
            {
                "amount": {"min": "100 CNY"},
                "budget": {"budget": "spring", "amount": "20 CNY"},
            },
            {"amount_off": {"amount": "20 CNY"}},
            names={"amount": "paid_amount"},
            business="checkout",
        ),
    ]


@dataclass
class Promotion:
    """What was filled in; `offered` are the previews by rule and local day."""

    org: int
    contacts: list[int]
    keys: list[str] = field(default_factory=list)
    offered: Counter = field(default_factory=Counter)
    now: datetime = START


def prepare(org: int, *, places: int = 12, codes: int = 40, now: datetime = START) -> None:
    """Define what is scarce, and put the rules into force."""
    rewards.define_quota(org, QuotaSpec("first", places))
    rewards.define_quota(org, QuotaSpec("daily", 6, per_person=1, window=Window.DAY))
    rewards.define_quota(org, QuotaSpec("spring", 500_00, Kind.BUDGET, currency="CNY"))
    rewards.define_coupons(org, CouponListSpec("tea", valid_days=30))
    rewards.generate_codes(org, "tea", codes)
    rules.publish(org, definitions(), GROUPS, now=now)


def fill(org: int, orders: int, *, seed: int = 1, people_count: int = 9) -> Promotion:
    """Let buyers preview, reserve, confirm, cancel, forget, return and spend, as the dice say."""
    random = Random(seed)
    prepare(org)
    seen = [PersonSeen(f"li{seed}-{n}@example.test") for n in range(people_count)]
    contacts = [each.contact for each in people.recognise_many(org, seen, now=START)]
    made = Promotion(org, [each for each in contacts if each is not None])
    for number in range(orders):
        made.now += timedelta(minutes=random.choice((1, 7, 200, 1_000)))
        if random.random() < 0.7:
            sweep(made.now)
        if random.random() < 0.5:
            with clock.use(clock.FrozenClock(made.now)):
                rewards.sweep_points(Budget(5))
        _one(made, random, number)
        _spend(made, random, number)
    return made


def ask_of(made: Promotion, random: Random):
    paid = Money(random.choice((50, 99, 100, 199, 200, 500)) * 100, "CNY")
    before = random.choice((None, 0, 0, 3))
    known = None if before is None else top_up.Before(before, made.now)
    return top_up.ask(top_up.TopUp(random.choice(made.contacts), paid, before=known))


def _one(made: Promotion, random: Random, number: int) -> None:
    ask, org, now = ask_of(made, random), made.org, made.now
    for _ in range(random.choice((0, 1, 3))):
        offer = rules.preview(org, ask, now=now)
        day = (now + timedelta(hours=8)).date()
        made.offered.update((rule, day) for rule in {each.rule for each in offer.gifts})
    key = f"sale:{number}:{random.choice((1, 22))}"
    until = now + timedelta(minutes=15)
    rules.reserve(org, rules.ReserveOrder(key, b"x", ask, until), now=now)
    made.keys.append(key)
    fate = random.random()
    if fate < 0.55:
        rules.confirm(org, [key], now=now + timedelta(seconds=30))
    elif fate < 0.7:
        rules.cancel(org, [key], now=now)
    if fate < 0.2:  # by then some of it may be spent
        rules.reverse(org, [random.choice(made.keys)], now=now + timedelta(minutes=1))


def _spend(made: Promotion, random: Random, number: int) -> None:
    org, now, contact = made.org, made.now, random.choice(made.contacts)
    currency = random.choice(("points", "bonus:CNY"))
    amount = random.choice((1, 30, 900))
    take = Take(f"tea-{number}", contact, amount, "tea", currency, partial=True)
    if random.random() < 0.3:
        ends = random.choice((None, now + timedelta(hours=30)))
        hold = Take(f"hold-{number}", contact, amount, "tea", currency, True, ends)
        rewards.hold_many(org, [hold], now=now)
    elif random.random() < 0.4:
        rewards.take_many(org, [take], now=now)
    if random.random() < 0.3:
        mine = [each for each in rewards.held(org, contact, now) if each.state == "issued"]
        if mine:
            code = mine[0].code
            rewards.redeem(org, RedeemRequest(f"use-{number}", code, contact), now)
