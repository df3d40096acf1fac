"""The channel report is read without scrolling aside: on a laptop as a table, on a phone stacked."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from postlude.kernel import clock, work
from postlude.orgs import api as orgs
from postlude.wiring import registry
from support.measured import Shop
from support.worked_example import Example

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = os.environ.get("POSTLUDE_CHROMIUM", "/usr/bin/chromium")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no browser at {CHROMIUM}")
ASIDE = (
    "[...document.querySelectorAll('.scroll')].filter(it => it.scrollWidth > it.clientWidth).length"
)
PAGE_ASIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.fixture
def example(db, settings, tmp_path) -> Iterator[Example]:
    settings.POSTLUDE_STAMP_FILE = tmp_path / "epoch.stamp"
    work.unsubscribe_all()
    registry._done.clear()
    registry.register_all()
    org = orgs.create("lantern", "Lantern", zone="Asia/Taipei", currency="TWD").id
    orgs.add_staff(org, "ann", "correct horse battery", "owner")
    it = Example(Shop(org))
    with clock.use(clock.FrozenClock(it.at("12T09:00:00"))):
        yield it.play()


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser.new_page(locale="en")
        browser.close()


def test_nothing_stands_aside(example, live_server, page) -> None:
    page.goto(f"{live_server.url}/")
    page.fill("#username", "ann")
    page.fill("#password", "correct horse battery")
    page.press("#password", "Enter")
    page.wait_for_url("**/org/lantern/**")
    for width, stacked in ((1280, False), (390, True)):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(f"{live_server.url}/org/lantern/reports/channel/?from=2026-03-10&to=2026-03-10")
        page.wait_for_selector("table.is-stacking")
        if folder := os.environ.get("POSTLUDE_SCREENSHOTS"):
            page.screenshot(path=f"{folder}/channels-{width}.png", full_page=True)
        assert (0, 0) == (page.evaluate(ASIDE), page.evaluate(PAGE_ASIDE)), width
        cell = page.locator("table.is-stacking td").first
        word = cell.evaluate("it => getComputedStyle(it, '::before').content")
        assert stacked == (word == '"Entered"'), word
