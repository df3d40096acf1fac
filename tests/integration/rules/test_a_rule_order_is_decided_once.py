"""Rule orders: preview, reserve, confirm, cancel, expire, reverse."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from postlude.kernel import store
from postlude.kernel.money import Money
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import Description, PersonSeen
from postlude.rewards import api as rewards
from postlude.rewards.errors import KeyTaken
from postlude.rewards.reserving.expiring import sweep
from postlude.rewards.types.points import Take
from postlude.rewards.types.quotas import Kind, QuotaSpec
from postlude.rewards.types.reservations import LateConfirm, ReservationState
from postlude.rules import api as rules
from postlude.rules.adapters import top_up
from postlude.rules.errors import BadAsk, UnknownOrder
from postlude.rules.models import RuleOrder
from postlude.rules.types import Group, Mode, Order, RuleDefinition, Why

NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
HELD, CONFIRMED = ReservationState.HELD, ReservationState.CONFIRMED
pytestmark = pytest.mark.django_db


def rule(key: str, template: str, where: dict, give: dict, **more: object) -> RuleDefinition:
    return RuleDefinition(
        key=key, title=key, business="top-up", template=template, where=where, give=give,
        currency="CNY", zone="Asia/Shanghai", **more,
    )  # fmt: skip


FIRST = rule(
    "first-2",
    '实付金额 && "前 N 名限制" -> 发赠送金 && 发积分',
    {"实付金额": {"min": "200 CNY"}, "前 N 名限制": {"quota": "first-2"}},
    {"发赠送金": {"amount": "20 CNY"}, "发积分": {"amount": 50, "reason": "first"}},
    group="steps",
    priority=10,
)
ALWAYS = rule(
    "always",
    "实付金额 -> 发赠送金",
    {"实付金额": {"min": "100 CNY"}},
    {"发赠送金": {"amount": "5 CNY"}},
    group="steps",
)


@pytest.fixture
def org() -> int:
    org = orgs.create("lantern", "Lantern", zone="Asia/Shanghai", currency="CNY").id
    rewards.define_quota(org, QuotaSpec("first-2", 2))
    rules.publish(org, [FIRST, ALWAYS], {"steps": Group(Mode.FIRST)}, now=NOW)
    return org


@pytest.fixture
def contact(org: int) -> int:
    return people.recognise_many(org, [PersonSeen("li@example.test")], now=NOW)[0].contact


def ask(contact: int, paid: int = 200):
    return top_up.ask(top_up.TopUp(contact, Money(paid * 100, "CNY")))


def reserve(  # noqa: PLR0917 - the parts of a rule order
    org: int, contact: int, key: str, paid: int = 200, digest: bytes = b"x", now=NOW
) -> Order:
    until = now + timedelta(minutes=15)
    wanted = rules.ReserveOrder(key, digest, ask(contact, paid), until)
    return rules.reserve(org, wanted, now=now)


def tags(contact: int) -> list[str]:
    sql = "SELECT tag FROM people_facts_tag WHERE contact = %s"
    return [tag for (tag,) in store.rows_sql(sql, [contact])]


def bonus(org: int, contact: int, currency: str = "bonus:CNY", now=NOW) -> int:
    return rewards.balances(org, [contact], now=now, currency=currency)[contact].available


def test_a_preview_offers_and_holds_nothing(org: int, contact: int) -> None:
    """The best rule is offered, the other says who outranks it, and the places are all still there."""
    offer = rules.preview(org, ask(contact), now=NOW)
    assert [(each.rule, each.kind) for each in offer.gifts] == [
        ("first-2", "bonus_money"),
        ("first-2", "points"),
    ]
    assert [(each.rule, each.why, each.words) for each in offer.missed] == [
        ("always", Why.OUTRANKED, "first-2")
    ]
    assert rewards.level(org, "quota:first-2", NOW).used == 0
    assert not RuleOrder.objects.exists()


def test_what_is_nearly_reached_says_how_much_is_missing(org: int, contact: int) -> None:
    """An amount below the step is told with the difference."""
    offer = rules.preview(org, ask(contact, 188), now=NOW)
    assert [each.rule for each in offer.gifts] == ["always"]
    missed = offer.missed[0]
    assert (missed.rule, missed.why) == ("first-2", Why.CONDITION)
    assert "12.00 CNY" in missed.nearest


@pytest.mark.parametrize(
    ("language", "nearest", "gift", "gone"),
    [
        ("zh-hant", "再消費 12.00 CNY", "贈送 5.00 CNY 贈送金", "占用名額 first-2 的 1 個：已無剩餘"),
        (
            "ru", "потратьте ещё 12.00 CNY", "даёт 5.00 CNY бонусными деньгами",
            "занимает мест из квоты first-2: 1: ничего не осталось",
        ),
    ],
)  # fmt: skip
def test_a_preview_speaks_the_reader_s_language(  # noqa: PLR0917 - what each language says
    org: int, contact: int, language: str, nearest: str, gift: str, gone: str
) -> None:
    """What is offered, what is nearly reached, and why something scarce was not to be had."""
    with translation.override(language):
        offer = rules.preview(org, ask(contact, 188), now=NOW)
        assert [each.words for each in offer.gifts] == [gift]
        assert [each.nearest for each in offer.missed] == [nearest]
        for key in ("one", "two"):
            reserve(org, contact, key, digest=key.encode())
        offer = rules.preview(org, ask(contact), now=NOW)
    assert [(each.why, each.words) for each in offer.missed] == [(Why.CLAIM, gone)]


def test_an_order_holds_and_a_confirm_gives_once(org: int, contact: int) -> None:
    """Nothing is given while it is held; a confirm gives it, and a second one gives nothing more."""
    held = reserve(org, contact, "sale-1")
    assert (held.state, held.replayed) == (HELD, False)
    assert rewards.level(org, "quota:first-2", NOW).used == 1
    assert bonus(org, contact) == 0
    for _ in range(2):
        assert [each.state for each in rules.confirm(org, ["sale-1"], now=NOW)] == [CONFIRMED]
    assert (bonus(org, contact), bonus(org, contact, "points")) == (20_00, 50)


def test_a_confirm_that_is_sent_again_gives_nothing_and_takes_nothing_back(org, contact) -> None:
    """Days later it answers the same: what has become of points and tags meanwhile stays so."""
    gives = {"temporary_points": {"amount": 100, "days": 3}, "tag": {"tag": "vip"}}
    amount = {"paid_amount": {"min": "1 CNY"}}
    more = rule("more", "paid_amount -> temporary_points && tag", amount, gives)
    rules.publish(org, [more], {}, now=NOW)
    reserve(org, contact, "sale-1")
    for later in (timedelta(), timedelta(seconds=5), timedelta(days=2)):
        assert CONFIRMED is rules.confirm(org, ["sale-1"], now=NOW + later)[0].state
        assert 100 == bonus(org, contact, "points", NOW + later)
    untag, tag = {"drop_tags": frozenset({"vip"})}, {"add_tags": frozenset({"vip"})}
    people.describe_many(org, [Description(contact, **untag)])
    rules.confirm(org, ["sale-1"], now=NOW + timedelta(days=4))
    assert (0, []) == (bonus(org, contact, "points", NOW + timedelta(days=4)), tags(contact))
    rules.reverse(org, ["sale-1"], now=NOW + timedelta(days=4))
    people.describe_many(org, [Description(contact, **tag)])
    assert ReservationState.REVERSED is rules.reverse(org, ["sale-1"], now=NOW)[0].state
    assert ["vip"] == tags(contact)


def test_the_most_that_a_rule_may_give_can_be_confirmed(org: int, contact: int) -> None:
    """No rule promises what the ledger refuses when the buyer has paid; a large share is cut."""
    many = {"points": {"amount": 10**15}, "bonus_money": {"per_mille": 10_000}}
    places = {"paid_amount": {"min": "1 CNY"}, "first_n": {"quota": "first-2", "places": 10**9}}
    rules.publish(
        org,
        [
            rule(
                "most",
                "paid_amount -> points && bonus_money",
                {"paid_amount": places["paid_amount"]},
                many,
            ),
            *(
                rule(
                    f"full-{n}",
                    "paid_amount && first_n -> points",
                    places,
                    {"points": many["points"]},
                )
                for n in range(3)
            ),
        ],
        {},
        now=NOW,
    )
    order = reserve(org, contact, "sale-1", paid=10**13)
    assert ["full-0", "full-1", "full-2"] == sorted(each.rule for each in order.missed)
    assert [CONFIRMED] == [each.state for each in rules.confirm(org, ["sale-1"], now=NOW)]
    assert (10**15, 10**15) == (bonus(org, contact), bonus(org, contact, "points"))


def test_a_key_that_leaves_no_room_for_its_gifts_is_refused_before_anybody_pays(org, contact):
    """The longest that is taken can be confirmed and taken back; a longer one is not taken."""
    key = "k" * 180
    reserve(org, contact, key)
    assert [CONFIRMED] == [each.state for each in rules.confirm(org, [key], now=NOW)]
    assert [ReservationState.REVERSED] == [
        each.state for each in rules.reverse(org, [key], now=NOW)
    ]
    with pytest.raises(BadAsk):
        reserve(org, contact, key + "k")
    assert 1 == RuleOrder.objects.count()


def test_the_same_key_again_is_the_same_order(org: int, contact: int) -> None:
    """A replay takes nothing; the same key with another request is refused and changes nothing."""
    first = reserve(org, contact, "sale-1")
    again = reserve(org, contact, "sale-1")
    assert again.replayed
    assert (again.gifts, again.missed, again.state) == (first.gifts, first.missed, HELD)
    with pytest.raises(KeyTaken):
        reserve(org, contact, "sale-1", 500, digest=b"y")
    assert rewards.level(org, "quota:first-2", NOW).used == 1
    assert RuleOrder.objects.count() == 1


def test_when_it_is_sold_out_the_next_rule_comes_in(org: int, contact: int) -> None:
    """The third gets what the other rule gives, and reads why not the first: before paying."""
    for n in range(2):
        reserve(org, contact, f"sale-{n}")
    offer = rules.preview(org, ask(contact), now=NOW)
    third = reserve(org, contact, "sale-2")
    for answer in (offer, third):
        assert [each.rule for each in answer.gifts] == ["always"]
        assert [(each.rule, each.why, each.words) for each in answer.missed] == [
            ("first-2", Why.CLAIM, third.missed[0].words)
        ]
    assert third.state is HELD
    assert rewards.level(org, "quota:first-2", NOW).used == 2


def test_a_cancel_frees_and_a_cancel_first_keeps_a_later_try_from_holding(
    org: int, contact: int
) -> None:
    """Whatever order they arrive in, a cancelled key holds nothing."""
    reserve(org, contact, "sale-1")
    assert rules.cancel(org, ["sale-1", "sale-2"], now=NOW)[0].state is ReservationState.CANCELLED
    late = reserve(org, contact, "sale-2")
    assert (late.state, late.gifts) == (ReservationState.CANCELLED, ())
    assert rewards.level(org, "quota:first-2", NOW).used == 0
    confirmed = rules.confirm(org, ["sale-1", "sale-2"], now=NOW)
    assert {each.state for each in confirmed} == {ReservationState.CANCELLED}
    assert bonus(org, contact) == 0


def test_a_confirm_of_nothing_is_told_to_ask_again(org: int) -> None:
    """A confirm never makes an order."""
    assert isinstance(rules.confirm(org, ["nothing"], now=NOW)[0], UnknownOrder)
    with pytest.raises(UnknownOrder):
        rules.order(org, "nothing")


def test_an_expired_order_is_refused_or_taken_again_as_asked(org: int, contact: int) -> None:
    """A late confirm gives nothing by default; re-acquired, it gives if a place is left."""
    reserve(org, contact, "sale-1")
    later = NOW + timedelta(hours=1)
    sweep(later)
    assert rules.confirm(org, ["sale-1"], now=later)[0].state is ReservationState.EXPIRED
    assert bonus(org, contact, now=later) == 0
    again = rules.confirm(org, ["sale-1"], now=later, late=LateConfirm.REACQUIRE)
    assert (again[0].state, bonus(org, contact, now=later)) == (CONFIRMED, 20_00)


def test_a_reversed_order_takes_back_what_is_left_and_leaves_a_debt(org: int, contact: int) -> None:
    """A refund frees the place and takes the bonus; what was spent of it is owed."""
    reserve(org, contact, "sale-1")
    rules.confirm(org, ["sale-1"], now=NOW)
    rewards.take_many(org, [Take("tea", contact, 15_00, "tea", "bonus:CNY")], now=NOW)
    for _ in range(2):
        assert rules.reverse(org, ["sale-1"], now=NOW)[0].state is ReservationState.REVERSED
    balance = rewards.balances(org, [contact], now=NOW, currency="bonus:CNY")[contact]
    assert (balance.available, balance.debt) == (0, 15_00)
    assert rewards.level(org, "quota:first-2", NOW).used == 0


def test_more_time_is_given_once(org: int, contact: int) -> None:
    """A hold may be extended once by whoever coordinates the sale."""
    reserve(org, contact, "sale-1")
    until = NOW + timedelta(minutes=30)
    assert rules.extend(org, "sale-1", until, now=NOW).expires_at == until
    assert rules.extend(org, "sale-1", until + timedelta(hours=1), now=NOW).expires_at == until
    assert rules.extend(org, "sale-1", until, now=NOW) == rules.order(org, "sale-1")


def test_no_time_is_given_to_what_is_over_or_was_never_ordered(org: int, contact: int) -> None:
    """A cancelled order says that it is; a key that somebody else reserved by is no order."""
    reserve(org, contact, "sale-1")
    rules.cancel(org, ["sale-1"], now=NOW)
    late = NOW + timedelta(hours=1)
    told = rules.extend(org, "sale-1", late, now=NOW)
    assert told == rules.order(org, "sale-1")
    assert told.state is ReservationState.CANCELLED
    with pytest.raises(UnknownOrder):
        rules.extend(org, "sale-2", late, now=NOW)


def test_a_batch_is_answered_one_by_one(org: int, contact: int) -> None:
    """Of four in one transaction two have the places; a repeated key is one order."""
    until = NOW + timedelta(minutes=15)
    wanted = [
        rules.ReserveOrder(key, b"x", ask(contact), until) for key in ("a", "b", "a", "c", "d")
    ]
    answers = rules.reserve_many(org, wanted, now=NOW)
    assert [each.gifts[0].rule for each in answers] == [
        "first-2",
        "first-2",
        "first-2",
        "always",
        "always",
    ]
    assert [each.replayed for each in answers] == [False, False, True, False, False]
    assert rewards.level(org, "quota:first-2", NOW).used == 2


def test_another_organisations_order_is_not_there(org: int, contact: int) -> None:
    """A key belongs to its organisation."""
    reserve(org, contact, "sale-1")
    other = orgs.create("other", "Other", zone="Asia/Shanghai", currency="CNY").id
    with pytest.raises(UnknownOrder):
        rules.order(other, "sale-1")


def test_no_personal_fact_is_kept_with_an_order(org: int, contact: int) -> None:
    """A birthday that a rule reads stays in people."""
    birthday = rule(
        "birthday", "birthday_within -> 发积分", {"birthday_within": {"days_before": 3}},
        {"发积分": {"amount": 5}},
    )  # fmt: skip
    rules.publish(org, [birthday], {}, now=NOW)
    reserve(org, contact, "sale-1")
    kept = RuleOrder.objects.get(org=org, key="sale-1").facts
    assert "amount" in kept
    assert not [name for name in kept if "birthday" in name]


def test_an_order_takes_of_the_budget_what_it_costs(org: int, contact: int) -> None:
    """50.00 are enough for two discounts of 20.00: the third buyer reads it before paying."""
    rewards.define_quota(org, QuotaSpec("spring", 50_00, kind=Kind.BUDGET, currency="CNY"))
    where = {"paid_amount": {"min": "1 CNY"}, "budget": {"budget": "spring", "amount": "20 CNY"}}
    off = rule(
        "off", "paid_amount && budget -> amount_off", where, {"amount_off": {"amount": "20 CNY"}}
    )
    rules.publish(org, [off], {}, now=NOW)
    orders = [reserve(org, contact, f"sale-{n}") for n in range(3)]
    assert [["off"], ["off"], []] == [[each.rule for each in order.gifts] for order in orders]
    assert [(Why.CLAIM, "not_enough")] == [(each.why, each.detail) for each in orders[2].missed]
    assert [] == list(rules.preview(org, ask(contact), now=NOW).gifts)
    rules.cancel(org, ["sale-0"], now=NOW)
    assert ["off"] == [each.rule for each in rules.preview(org, ask(contact), now=NOW).gifts]
    assert 20_00 == rewards.level(org, "budget:spring", NOW).used
