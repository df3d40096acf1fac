"""A real browser in the demo shop: popups appear when they should, can be closed by key, and count."""

from collections.abc import Iterator
from typing import Any

import pytest

from postlude.kernel import clock, store
from postlude.popups import api as popups
from postlude.popups.types import Content, Popup, Trigger
from postlude.sandbox.server import Sandbox
from support.a_shop_in_a_browser import MARKS, Shop, browsing
from support.collecting import collecting
from support.popping import deeds, welcome

playwright = pytest.importorskip("playwright.sync_api")
pytestmark = MARKS


@pytest.fixture
def shop(org, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with (
        browsing(playwright) as page,
        Sandbox() as sandbox,
        collecting() as beacon,
    ):
        yield Shop(org.id, page, sandbox.base_url, beacon)


def publish(org: int, *wanted: Popup, a_day: int | None = None) -> None:
    popups.configure(org, a_day=a_day)
    for each in wanted:
        popups.publish(org, each, now=clock.now())


def window(shop: Shop, title: str = "Ten percent off") -> Any:
    return shop.page.get_by_role("dialog", name=title)


def fates() -> list[str]:
    return [row[0] for row in store.rows_sql("SELECT fate FROM popups_facts_exposure")]


def test_it_appears_holds_the_focus_and_is_closed_by_escape(shop: Shop) -> None:
    content = Content(
        "Ten percent off",
        "<b>Only</b> today.",
        picture="/shop/straw-hat.svg",
        picture_words="A straw hat",
        button="To the cart",
        link="/shop/cart",
    )
    trigger = Trigger(seconds=1)
    publish(shop.org, welcome(contents={"en": content}, again_s=3_600, trigger=trigger))
    shop.open("hats")
    shop.page.focus("#hat-2")
    window(shop).wait_for()

    assert ["shown"] == fates()  # it is kept before it is seen
    assert "<b>Only</b> today." in window(shop).inner_text()
    assert window(shop).get_by_alt_text("A straw hat").evaluate("img => img.naturalWidth") > 0
    assert "To the cart" == focused(shop)
    seen = []
    for _ in range(4):
        shop.page.keyboard.press("Tab")
        seen.append(focused(shop))
    assert {"To the cart", "×"} >= set(seen) - {""}  # never a button of the page behind it
    assert "Close" == window(shop).get_by_role("button").get_attribute("aria-label")
    shop.page.keyboard.press("Escape")
    window(shop).wait_for(state="detached")

    assert "hat-2" == shop.page.evaluate("document.activeElement.id")
    shop.wait(lambda: ["closed"] == deeds())
    shop.open("hats")
    shop.page.wait_for_timeout(2_500)
    assert ["shown"] == fates()  # not again before an hour
    assert [] == shop.page.problems


def focused(shop: Shop) -> str:
    return shop.page.evaluate(
        "(document.activeElement.shadowRoot || {activeElement: {}}).activeElement?.textContent || ''"
    )


def test_nothing_of_the_page_moves(shop: Shop) -> None:
    publish(shop.org, welcome(trigger=Trigger(seconds=1)))
    shop.open("hats")
    shop.page.evaluate(
        "window.moved = 0; new PerformanceObserver(list => list.getEntries().forEach("
        "entry => moved += entry.value)).observe({type: 'layout-shift', buffered: true})"
    )
    before = shop.page.locator("main").bounding_box()
    window(shop).wait_for()
    shop.page.wait_for_timeout(400)

    assert before == shop.page.locator("main").bounding_box()
    assert 0 == shop.page.evaluate("moved")


def test_a_click_leads_on_and_is_told_though_the_page_is_left(shop: Shop) -> None:
    content = Content("Ten percent off", button="To the cart", link="/shop/cart")
    publish(shop.org, welcome(contents={"en": content}))
    shop.open("hats")
    window(shop).get_by_role("link").click()
    shop.page.wait_for_url("**/shop/cart")
    shop.wait(lambda: ["clicked"] == deeds())

    assert [("click", "popup", "welcome")] == store.rows_sql(
        "SELECT kind, channel, node FROM tracking_touch"
    )
    assert "popup_clicked" in shop.did()


def test_each_trigger_waits_for_its_own(shop: Shop) -> None:
    def only(title: str) -> dict[str, Content]:
        return {"en": Content(title)}

    publish(
        shop.org,
        welcome("cart", trigger=Trigger(events=("add_to_cart",)), contents=only("In the cart")),
        welcome("member", trigger=Trigger(logged_in=True), contents=only("Member"), again_s=99),
        welcome("elsewhere", trigger=Trigger(("/shop/thanks",)), contents=only("Elsewhere")),
        welcome("later", trigger=Trigger(seconds=900), contents=only("Later")),
    )
    shop.open("hats")
    shop.page.wait_for_timeout(1_200)
    assert [] == fates()
    shop.page.click("#hat-1")
    window(shop, "In the cart").wait_for()
    shop.page.keyboard.press("Escape")
    shop.page.click("#to-account")
    shop.page.click("#login")
    window(shop, "Member").wait_for()

    assert ["shown", "shown"] == fates()


def test_the_day_has_its_limit_and_who_is_held_out_sees_nothing(shop: Shop) -> None:
    publish(
        shop.org,
        welcome("one", share=1e-9),
        welcome("two", trigger=Trigger(events=("add_to_cart",))),
        a_day=1,
    )
    shop.open("hats")
    shop.wait(lambda: ["held_out"] == fates())
    shop.page.click("#hat-1")
    window(shop).wait_for()
    shop.page.keyboard.press("Escape")
    shop.page.click("#hat-1")
    shop.page.wait_for_timeout(1_200)

    assert ["held_out", "shown"] == sorted(fates())
    assert 0 == shop.page.locator("dialog").count()


def test_before_somebody_agrees_there_is_no_popup(shop: Shop) -> None:
    publish(shop.org, welcome())
    shop.open("account", "&consent=ask")
    shop.page.wait_for_timeout(1_200)
    assert [] == fates()
    shop.page.click("#yes")
    window(shop).wait_for()
    shop.page.keyboard.press("Escape")
    shop.wait(lambda: ["closed"] == deeds())
    shop.page.wait_for_timeout(500)
    shop.page.click("#no")

    shop.page.wait_for_timeout(300)
    kept = [each for each in shop.page.evaluate("Object.keys(localStorage)") if "pl:q" not in each]
    assert ["pl:consent"] == kept


def test_a_strict_policy_of_the_shop_is_enough(shop: Shop) -> None:
    """No inline script, no inline style, nothing evaluated."""
    refused: list[str] = []
    shop.page.on("console", lambda said: refused.append(said.text))
    publish(shop.org, welcome())
    shop.open("strict")
    window(shop).wait_for()

    assert "18px" == window(shop).evaluate("box => getComputedStyle(box).borderRadius")
    assert [] == [each for each in refused if "Content Security Policy" in each]


def test_without_the_collector_a_page_is_a_page(shop: Shop) -> None:
    publish(shop.org, welcome(trigger=Trigger(events=("add_to_cart",))))
    shop.open("hats")
    shop.page.wait_for_timeout(500)
    shop.page.route("**/p/plw_*/**", lambda route: route.abort())
    shop.page.click("#hat-1")
    shop.page.wait_for_timeout(500)
    assert [] == fates()
    assert [] == shop.page.problems
    shop.page.unroute("**/p/plw_*/**")
    shop.page.click("#hat-1")  # the next occasion

    window(shop).wait_for()


def test_an_answer_that_is_lost_is_asked_for_again_and_counts_once(shop: Shop) -> None:
    publish(shop.org, welcome(), a_day=1)
    lost = []

    def lose(route: Any) -> None:
        if lost:
            route.continue_()
        else:
            lost.append(route.fetch().status)  # it is kept, and nobody hears of it
            route.abort()

    shop.page.route("**/show", lose)
    shop.open("hats")
    window(shop).wait_for()

    assert [200] == lost
    assert ["shown"] == fates()
