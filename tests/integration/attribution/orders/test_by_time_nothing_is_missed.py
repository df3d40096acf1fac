"""Worked example 2: the hourly look with its edges, late page views, what changes hands."""

import itertools
from datetime import timedelta

import pytest

from postlude.attribution import api as attribution
from postlude.attribution.models import OrderCredit
from postlude.attribution.orders.jobs import lacking
from postlude.kernel import clock as kernel_clock
from postlude.kernel import jobs, work
from postlude.kernel.clock import FrozenClock
from postlude.orders.models import ShopOrder
from postlude.orgs import api as orgs
from postlude.wiring.cli.commands import run
from support.crediting import Shop, at


def test_the_hourly_look_is_from_740_to_20_minutes_back_with_both_ends(shop):
    """At 12:00:00: made from 23:40:00 of the day before to 11:40:00, and nothing else."""
    shop.contacts = {"ann": 1}
    made = {
        "too old": at("23:39:59", 9),
        "oldest": at("23:40:00", 9),
        "newest": at("11:40:00"),
        "too new": at("11:40:01"),
    }
    for name, when in made.items():
        shop.order(name, at("10:00:00"), contact="ann")
        ShopOrder.objects.filter(id=shop.orders[name]).update(first_seen_at=when)
    found = [each for some in lacking(shop.org, at("12:00:00")) for each in some]
    assert [shop.orders["oldest"], shop.orders["newest"]] == found


def test_the_hourly_look_finds_what_no_news_told(shop):
    shop.contacts = {"ann": 1}
    with kernel_clock.use(FrozenClock(at("09:00:00"))):
        shop.order("o1", at("08:59:00"), contact="ann")
        shop.touch("k1", "pixel", "ann", at("08:00:00"))
    work.WorkRow.objects.all().delete()
    with kernel_clock.use(FrozenClock(at("12:00:00"))):
        assert 1 == jobs.run_once("attribution.recompute")
    assert {"o1": ("k1", None)} == shop.credited()


@pytest.mark.parametrize("first", ["at once", "in the end"])
def test_a_click_that_becomes_human_later_is_taken_though_both_were_full(shop, first):
    """The literal rule would leave the first click; the order of arrival must not matter."""
    shop.contacts = {"ann": 1}
    shop.touch("pixel", "pixel", "ann", at("08:59:00"))
    shop.touch("c1", "link", "ann", at("09:00:00"))
    shop.judge(c1=True)
    shop.touch("c2", "link", "ann", at("11:50:00"))
    shop.order("o", at("12:00:00"), contact="ann")
    if first == "at once":
        shop.heed()
        assert {"o": ("pixel", "c1")} == shop.credited()
    shop.judge(c2=True)
    shop.heed()
    assert {"o": ("pixel", "c2")} == shop.credited()


def test_a_page_view_on_its_way_is_looked_for_after_six_minutes(shop):
    """Told within five minutes it is no news; looked at once more, it is there."""
    frozen = FrozenClock(at("12:00:00"))
    with kernel_clock.use(frozen):
        shop.browser("u")
        shop.order("o", at("12:00:00"), visitor="u")
        shop.heed()
        assert {"o": (at("12:00:00"), at("12:00:00"))} == shop.sessions()
        shop.look("u", at("11:45:00"))
        frozen.advance(minutes=5)
        shop.look_again()
        assert at("12:00:00") == shop.sessions()["o"][0]
        frozen.advance(minutes=1)
        shop.look_again()
        assert {"o": (at("11:45:00"), at("12:00:00"))} == shop.sessions()
        assert [None] == list(OrderCredit.objects.values_list("look_at", flat=True))


def test_a_long_session_is_followed_to_its_beginning(shop):
    shop.browser("u")
    for minutes in range(0, 20 * 60, 30):
        shop.look("u", at("20:00:00") - timedelta(minutes=minutes))
    shop.order("o", at("20:00:00"), visitor="u")
    shop.heed()
    assert {"o": (at("00:30:00"), at("20:00:00"))} == shop.sessions()


def test_who_is_nobody_has_a_row_and_gets_credit_when_they_are_known(shop):
    shop.order("till", at("12:00:00"))
    shop.browser("u")
    shop.order("site", at("12:00:00"), visitor="u")
    shop.contacts = {"A1": shop.contacts.get("A1", 0)}
    shop.heed()
    assert {"till": (None, None), "site": (None, None)} == shop.credited()
    shop.browser("other", "A1")
    shop.touch("k", "pixel", "A1", at("11:00:00"))
    shop.heed()
    assert (None, None) == shop.credited()["site"]
    shop.browser("u", "A1")
    shop.heed()
    assert {"till": (None, None), "site": ("k", None)} == shop.credited()


def test_facts_again_change_nothing_and_another_organisation_neither(shop):
    """I5, I8."""
    other = Shop(orgs.create("other", "Other", zone="Asia/Taipei", currency="TWD").id)
    for each in (shop, other, shop):
        each.contacts = {"ann": 1}
        each.touch("k", "pixel", "ann", at("11:00:00"))
        each.order("o", at("12:00:00"), contact="ann")
        each.heed()
    other.touch("later", "pixel", "ann", at("11:30:00"))
    other.heed()
    assert {"o": ("k", None)} == shop.credited()
    assert {"o": ("later", None)} == other.credited()
    assert 2 == OrderCredit.objects.count()


def test_what_is_stored_wrongly_is_an_alarm_and_is_mended(shop, capsys):
    shop.contacts = {"ann": 1}
    for number in range(3):
        shop.touch(f"k{number}", "pixel", "ann", at("11:00:00") + timedelta(minutes=number))
        shop.order(f"o{number}", at("12:00:00"), contact="ann")
    shop.heed()
    before = shop.rows()
    assert 0 == run(["attribution", "recompute", "--check"])
    OrderCredit.objects.filter(uid="o1").update(open_touch=7)
    OrderCredit.objects.filter(uid="o2").delete()
    OrderCredit.objects.create(
        id=99, org_id=shop.org, uid="gone", at=at("12:00:00"), created_at=at("12:00:00"),
        state="closed", judged_at=at("12:00:00"),
    )  # fmt: skip
    capsys.readouterr()
    assert 5 == run(["attribution", "recompute", "--check"])
    out = capsys.readouterr().out
    assert all(name in out for name in ("o1", "o2", "gone", "open_touch", "missing"))
    assert 0 == run(["attribution", "recompute"])
    assert before == shop.rows()
    assert 0 == run(["attribution", "recompute", "--check"])
    # Cut off, it goes on behind the last one.
    ids = sorted(shop.orders.values())
    stops = itertools.chain([False], itertools.repeat(True))
    cut = attribution.recompute_orders(
        shop.org, now=kernel_clock.now(), after=ids[1], stop=lambda: next(stops)
    )
    assert (1, ids[2]) == (cut.looked_at, cut.last)


def test_at_the_command_line_it_is_said_why(shop, capsys):
    shop.contacts = {"ann": 1}
    shop.touch("k", "link", "ann", at("11:00:00"))
    shop.judge(k=True)
    shop.order("A-7", at("12:00:00"), 1_000, contact="ann")
    shop.heed()
    assert 0 == run(["attribution", "why", "A-7"])
    assert "taken" in capsys.readouterr().out
    assert 0 == run(["attribution", "shares", "A-7", "--model", "decay"])
    assert "100.00%" in capsys.readouterr().out
    assert 0 == run(["attribution", "rule", "48h", "sms=30m"])
    out = capsys.readouterr().out
    assert all(words in out for words in ("Rule 1", "2 days", "sms", "0:30:00"))
    assert 3 == run(["attribution", "why", "B-1"])
    assert 3 == run(["attribution", "rule", "soon"])
