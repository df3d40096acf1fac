"""The picture of a journey in a real browser: nothing sticks out of its box, no boxes overlap."""

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from postlude.activity import api as activity
from postlude.activity.types import EventSeen
from postlude.journeys import api as journeys
from postlude.kernel import clock, work
from postlude.kernel.jobs import Budget
from postlude.kernel.models import WorkRow
from postlude.kernel.work import WorkBatch
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import Description, PersonSeen

playwright = pytest.importorskip("playwright.sync_api")
CHROMIUM = os.environ.get("POSTLUDE_CHROMIUM", "/usr/bin/chromium")
pytestmark = pytest.mark.skipif(not Path(CHROMIUM).exists(), reason=f"no browser at {CHROMIUM}")
DAY = timedelta(days=1)
_MEASURE = """() => [...document.querySelectorAll('figure svg g')].map(g => {
  const r = g.querySelector('rect').getBoundingClientRect();
  return {
    box: [r.left, r.top, r.right, r.bottom],
    out: [...g.querySelectorAll('text')].filter(t => {
      const b = t.getBoundingClientRect();
      return b.left < r.left || b.right > r.right + 0.5 || b.top < r.top || b.bottom > r.bottom;
    }).map(t => t.textContent),
  };
})"""


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=CHROMIUM, args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 1440, "height": 1000}, locale="en")
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        yield page
        browser.close()


def walked(org: int) -> None:
    """Forty people enter a journey with branches, turns and waits; each stands somewhere."""
    now = clock.now()
    ended = journeys.Happening(journeys.Topic.EVENT, "trial_ended")
    bought = journeys.Happening(journeys.Topic.ORDER_CLOSED)
    born = journeys.Condition("birthday_known")
    nodes = (
        journeys.Branch("who has told us their birthday", (journeys.Case("soon", born),), "turns"),
        journeys.Wait("soon", "came back", length=DAY),
        journeys.Rotate(
            "turns",
            (
                journeys.Turn("brief", "a short wait"),
                journeys.Turn("patient", "a wait of a whole fortnight"),
            ),
        ),
        journeys.Wait("a short wait", "came back", length=timedelta(hours=2)),
        journeys.Wait("a wait of a whole fortnight", "came back", length=14 * DAY),
        journeys.Wait("came back", "end", what=bought, at_most=14 * DAY, otherwise="end"),
        journeys.End("end"),
    )
    it = journeys.Path(
        "trial", journeys.News(ended), nodes, journeys.Once.EACH, title="After the trial"
    )
    journeys.publish_path(org, it, now=now)
    seen = [PersonSeen(f"p{n}@example.test", source="test", reference=f"p{n}") for n in range(40)]
    contacts = [row.contact or 0 for row in people.recognise_many(org, seen, now=now)]
    people.describe_many(org, [Description(each, birthday=(5, 5)) for each in contacts[:17]])
    work.subscribe(activity.TOLD, journeys.PATHS, journeys.on_news)
    told = [EventSeen(f"e{n}", each, "trial_ended", now) for n, each in enumerate(contacts)]
    activity.tell_events(org, told, now=now)
    keys = WorkRow.objects.filter(consumer=journeys.PATHS, topic=activity.TOLD)
    names = tuple(keys.values_list("key", flat=True))
    journeys.on_news(WorkBatch(org, journeys.PATHS, activity.TOLD, names, 1))
    journeys.walk_paths(Budget(5))


def test_the_picture_keeps_its_words_in_its_boxes(org, live_server, page, tmp_path) -> None:
    orgs.add_staff(org.id, "ann", "correct horse battery", "owner")
    walked(org.id)
    page.goto(f"{live_server.url}/")
    page.fill("#username", "ann")
    page.fill("#password", "correct horse battery")
    page.click("button.is-first")
    page.goto(f"{live_server.url}/org/{org.slug}/journeys/")
    page.wait_for_selector("figure svg")
    page.screenshot(
        path=os.environ.get("POSTLUDE_SHOTS", str(tmp_path)) + "/path.png", full_page=True
    )
    boxes = page.evaluate(_MEASURE)
    assert 7 == len(boxes)
    assert [] == [words for box in boxes for words in box["out"]]
    for n, one in enumerate(boxes):
        for other in boxes[n + 1 :]:
            (a, b, c, d), (e, f, g, h) = one["box"], other["box"]
            assert c <= e or g <= a or d <= f or h <= b
    assert page.problems == []
