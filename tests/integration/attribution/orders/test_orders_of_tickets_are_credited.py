"""An order of tickets is credited as one of the shop is: paid, free, changed, refunded, handed on."""

import itertools
from datetime import timedelta
from functools import partial
from importlib import import_module

import pytest

from postlude.attribution import api as attribution
from postlude.attribution.api import OrderSort
from postlude.attribution.models import OrderCredit
from postlude.attribution.orders.jobs import lacking
from postlude.attribution.types import OrderState
from postlude.kernel import clock as kernel_clock
from postlude.kernel import nightly, store, work
from postlude.kernel.clock import FrozenClock
from postlude.kernel.money import Money
from postlude.orders.models import Order
from postlude.orders.types import State, Via
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import Actor, PersonSeen
from postlude.wiring.cli.commands import run
from support.crediting import Shop, at

NOON = at("12:00:00")
STAFF = Actor("staff", "1")


def kept(shop: Shop, name: str = "T-1") -> attribution.OrderCredited:
    return attribution.credited(shop.org, [shop.orders[name]])[shop.orders[name]]


def twd(amount: int) -> Money:
    return Money(amount * 100, "TWD")


@pytest.fixture
def fair(shop, monkeypatch) -> Shop:
    """Ann and Bob have opened a mail at ten and clicked in it at eleven."""
    monkeypatch.setattr(work, "_subscriptions", _heeding({"credit", "orders"}))
    seen = [PersonSeen(f"{name}@example.test", reference=name) for name in ("ann", "bob")]
    found = people.recognise_many(shop.org, seen, now=kernel_clock.now())
    shop.contacts = {name: it.contact for name, it in zip(("ann", "bob"), found, strict=True)}
    for name in ("ann", "bob"):
        shop.touch(f"open {name}", "pixel", name, at("10:00:00"))
        shop.touch(f"click {name}", "link", name, at("11:00:00"))
        shop.judge(**{f"click {name}": True})
    shop.heed()
    return shop


def _heeding(wanted: set[str]) -> dict[tuple[str, str], work.Subscription]:
    return {key: it for key, it in work._subscriptions.items() if it.consumer in wanted}


def test_a_sale_is_credited_to_what_was_opened_and_clicked_before_it(fair):
    fair.sell("T-1", fair.ticket("1", "ann", NOON), fair.ticket("2", "ann", NOON, 500))
    fair.heed()
    assert {"T-1": ("open ann", "click ann")} == fair.credited()
    it = kept(fair)
    assert (OrderSort.TICKETS, OrderState.CLOSED, twd(1_500)) == (it.sort, it.state, it.amount)
    assert (NOON, fair.contacts["ann"], None) == (it.at, it.contact, it.session_started_at)


def test_a_free_ticket_is_an_order_and_a_guest_has_bought_nothing(fair):
    fair.sell("T-1", fair.ticket("1", "ann", NOON, 0))
    fair.sell("G-1", fair.ticket("2", "bob", NOON, 0), via=Via.GUEST)
    fair.heed()
    assert (OrderState.CLOSED, twd(0)) == (kept(fair).state, kept(fair).amount)
    assert ["T-1"] == list(OrderCredit.objects.values_list("uid", flat=True))


def test_who_has_not_paid_yet_has_an_order_that_waits_and_its_time_is_the_first_known(fair):
    with kernel_clock.use(FrozenClock(at("11:30:00"))):
        fair.sell("T-1", fair.ticket("1", "ann", at("11:29:00"), paid=False))
        fair.heed()
        assert (OrderState.OPEN, at("11:30:00")) == (kept(fair).state, kept(fair).at)
    later = at("18:00:00", 14)  # by transfer; by then the click is days old
    with kernel_clock.use(FrozenClock(later)):
        fair.sell("T-1", fair.ticket("1", "ann", later))
        fair.heed()
    assert {"T-1": ("open ann", "click ann")} == fair.credited()
    assert (OrderState.CLOSED, at("11:30:00")) == (kept(fair).state, kept(fair).at)


def test_a_refund_takes_away_what_it_gives_back(fair):
    whole = fair.ticket("1", "ann", NOON), fair.ticket("2", "ann", NOON, 500)
    fair.sell("T-1", *whole)
    fair.heed()
    after = at("13:00:00")
    fair.sell("T-1", fair.ticket("1", None, after, paid=False, state=State.REFUNDED))
    fair.heed()
    assert (OrderState.CLOSED, twd(500)) == (kept(fair).state, kept(fair).amount)
    fair.sell("T-1", via=Via.WEBHOOK, cancelled_at=after)
    fair.heed()
    assert (OrderState.CANCELLED, twd(1_500)) == (kept(fair).state, kept(fair).amount)
    assert {"T-1": ("open ann", "click ann")} == fair.credited(), "it keeps its row and its credit"


def test_a_cancel_that_came_first_never_counts(fair):
    fair.sell("T-1", via=Via.WEBHOOK, cancelled_at=NOON)
    fair.heed()
    assert not OrderCredit.objects.exists()
    fair.sell("T-1", fair.ticket("1", "ann", NOON), via=Via.WEBHOOK, paid_at=NOON)
    fair.heed()
    assert OrderState.CANCELLED is kept(fair).state


def test_a_ticket_of_another_address_is_theirs_who_hold_it(fair):
    """The organiser's first support case: the address was wrong, and is put right."""
    fair.sell("T-1", fair.ticket("1", "ann", NOON))
    fair.heed()
    fair.sell("T-1", fair.ticket("1", "bob", at("12:30:00")))
    fair.heed()
    assert {"T-1": ("open bob", "click bob")} == fair.credited()


def test_joined_and_parted_the_credit_goes_along(fair):
    shop = fair
    shop.touch("later", "pixel", "bob", at("11:30:00"))
    shop.sell("T-1", shop.ticket("1", "ann", NOON))
    shop.heed()
    before = shop.rows()
    child, head = shop.contacts["ann"], shop.contacts["bob"]
    people.merge(shop.org, child, head, why="one", actor=STAFF, now=kernel_clock.now())
    shop.heed()
    assert ("later", "click bob") == shop.credited()["T-1"]
    assert head == kept(shop).contact
    people.unmerge(shop.org, child, why="two", actor=STAFF, now=kernel_clock.now())
    shop.heed()
    assert before == shop.rows()


def doings(shop: Shop) -> dict[str, partial[None]]:
    """An order as each door tells of it, and a click that is found human meanwhile."""
    gone = shop.ticket("2", None, at("15:00:00"), paid=False, state=State.REFUNDED)
    both = shop.ticket("1", "ann", at("12:05:00")), shop.ticket("2", "bob", at("12:05:00"), 500)
    return {
        "poll": partial(shop.sell, "T-1", *both),
        "hook": partial(shop.sell, "T-1", *both, via=Via.WEBHOOK, paid_at=NOON),
        "gone": partial(shop.sell, "T-1", gone),
        "click": partial(shop.judge, late=True),
    }


def test_in_whatever_order_it_comes_the_end_is_one(fair):
    """Told from scratch, each permutation, worked off after each step: the same row."""
    ends = set()
    for number, order in enumerate(itertools.permutations(("poll", "hook", "gone", "click"))):
        org = orgs.create(f"fair{number}", "Fair", zone="Asia/Taipei", currency="TWD").id
        shop = Shop(org)
        shop.contacts = {"ann": 1, "bob": 2}
        shop.touch("late", "link", "ann", at("11:30:00"))
        told = doings(shop)
        for name in order:
            told[name]()
            shop.heed()
            checked = attribution.recompute_orders(org, now=kernel_clock.now(), mend=False)
            assert () == checked.differences, order[: order.index(name) + 1]
        rows = [
            (*row[:2], *row[3:6], "late" if row[10] == shop.touches["late"] else row[10])
            for row in shop.rows()
        ]
        ends.add(tuple(rows))
    assert {(("T-1", 1, NOON, "closed", 1_000_00, "late"),)} == {
        tuple((uid, who, store.known_instant(when), *rest) for uid, who, when, *rest in rows)
        for rows in ends
    }


def test_what_changes_nothing_is_no_news(fair):
    view = fair.ticket("1", "ann", NOON)
    fair.sell("T-1", view)
    fair.heed()
    fair.sell("T-1", view)
    assert not work.WorkRow.objects.filter(topic="order.told").exists()


def test_the_hourly_look_finds_what_no_news_told(fair):
    fair.sell("T-1", fair.ticket("1", "ann", NOON))
    fair.sell("T-2", fair.ticket("2", "bob", NOON))
    Order.objects.filter(number="T-1").update(created_at=at("12:10:00"))
    work.WorkRow.objects.all().delete()
    found = [each for some in lacking(fair.org, at("13:00:00")) for each in some]
    assert [fair.orders["T-1"]] == found


def test_at_night_they_are_looked_at_too(fair):
    fair.sell("T-1", fair.ticket("1", "ann", NOON))
    fair.order("S-1", NOON, contact="ann")
    fair.heed()
    org = orgs.get(fair.org)
    attribution.check_orders(org, until=lambda: False, whatever=True)
    assert [(2, 0)] == [(each.looked, each.differing) for each in nightly.checks(fair.org)]
    OrderCredit.objects.filter(uid="T-1").update(amount_minor=1)
    [found] = attribution.recompute_orders(fair.org, now=kernel_clock.now(), mend=False).differences
    assert ("T-1", ("amount_minor",)) == (found.uid, found.names)


def test_a_first_click_before_an_order_is_tried_at_once(shop):
    """As for an order of the shop: who was on the site is a person, and nobody waits for it."""
    shop.browser("u", "ann")
    shop.touch("k", "link", "ann", at("11:00:00"), visitor="u")
    shop.look("u", at("11:01:00"))
    work.WorkRow.objects.all().delete()
    shop.sell("T-1", shop.ticket("1", "ann", NOON))
    shop.settle()
    assert {"T-1": ("k", "k")} == shop.credited()


def rows_of(shop: Shop) -> list[str]:
    return sorted(OrderCredit.objects.filter(org=shop.org).values_list("uid", flat=True))


def test_who_sold_tickets_before_keeps_the_past_as_it_was(fair):
    """The migration: old tickets change no report, and are no alarm, until somebody says so."""
    module = import_module("postlude.attribution.migrations.0009_orders_of_tickets")
    for number in range(3):
        fair.sell(f"T-{number}", fair.ticket(str(number), "ann", NOON + timedelta(minutes=number)))
    fair.order("S-1", NOON, contact="ann")
    other = orgs.create("other", "Other", zone="Asia/Taipei", currency="TWD").id
    spoke = orgs.create("spoke", "Spoke", zone="Asia/Taipei", currency="TWD").id
    Shop(spoke).sell("T-1", Shop(spoke).ticket("1", None, NOON))
    attribution.credit_within(spoke, {"sms": timedelta(hours=2)}, now=kernel_clock.now())
    work.WorkRow.objects.filter(org=fair.org).delete()
    with store.write():
        for each in (module.GO_ON, module.START):
            store.execute(each)
    assert 0 == attribution.rule_of(fair.org).version, "nothing is judged anew"
    assert attribution.rule_of(fair.org).tickets_from is not None
    assert attribution.rule_of(other).tickets_from is None
    said = attribution.rule_of(spoke)
    assert (1, {"sms": timedelta(hours=2)}) == (said.version, said.windows)
    assert said.tickets_from is not None
    attribution.recompute_orders(fair.org, now=kernel_clock.now())
    assert ["S-1"] == rows_of(fair)
    work.publish("order.told", fair.org, list(fair.orders.values()))
    fair.heed()
    assert ["S-1"] == rows_of(fair), "an old ticket that changes is still of the past"
    assert not list(lacking(fair.org, kernel_clock.now()))


def test_from_the_day_that_is_said_they_are_looked_for(fair, clock, capsys):
    """In pages, by a job; meanwhile they are no alarm, and said once more nothing happens."""
    for number in range(3):
        fair.sell(f"T-{number}", fair.ticket(str(number), "ann", at("12:00:00", 8 + number)))
    work.WorkRow.objects.all().delete()
    slug = orgs.get(fair.org).slug
    since = ["attribution", "rule", "--org", slug, "--tickets-since"]
    assert 0 == run([*since, "2026-03-12"])
    attribution.recompute_orders(fair.org, now=clock.now())
    fair.look_again()
    assert [] == rows_of(fair)
    assert 0 == run([*since, "2026-03-09"])
    assert "of tickets since 2026-03-09" in capsys.readouterr().out
    checked = attribution.recompute_orders(fair.org, now=clock.now(), mend=False)
    assert ((), 2) == (checked.differences, checked.awaiting)
    attribution.check_orders(orgs.get(fair.org), until=lambda: False, whatever=True)
    assert [0] == [each.differing for each in nightly.checks(fair.org)]
    fair.look_again()
    assert ["T-1", "T-2"] == rows_of(fair)
    assert ("open ann", "click ann") == fair.credited()["T-2"]
    said = attribution.rule_of(fair.org).version
    assert 0 == run([*since, "2026-03-09"])
    assert said == attribution.rule_of(fair.org).version
    fair.look_again()
    assert 0 == run(["attribution", "recompute", "--check"])


def test_one_sort_alone_may_be_credited(fair, clock):
    fair.sell("T-1", fair.ticket("1", "ann", NOON))
    fair.order("S-1", NOON, contact="ann")
    fair.heed()
    assert ["S-1", "T-1"] == rows_of(fair)
    slug = orgs.get(fair.org).slug
    for sort, left in (("shop", "S-1"), ("tickets", "T-1")):
        assert 0 == run(["attribution", "rule", "--org", slug, "--orders", sort])
        fair.look_again()
        assert [left] == rows_of(fair)
        assert () == attribution.recompute_orders(fair.org, now=clock.now(), mend=False).differences


def test_of_two_orders_of_one_number_either_says_why(fair, capsys):
    fair.order("7", at("13:00:00"), 200, contact="bob")
    fair.sell("7", fair.ticket("1", "ann", NOON))
    fair.sell("8", fair.ticket("2", "ann", NOON, 0), via=Via.GUEST)
    fair.heed()
    slug = orgs.get(fair.org).slug
    assert 0 == run(["attribution", "why", "7", "--org", slug])
    assert "7, closed, 2026-03-10 13:00:00" in capsys.readouterr().out
    assert 0 == run(["attribution", "why", "7", "--tickets", "--org", slug])
    assert "7 of tickets, closed, 2026-03-10 12:00:00" in capsys.readouterr().out
    assert 0 == run(["attribution", "shares", "7", "--tickets", "--org", slug])
    assert "100.00%" in capsys.readouterr().out
    assert 3 == run(["attribution", "why", "8", "--org", slug])
    assert "a guest" in capsys.readouterr().err
