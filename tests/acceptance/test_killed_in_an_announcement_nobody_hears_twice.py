"""Postlude is killed with SIGKILL wherever an announcement passes; it is started again each time.

One list, one template, one campaign, one mail to each, none to nobody.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from support import announcing_flow
from support.killing import MOST_RESTARTS, Stage

# Between any two calls to Klaviyo there is a commit: each of these is a place of its own.
EACH = (
    "channels.announcement_asking",
    "channels.announcement_answered",
    "messages.dispatch_noted",
)
HERE = (
    *EACH,
    "channels.announcement_taken",
    "channels.report_cursor_kept",
    "channels.reports_kept",
    "channels.vendor_unsubscribed_elsewhere",
    "messages.dispatch_cancelled",
    "messages.dispatch_finished",
    "messages.dispatch_frozen",
    "messages.dispatch_let_go",
    "messages.dispatch_members_added",
    "messages.dispatch_members_taken",
    "messages.dispatch_recorded",
    "messages.dispatch_rest_ended",
    "messages.dispatch_sending_committed",
    "messages.dispatch_taken",
)
KLAVIYOS = [
    f"openapi_client.api.{name}_api"
    for name in ("campaigns", "events", "lists", "metrics", "profiles", "templates")
]
PLACES = {"channels.announcement_asking": 6, "channels.announcement_answered": 6}
POINTS = [f"{name}:{nth}" for name in HERE for nth in range(1, PLACES.get(name, 1) + 1)] + [
    f"messages.dispatch_noted:{nth}" for nth in range(2, 12, 2)
]

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def stage(pytestconfig: pytest.Config) -> Iterator[Stage]:
    with Stage(pytestconfig.getoption("--engine"), loads=KLAVIYOS) as it:
        told = it._ask("template", name="klaviyo", source="applied", flow="announcement: before")
        assert told["code"] == 0, told
        yield it
        it._ask("drop", name="klaviyo")


def run(stage: Stage, name: str, crash_at: str = "") -> int:
    """Run the announcement in a fresh world, start again until it is done; return the kills."""
    stage.client.reset()
    stage._ask("fresh", name=name, source="klaviyo")
    told = stage._ask("run", name=name, flow="announcement", crash_at=crash_at)
    kills = int(told["killed"])
    for _ in range(MOST_RESTARTS):
        if told["code"] == 0:
            return kills
        told = stage._ask("run", name=name, flow="announcement")
    raise AssertionError(f"not finished after {MOST_RESTARTS} restarts: {crash_at}")


def complaints(stage: Stage) -> list[str]:
    held: dict[str, Any] = stage.client.received("klaviyo")
    mailed = Counter(mail["to"] for mail in held["mails"])
    made = {
        "templates": len([each for each in held["templates"] if not each.get("clone")]),
        "lists": len(held["lists"]),
        "campaigns": len(held["campaigns"]),
    }
    wanted = dict.fromkeys(announcing_flow.PEOPLE, 1)
    wrong = [f"{count} {what}" for what, count in made.items() if count != 1]
    return wrong + ([f"mailed {dict(mailed)}"] if mailed != wanted else [])


def test_it_passes_where_it_is_said_to_pass(stage: Stage) -> None:
    stage.client.reset()
    stage._ask("fresh", name="unharmed", source="klaviyo")
    told = stage._ask("record", name="unharmed", flow="announcement")
    stage._ask("drop", name="unharmed")

    assert told["code"] == 0
    assert [] == complaints(stage)
    crossed = Counter(told["crossed"])
    assert [] == [name for name in HERE if not crossed[name]]
    assert [] == [name for name, times in PLACES.items() if crossed[name] != times]


@pytest.mark.shared_out
@pytest.mark.parametrize("point", POINTS)
def test_killed_there_nobody_hears_twice(stage: Stage, point: str) -> None:
    name = f"kill_{POINTS.index(point)}"
    try:
        kills = run(stage, name, point)
        facts = stage._ask("look", name=name)
    finally:
        stage._ask("drop", name=name)

    assert 1 == kills, "it was killed"
    assert [] == complaints(stage)
    assert [] == facts["unknown"]
