"""What a page tells is in the database when it is answered, once, whoever repeats it."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from postlude.activity import api as activity
from postlude.activity.types import Kind
from postlude.kernel import store, work
from postlude.people import api as people
from support.beacons import SHOP, event, order, page_view, uuid7


def kept(org: int) -> list:
    rows = store.rows_sql(
        "SELECT activity FROM activity_facts_activity WHERE org = %s ORDER BY activity", [org]
    )
    found = activity.activities(org, [row[0] for row in rows])
    return [found[row[0]] for row in rows]


def test_a_page_view_and_an_event_are_kept_before_the_answer(page):
    answer = page.send(
        page_view(f"{SHOP}/hats?email=ann@example.test#top", products=["hat-1"]),
        event("add_to_cart", products=["hat-1", 7], properties={"size": "M", "price": 12.5}),
    )

    assert (204, b"") == (answer.status_code, answer.content)
    view, added = sorted(kept(page.org), key=lambda each: each.kind)[::-1]
    assert (Kind.PAGE, f"{SHOP}/hats", ("hat-1",)) == (view.kind, view.url, view.products)
    assert (Kind.EVENT, "add_to_cart") == (added.kind, added.action)
    assert (("hat-1", "7"), {"size": "M", "price": 12.5}) == (added.products, added.properties)
    assert view.visitor == added.visitor
    assert (None, "browser") == (view.contact, view.agent)


def test_the_same_batch_again_changes_nothing(page):
    hits = page_view(), event(), order()

    answers = [page.send(*hits).status_code for _ in range(3)]

    assert [204] * 3 == answers
    assert 3 == len(kept(page.org))
    assert [(1,)] == store.rows_sql("SELECT COUNT(*) FROM orders_shoporder")


def test_a_browser_is_one_visitor_and_its_cookie_lasts(page):
    first = page.send(page_view())
    cookie = first.headers["set-cookie"]
    page.send(page_view())

    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Max-Age=34128000" in cookie
    assert 1 == len({each.visitor for each in kept(page.org)})
    assert "set-cookie" not in page.send(page_view()).headers


def test_where_there_is_no_cookie_the_page_says_which_browser_it_is(page):
    for _ in range(2):
        page.forget()
        page.send(page_view(), cid="abcdefghijklmnop1234")

    assert 1 == len({each.visitor for each in kept(page.org)})


@pytest.mark.parametrize("cid", ["null", "undefined", "anonymous", "0", "", "0" * 32, "a b" * 8])
def test_what_stands_for_nobody_is_no_browser(page, cid):
    for _ in range(2):
        page.forget()
        page.send(page_view(), cid=cid)

    assert 2 == len({each.visitor for each in kept(page.org)})


def test_two_first_hits_at_once_are_one_visitor(page):
    cid = "abcdefghijklmnop1234"
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: page.send(page_view(), cid=cid), range(16)))

    assert {204} == {each.status_code for each in answers}
    assert [(1,)] == store.rows_sql("SELECT COUNT(*) FROM people_facts_visitor")


def test_who_logs_in_is_known_with_all_that_the_browser_did(page):
    page.send(page_view())
    page.send(event("login"), member="M1")

    view, login = kept(page.org)
    numbers, _ = people.find_customers(page.org, numbers=["M1"])
    assert view.visitor == login.visitor
    assert {view.visitor: numbers["M1"]} == people.contacts_of_visitors(page.org, [view.visitor])
    assert (None, numbers["M1"]) == (view.contact, login.contact)


@pytest.mark.parametrize("member", ["null", "undefined", "Anonymous", "0", "000", " "])
def test_what_stands_for_nobody_is_no_member(page, member):
    answer = page.send(page_view(), member=member)

    assert ({"kept": 1, "refused": [], "ignored": ["member"]}) == answer.json()
    assert [None] == [each.contact for each in kept(page.org)]


def test_an_event_of_somebody_known_is_news_once(page):
    heard = []
    work.subscribe(activity.EVENT, "test", lambda batch: heard.extend(batch.keys))
    hits = page_view(), event("add_to_cart")

    page.send(*hits)  # nobody known
    page.send(*hits, member="M1")
    again = page_view(), event("add_to_wishlist")
    page.send(*again, member="M1")
    page.send(*again, member="M1")
    work.drain(lambda: False)

    facts = activity.activities(page.org, heard)
    assert ["add_to_wishlist"] == [each.action for each in facts.values()]


def test_an_order_is_told_to_the_shops_orders_and_once(page):
    page.send(order("A-1", "1200"), member="M1")
    page.send(order("A-1", "1200"), member="M1")  # the thanks page, loaded again

    rows = store.rows_sql("SELECT uid, state, amount_minor, currency, source FROM orders_shoporder")
    assert [("A-1", "opened", 120000, "TWD", "beacon")] == rows
    assert [("order", "A-1")] == [(each.action, each.subject) for each in kept(page.org)]


def test_what_a_page_says_was_ordered_counts_only_where_the_key_says_so(collector, org):
    from support.beacons import Page

    Page(collector, org.id).send(order("A-1"), member="M1")
    assert [] == store.rows_sql("SELECT orders FROM orders_facts_contact WHERE orders > 0")

    Page(collector, org.id, orders_close=True).send(order("A-2"), member="M1")
    assert [(1,)] == store.rows_sql("SELECT orders FROM orders_facts_contact WHERE orders > 0")


def test_an_order_that_the_shop_told_before_stays_as_the_shop_said(page):
    from postlude.kernel import clock
    from postlude.kernel.money import Money
    from postlude.orders import api as orders

    said = orders.ShopOrderSeen(
        "A-1", orders.Stage.CLOSED, clock.now(), amount=Money(50000, "TWD"), source="till"
    )
    orders.take_shop_orders(page.org, [said], now=clock.now())
    page.send(order("A-1", "9999"))

    rows = store.rows_sql("SELECT state, amount_minor, source FROM orders_shoporder")
    assert [("closed", 50000, "till")] == rows


def test_one_hit_that_cannot_be_used_does_not_spoil_the_others(page):
    answer = page.send(page_view(), {"id": "x", "type": "page"}, page_view())

    assert 200 == answer.status_code
    assert [(1, "bad_id")] == [(each["hit"], each["code"]) for each in answer.json()["refused"]]
    assert 2 == answer.json()["kept"] == len(kept(page.org))


def test_hits_of_another_organisation_are_its_own(page, collector):
    from postlude.orgs import api as orgs
    from support.beacons import Page

    other = orgs.create("other", "Other", zone="Asia/Taipei", currency="JPY")
    hit = page_view()
    page.send(hit)
    Page(collector, other.id).send(hit)

    assert [1, 1] == [len(kept(page.org)), len(kept(other.id))]
    (mine,), (theirs,) = kept(page.org), kept(other.id)
    assert mine.visitor != theirs.visitor
    assert {} == activity.activities(other.id, [mine.id])


def test_who_does_not_agree_is_counted_and_no_more(page):
    answer = page.send(page_view(), event("add_to_cart"), consent=False)
    page.post(json.dumps({"hits": [page_view()]}), **{"sec-gpc": "1"})

    assert 204 == answer.status_code
    assert "set-cookie" not in answer.headers
    assert [] == kept(page.org)
    rows = store.rows_sql("SELECT kind, action, hits FROM activity_facts_uncounted ORDER BY kind")
    assert [("event", "add_to_cart", 1), ("page", "", 2)] == rows
    assert [(0,)] == store.rows_sql("SELECT COUNT(*) FROM people_facts_visitor")


def test_what_is_sent_again_is_counted_once(page):
    """A browser that lost the answer tells it again; a hash of the hit's id is all that stays."""
    looked, added = page_view(), event("add_to_cart")
    page.send(looked, added, looked, consent=False)
    page.send(looked, page_view(), consent=False)

    rows = store.rows_sql("SELECT kind, action, hits FROM activity_facts_uncounted ORDER BY kind")
    assert [("event", "add_to_cart", 1), ("page", "", 2)] == rows
    names = [row[0] for row in store.rows_sql("SELECT hit FROM activity_counted")]
    assert 3 == len(names)
    assert all(name.startswith("k1:") for name in names)
    assert not [name for name in names if looked["id"].replace("-", "") in name]


def test_who_has_taken_the_consent_back_is_counted_and_no_more_from_the_next_hit_on(page):
    from postlude.kernel import clock

    page.send(page_view(), member="M1")
    contact = people.find_customers(page.org, numbers=["M1"])[0]["M1"]
    people.set_consent(page.org, contact, "tracking", granted=False, source="test", now=clock.now())
    page.send(page_view(), order("A-9"), member="M1")

    assert 1 == len(kept(page.org))
    assert [(contact,)] == store.rows_sql("SELECT contact FROM orders_shoporder")


def test_a_browser_that_a_program_drives_is_kept_with_that_doubt(page):
    page.send(page_view(), automated=True)

    rows = store.rows_sql("SELECT by_machine FROM activity_facts_activity")
    assert [(1,)] == rows


def test_a_hit_is_where_its_own_clock_says_however_wrong_that_is(page):
    """The client's clock is ten days slow, and the hit was made an hour before it was sent."""
    from datetime import timedelta

    from postlude.kernel import clock

    sent = clock.now() - timedelta(days=10)
    page.send(
        page_view(at=int((sent - timedelta(hours=1)).timestamp() * 1_000)),
        sent_at=int(sent.timestamp() * 1_000),
    )

    (fact,) = kept(page.org)
    off = abs(fact.received_at - timedelta(hours=1) - fact.at)
    assert off < timedelta(seconds=60)


def test_an_id_is_a_repeat_years_later_too_and_another_is_not(page):
    """The key of repeats has the day of the id, not the day of arrival."""
    hit = page_view() | {"id": uuid7(1_780_000_000_000)}
    first, again = page.send(hit), page.send(hit)

    assert {204} == {first.status_code, again.status_code}
    assert 1 == len(kept(page.org))
