"""The demo shop in a real browser, with a running collector behind it."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from postlude.activity import api as activity
from postlude.activity.types import ActivityFact
from postlude.kernel import store
from postlude.orgs import api as orgs

CHROMIUM = os.environ.get("POSTLUDE_CHROMIUM", "/usr/bin/chromium")
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync"
).split()
MARKS = [
    pytest.mark.browser,
    pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no browser at {CHROMIUM}"),
]
LONGEST_S = 30


class Shop:
    """The demo shop in a browser."""

    def __init__(self, org: int, page: Any, shop: str, beacon: str) -> None:
        key = orgs.issue_write_key(org, "shop", [shop]).key
        self.org, self.page = org, page
        self._shop, self._query = shop, f"?beacon={beacon}&key={key}"

    def open(self, name: str, more: str = "") -> None:
        self.page.goto(f"{self._shop}/shop/{name}{self._query}{more}")
        self.page.wait_for_function("window.postlude && !window.postlude.q")

    def kept(self) -> list[ActivityFact]:
        rows = store.rows_sql("SELECT DISTINCT visitor FROM activity_facts_activity")
        return activity.activities_of(self.org, [row[0] for row in rows])

    def did(self) -> list[str]:
        return [each.action or each.url.rpartition("/")[2] for each in self.kept()]

    def wait(self, wanted: Callable[[], bool]) -> None:
        deadline = time.monotonic() + LONGEST_S
        while not wanted():
            assert time.monotonic() < deadline, self.did()
            self.page.wait_for_timeout(50)


@contextmanager
def browsing(playwright: Any, **more: Any) -> Iterator[Any]:
    """Yield a page of a fresh browser, which remembers its mistakes."""
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(**more)
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        yield page
        browser.close()
