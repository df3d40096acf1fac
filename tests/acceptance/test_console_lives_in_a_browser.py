"""A real browser: log in, see the sale, watch it move, reveal with a purpose; no script error."""

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from postlude.console.readings import board
from postlude.orgs import api as orgs

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = os.environ.get("POSTLUDE_CHROMIUM", "/usr/bin/chromium")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no browser at {CHROMIUM}")


@pytest.fixture
def filling() -> ModuleType:
    """The small sale of the console's integration tests."""
    path = Path(__file__).parents[1] / "integration/console/conftest.py"
    spec = importlib.util.spec_from_file_location("console_filling", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["console_filling"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    # Playwright's loop runs in this thread; the database is used by the test beside it.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": 1440, "height": 900}, locale="en")
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on(
            "console",
            lambda line: page.problems.append(line.text) if line.type == "error" else None,
        )
        yield page
        browser.close()


def test_the_sales_page_lives(org, live_server, page, filling) -> None:
    orgs.add_staff(org.id, "ann", "correct horse battery", "owner")
    filling.fill(org, filling.FATES)
    page.goto(f"{live_server.url}/")
    page.fill("#username", "ann")
    page.fill("#password", "correct horse battery")
    page.click("button.is-first")
    page.wait_for_selector("#chart canvas")
    assert page.inner_text("#card-sold dd >> nth=0") == "7"

    filling.fill(org, [*filling.FATES, "delivered"])
    board.forget()
    playwright.expect(page.locator("#card-sold dd").first).to_have_text("8")
    assert page.locator("#chart canvas").count() == 1

    page.click("#latest-" + page.get_attribute("[id^=latest-]", "id").removeprefix("latest-"))
    page.wait_for_selector("text=What happened")
    assert "zebulon" not in page.content().lower()
    page.fill("#purpose", "answers a support request")
    page.click("text=Reveal")
    page.wait_for_selector("text=zebulon")
    assert page.problems == []


def test_a_narrow_screen_has_no_sideways_scroll(org, live_server, page, filling) -> None:
    orgs.add_staff(org.id, "ann", "correct horse battery", "owner")
    filling.fill(org, filling.FATES)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/login/?next=/org/pycon/")
    page.fill("#username", "ann")
    page.fill("#password", "correct horse battery")
    page.click("button.is-first")
    for path in ("", "buyers/", "messages/", "attention/", "audit/", "system/"):
        page.goto(f"{live_server.url}/org/pycon/{path}")
        width = page.evaluate("document.documentElement.scrollWidth")
        assert width <= 390, path
