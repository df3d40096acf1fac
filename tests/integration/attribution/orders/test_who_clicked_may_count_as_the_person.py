"""A mail that was passed on: by the organisation's word its click is the reader's (A-8)."""

from datetime import date, timedelta

import pytest

from postlude.attribution import api as attribution
from postlude.kernel import clock, store
from postlude.orgs import api as orgs
from postlude.orgs.types import Counts
from postlude.people import api as people
from postlude.people.types import Visit
from postlude.tracking import api as tracking
from support.crediting import Shop, at

TENTH = date(2026, 3, 10)


def count_clickers(shop: Shop, day: date = TENTH) -> None:
    orgs.set_measuring(shop.org, from_day=day, actor="ann", now=clock.now(), identity="clicker")
    shop.heed()
    shop.look_again()


@pytest.fixture
def passed_on(shop):
    """Ann's mail is clicked in Bob's browser; both buy, Bob at another one of his."""
    shop.browser("of-ann", "ann")
    shop.browser("of-bob", "bob")
    shop.browser("phone-of-bob", "bob")
    shop.touch("click", "link", "ann", at("10:00:00"), visitor="of-bob")
    shop.judge(click=True)
    shop.order("of-ann", at("11:00:00"), visitor="of-ann", contact="ann")
    shop.order("of-bob", at("12:00:00"), visitor="phone-of-bob", contact="bob")
    shop.heed()
    return shop


ANNS = {"of-ann": ("click", "click"), "of-bob": (None, None)}
BOBS = {"of-ann": (None, None), "of-bob": ("click", "click")}


def clean(shop: Shop) -> bool:
    found = attribution.recompute_orders(shop.org, now=clock.now(), mend=False)
    return (found.differences, found.awaiting) == ((), 0)


def test_it_is_the_recipients_unless_said_and_the_clickers_from_the_day_on(passed_on):
    assert ANNS == passed_on.credited()
    count_clickers(passed_on, TENTH + timedelta(days=1))
    assert ANNS == passed_on.credited()
    count_clickers(passed_on)
    assert BOBS == passed_on.credited()
    assert clean(passed_on)
    assert 1 == tracking.passed_on(passed_on.org, at("00:00:00"), at("23:59:59"))


def test_the_receipts_of_both_say_the_same_as_is_stored(passed_on):
    count_clickers(passed_on)
    receipts = {
        name: attribution.receipt(passed_on.org, number)
        for name, number in passed_on.orders.items()
    }
    assert all(each.agrees for each in receipts.values())
    assert ([], [Counts.SEED]) == tuple(
        [line.by for line in receipts[name].lines] for name in ("of-ann", "of-bob")
    )


def test_a_click_of_nobody_we_know_stays_the_recipients_until_somebody_logs_in(shop):
    shop.browser("of-ann", "ann")
    shop.browser("of-bob", "bob")
    shop.browser("new")
    count_clickers(shop)
    shop.touch("click", "link", "ann", at("10:00:00"), visitor="new")
    shop.judge(click=True)
    shop.order("of-ann", at("11:00:00"), contact="ann")
    shop.order("of-bob", at("12:00:00"), contact="bob")
    shop.heed()
    assert ANNS == shop.credited()
    with store.write():
        people.visit_many(
            shop.org, [Visit("browser-of-a-shop-new", clock.now(), "bob")], now=clock.now()
        )
    shop.heed()
    assert BOBS == shop.credited()
    assert clean(shop)


def test_the_page_that_was_reached_says_later_whose_it_was(shop):
    """The click itself comes without a browser, and is judged before its page has spoken."""
    shop.browser("of-ann", "ann")
    shop.browser("of-bob", "bob")
    count_clickers(shop)
    shop.touch("click", "link", "ann", at("10:00:00"))
    shop.judge(click=True)
    shop.order("of-ann", at("11:00:00"), contact="ann")
    shop.order("of-bob", at("12:00:00"), contact="bob")
    shop.heed()
    assert ANNS == shop.credited()
    token = tracking.click_token(shop.touches["click"])
    with store.write():
        tracking.claim(shop.org, [(token, shop.visitors["of-bob"], at("10:00:05"))])
    shop.heed()
    assert BOBS == shop.credited()
    assert clean(shop)


def test_what_was_said_and_not_judged_yet_is_no_difference(passed_on):
    orgs.set_measuring(
        passed_on.org, from_day=TENTH, actor="ann", now=clock.now(), identity="clicker"
    )
    found = attribution.recompute_orders(passed_on.org, now=clock.now(), mend=False)
    assert ((), 2) == (found.differences, found.awaiting)
    attribution.recompute_orders(passed_on.org, now=clock.now())
    assert BOBS == passed_on.credited()
