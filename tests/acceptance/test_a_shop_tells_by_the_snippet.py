"""A real browser in a shop that has pasted the snippet: what its visitor does is kept, once."""

import gzip
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from postlude.kernel import clock, store
from postlude.people import api as people
from postlude.people.types import PersonSeen
from postlude.sandbox.server import Sandbox
from support.a_shop_in_a_browser import MARKS, Shop, browsing
from support.collecting import collecting
from support.running import free_port

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = MARKS


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    # Playwright's loop runs in this thread; the database is used by the test beside it.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with browsing(playwright) as page:
        yield page


@pytest.fixture
def shop_address() -> Iterator[str]:
    with Sandbox() as sandbox:
        yield sandbox.base_url


@pytest.fixture
def shop(org, page, shop_address) -> Iterator[Shop]:
    with collecting() as beacon:
        yield Shop(org.id, page, shop_address, beacon)


def test_a_visit_from_the_first_page_to_the_order(shop: Shop) -> None:
    shop.open("hats", "&utm_source=newsletter&utm_medium=email")
    shop.page.click("#hat-1")
    shop.page.click("#to-account")
    shop.page.click("#login")
    shop.page.click("#news")
    shop.page.click("#to-thanks")
    shop.wait(lambda: "order" in shop.did())
    shop.page.reload()
    shop.wait(lambda: 2 == shop.did().count("thanks"))

    did = shop.did()
    assert sorted(did) == sorted(
        ["hats", "add_to_cart", "account", "login", "newsletter", "thanks", "order", "thanks"]
    )
    facts = {each.action: each for each in shop.kept() if each.action}
    assert (("hat-1",), {"size": "M"}) == (
        facts["add_to_cart"].products,
        facts["add_to_cart"].properties,
    )
    assert {"week": 7} == facts["newsletter"].properties
    assert "A-1001" == facts["order"].subject
    (visitor,) = {each.visitor for each in shop.kept()}
    member = people.find_customers(shop.org, numbers=["M-1001"])[0]["M-1001"]
    assert {visitor: member} == people.contacts_of_visitors(shop.org, [visitor])
    assert [("A-1001", "opened", 129000, member)] == store.rows_sql(
        "SELECT uid, state, amount_minor, contact FROM orders_shoporder"
    )
    assert [("newsletter / email",)] == store.rows_sql(
        "SELECT last_source FROM people_facts_visitor"
    )
    assert [] == shop.page.problems
    cookies = {each["name"]: each for each in shop.page.context.cookies()}
    assert cookies["plc"]["httpOnly"]


def test_what_is_told_while_the_collector_is_away_is_told_when_it_is_back(
    org, page, shop_address
) -> None:
    port = free_port()
    beacon = f"http://127.0.0.1:{port}"
    shop = Shop(org.id, page, shop_address, beacon)
    with collecting(port):
        shop.open("hats")
        shop.wait(lambda: shop.did() == ["hats"])
    page.click("#hat-1")
    page.wait_for_timeout(300)
    page.click("#hat-2")
    page.wait_for_function(
        "Object.keys(localStorage).filter(n => n.startsWith('pl:q:')).length === 2"
    )
    with collecting(port):
        shop.open("cart")  # another page finds what the one before could not tell
        shop.wait(lambda: len(shop.did()) == 4)
        page.wait_for_function("!Object.keys(localStorage).some(n => n.startsWith('pl:q:'))")

    assert ["add_to_cart", "add_to_cart", "cart", "hats"] == sorted(shop.did())
    assert 1 == len({each.visitor for each in shop.kept()})


def test_a_page_that_is_left_at_once_has_told_all_the_same(shop: Shop) -> None:
    shop.open("hats")
    shop.page.evaluate("postlude('event', 'last_words'); location.href = 'about:blank'")

    shop.wait(lambda: "last_words" in shop.did())


def test_before_somebody_agrees_nothing_is_left_in_the_browser(shop: Shop) -> None:
    shop.open("account", "&consent=ask")

    def counted() -> int:
        return store.rows_sql("SELECT COALESCE(SUM(hits), 0) FROM activity_facts_uncounted")[0][0]

    shop.wait(lambda: counted() == 1)
    assert [] == shop.kept()
    assert [] == shop.page.context.cookies()
    assert "{}" == shop.page.evaluate("JSON.stringify(localStorage)")

    shop.page.click("#yes")
    shop.page.click("#news")
    shop.wait(lambda: shop.did() == ["newsletter"])
    shop.page.click("#no")
    shop.page.click("#news")
    shop.wait(lambda: counted() == 2)
    assert ["newsletter"] == shop.did()
    # What was told is dropped when its answer is there, which is after it was counted.
    shop.wait(lambda: ["pl:consent"] == shop.page.evaluate("Object.keys(localStorage)"))


def test_a_page_of_one_piece_tells_of_its_parts_and_a_mistake_is_not_the_shops_trouble(
    shop: Shop,
) -> None:
    shop.open("account")
    shop.page.evaluate("history.pushState({}, '', '/shop/hats'); history.pushState({}, '', '#top')")
    shop.page.click("#wrong")
    shop.wait(lambda: len(shop.did()) == 2)
    shop.page.wait_for_timeout(300)

    assert ["account", "hats"] == shop.did()
    assert [] == shop.page.problems


def test_the_snippet_is_small_and_may_be_kept(db) -> None:
    with collecting() as address:
        answer = httpx.get(f"{address}/postlude.js", trust_env=False)
        head = httpx.head(f"{address}/postlude.js", trust_env=False)

    assert "gzip" == answer.headers["content-encoding"]
    assert int(answer.headers["content-length"]) <= 4_096
    assert len(gzip.compress(answer.content, 9)) <= 4_096
    assert "public, max-age=3600" == answer.headers["cache-control"]
    assert "text/javascript; charset=utf-8" == answer.headers["content-type"]
    assert (200, b"") == (head.status_code, head.content)


def test_a_browser_registers_for_push_and_a_new_token_replaces_the_old(shop: Shop) -> None:
    now = clock.now()
    seen = PersonSeen("ann@example.test", source="test", reference="test:1")
    ann = people.recognise_many(shop.org, [seen], now=now)[0].contact
    assert ann is not None

    def devices() -> list[str]:
        found = people.all_addresses(shop.org, [ann], "push").get(ann, ())
        return [each.value for each in found]

    def push(token: str) -> None:
        word = people.begin_link(shop.org, ann, "push", now=clock.now())
        shop.page.evaluate("([token, word]) => postlude('push', token, word)", [token, word])

    shop.open("hats")
    push("first")
    shop.wait(lambda: ["first"] == devices())
    shop.page.reload()
    push("second")
    shop.wait(lambda: ["second"] == devices())
    shop.page.evaluate("postlude('push', 'stolen')")
    shop.page.evaluate("postlude('push', '')")
    shop.wait(lambda: [] == devices())
    assert [] == shop.page.problems
