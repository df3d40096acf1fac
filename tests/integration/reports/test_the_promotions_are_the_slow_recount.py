"""Every number of the promotions is what a slow reading of the tables, row by row, says."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from postlude.kernel import clock
from postlude.kernel.jobs import Budget
from postlude.orgs import api as orgs
from postlude.reports import api as reports
from postlude.reports.types.promotions import OF_MONEY, UNITS, DayRow, Days, Number, RuleLine, Which
from postlude.rewards import api as rewards
from postlude.rules import api as rules
from support import a_promotion

from .recount_promotions import recount

CUTS = [(None, None), (date(2026, 11, 2), date(2026, 11, 12)), (None, date(2026, 11, 1))]


@pytest.fixture
def tea_house(db: None) -> int:
    return orgs.create("lantern", "Lantern", zone="Asia/Shanghai", currency="CNY").id


def shown(line: RuleLine) -> dict[str, Any]:
    counts = {each.value: n for each, n in line.counts.items() if n}
    counts.pop("previewed", None)
    return {
        "counts": counts,
        "refusals": {(each.why, each.leaf, each.detail): each.count for each in line.refusals},
        "paid": {each.currency: each.paid_in for each in line.turnover if each.paid_in},
        "units": {
            (purse.currency, unit.value): getattr(purse, unit)
            for purse in line.purses
            for unit in UNITS
            if getattr(purse, unit)
        },
    }


def plain(found: dict[str, Counter]) -> dict[str, Any]:
    return {name: {key: n for key, n in some.items() if n} for name, some in found.items()}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_promotions_are_the_slow_recount(tea_house: int, seed: int) -> None:
    """By every range of days and at two moments, each number of each rule is the recounted one."""
    other = orgs.create("rival", "Rival", zone="Asia/Shanghai", currency="CNY").id
    made = a_promotion.fill(tea_house, 45, seed=seed)
    a_promotion.fill(other, 6, seed=seed + 100)
    for now, cuts in ((made.now, CUTS), (made.now + timedelta(days=4), CUTS[:1])):
        for since, until in cuts:
            found = reports.promotions(tea_house, Days(since, until), now=now)
            wanted = recount(tea_house, now, since=since, until=until)
            assert {key: plain(each) for key, each in wanted.items()} == {
                line.rule: shown(line) for line in found.rules
            }


def test_the_dice_give_every_fate(tea_house: int) -> None:
    """Or the comparison would prove less than it says."""
    made = a_promotion.fill(tea_house, 70, seed=7)
    lines = reports.promotions(tea_house, Days(), now=made.now + timedelta(days=4)).rules
    whole: Counter = Counter()
    for line in lines:
        whole.update({each.value: n for each, n in line.counts.items()})
        whole.update({(each.why, each.detail): each.count for each in line.refusals})
        for purse in line.purses:
            whole.update({f"unit {unit}": getattr(purse, unit) for unit in UNITS})
    states = set(Number) - OF_MONEY - {Number.PREVIEWED, Number.HELD}
    assert {each.value for each in states} - {key for key, n in whole.items() if n} == set()
    assert {f"unit {unit}" for unit in UNITS} - {key for key, n in whole.items() if n} == set()
    claims = {("claim", "sold_out"), ("claim", "per_person")}
    assert claims | {("condition", ""), ("unknown", ""), ("outranked", "")} <= whole.keys()


@pytest.mark.parametrize("seed", [4, 5])
def test_what_was_given_is_spent_burnt_taken_back_or_live(tea_house: int, seed: int) -> None:
    """Of every rule and currency the four add up, and all that is live is what the buyers have."""
    made = a_promotion.fill(tea_house, 70, seed=seed)
    for days in (0, 2, 9):
        now = made.now + timedelta(days=days)
        with clock.use(clock.FrozenClock(now)):  # a hold that ran out pays a debt when it is posted
            rewards.sweep_points(Budget(5))
        live: Counter = Counter()
        for line in reports.promotions(tea_house, Days(), now=now).rules:
            for purse in line.purses:
                ends = (purse.spent, purse.burnt, purse.taken_back, purse.live)
                assert purse.given == sum(ends)
                live[purse.currency] += purse.live
        for currency in ("points", "bonus:CNY"):
            mine = rewards.balances(tea_house, made.contacts, now=now, currency=currency).values()
            assert live[currency] == sum(each.available + each.held + each.coming for each in mine)


def test_every_number_opens_into_orders_that_add_up(tea_house: int) -> None:
    """Page by page, each order once, and their figures are the number."""
    made = a_promotion.fill(tea_house, 60, seed=6)
    rules.flush_previews()
    now = made.now + timedelta(days=4)
    for days in (Days(), Days(date(2026, 11, 3), date(2026, 11, 20))):
        for line in reports.promotions(tea_house, days, now=now).rules:
            for which, wanted in numbers(line):
                rows: list[Any] = []
                offset: int | None = 0
                while offset is not None:
                    page = reports.opened(
                        tea_house, days, line.rule, which, limit=7, offset=offset, now=now
                    )
                    rows += page.rows
                    offset = page.next_offset
                keys = [each.day if isinstance(each, DayRow) else each.key for each in rows]
                assert len(keys) == len(set(keys)) == page.total
                assert wanted == page.figure == sum(each.figure for each in rows)


def numbers(line: RuleLine) -> list[tuple[Which, int]]:
    found = [(Which(each), line.count(each)) for each in Number if each not in OF_MONEY]
    found += [
        (Which(Number.REFUSED, each.why, each.leaf, each.detail), each.count)
        for each in line.refusals
    ]
    found += [
        (Which(Number.PAID_IN, currency=each.currency), each.paid_in) for each in line.turnover
    ]
    found += [
        (Which(unit, currency=purse.currency), getattr(purse, unit))
        for purse in line.purses
        for unit in UNITS
    ]
    return found


def test_the_bonus_share_is_what_is_kept_of_what_is_paid(tea_house: int) -> None:
    """20 of 200 CNY is a tenth; an order that is taken back leaves both."""
    made = a_promotion.fill(tea_house, 0)
    contact = made.contacts[0]
    for key in ("a", "b"):
        _top_up(tea_house, contact, key, made.now)
    rules.confirm(tea_house, ["a", "b"], now=made.now)
    rules.reverse(tea_house, ["b"], now=made.now)
    line = next(
        each
        for each in reports.promotions(tea_house, Days(), now=made.now).rules
        if each.rule == "first-n"
    )
    turned = line.turnover[0]
    assert (turned.paid_in, turned.bonus, turned.share) == (200_00, 20_00, 0.1)


def _top_up(org: int, contact: int, key: str, now: Any) -> None:
    paid = a_promotion.Money(200_00, "CNY")
    ask = a_promotion.top_up.ask(a_promotion.top_up.TopUp(contact, paid))
    until = now + timedelta(minutes=15)
    rules.reserve(org, rules.ReserveOrder(key, b"x", ask, until), now=now)


def test_a_day_is_the_organisations_own(tea_house: int) -> None:
    """What is decided at ten minutes to midnight in Shanghai is of that day, not of the next."""
    made = a_promotion.fill(tea_house, 0)
    for minutes, key in ((0, "before"), (20, "after")):
        _top_up(tea_house, made.contacts[0], key, made.now + timedelta(minutes=minutes))
    for day, wanted in ((1, 1), (2, 1), (3, 0)):
        only = Days(date(2026, 11, day), date(2026, 11, day))
        lines = {each.rule: each for each in reports.promotions(tea_house, only).rules}
        assert lines["first-n"].count(Number.RESERVED) == wanted


def test_a_rule_that_was_retired_keeps_its_line(tea_house: int) -> None:
    """It comes last, with the numbers it had, and says how many versions it went through."""
    made = a_promotion.fill(tea_house, 12)
    before = {each.rule: each for each in reports.promotions(tea_house, Days()).rules}
    kept = [each for each in a_promotion.definitions() if each.key != "first-n"]
    rules.publish(tea_house, kept, a_promotion.GROUPS, now=made.now)
    after = reports.promotions(tea_house, Days()).rules
    assert after[-1].rule == "first-n"
    assert after[-1].counts == before["first-n"].counts
    assert after[-1].versions == 1


def test_an_empty_report_is_zeros(tea_house: int) -> None:
    """Nothing published is no line; rules nobody asked have zeros and no money."""
    assert reports.promotions(tea_house, Days()).rules == ()
    a_promotion.prepare(tea_house)
    lines = reports.promotions(tea_house, Days(), now=clock.now()).rules
    assert [line.counts for line in lines] == [{}] * 5
    assert {line.turnover + line.purses + line.refusals for line in lines} == {()}


def test_previews_are_counted_by_local_day(tea_house: int) -> None:
    """What was offered is counted once it is written, and a second writing adds nothing."""
    made = a_promotion.fill(tea_house, 40, seed=8)
    assert rules.flush_previews() > 0
    assert rules.flush_previews() == 0
    wanted: Counter = Counter()
    for (rule, day), times in made.offered.items():
        wanted[rule, day] += times
    found = {}
    for line in reports.promotions(tea_house, Days()).rules:
        page = reports.opened(
            tea_house, Days(), line.rule, Which(Number.PREVIEWED), limit=500, now=made.now
        )
        found |= {(line.rule, each.day): each.figure for each in page.rows}
        assert line.count(Number.PREVIEWED) == page.figure
    assert found == dict(wanted)
