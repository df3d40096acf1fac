"""kill -9 again and again in one daily run: nobody hears twice, nobody is missed, turns go on.

The gateway now and then takes a text and drops the connection. `benchmarks/crash_notices.py` does
the same with 20,000 customers and 50 kills.
"""

import random
from collections.abc import Iterator

import pytest

from support import noticed
from support.killing_workers import Outcome, Place, Size, Stage
from support.removed_guards_named import REMOVED

WINDOW, KILLS = 8, 10
SIZE = Size(people=240, window=WINDOW, portion=30, dropped=0.06)

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def stage(pytestconfig: pytest.Config) -> Iterator[Stage]:
    with Stage(pytestconfig.getoption("--engine"), SIZE) as it:
        yield it


def complaints(outcome: Outcome) -> list[str]:
    return noticed.complaints(outcome, WINDOW)


def test_without_a_kill_only_what_the_gateway_dropped_is_unknown(stage: Stage) -> None:
    outcome = stage.lived(0, random.Random(1))
    assert [] == complaints(outcome)
    assert outcome.dropped == noticed.unknown(outcome.facts) > 0
    fates = {each["message"]["state"] for each in noticed.served(outcome.facts).values()}
    ways = {each["message"]["context"]["way"] for each in noticed.served(outcome.facts).values()}
    stopped = {each["outcome"] for each in outcome.facts["attempts"] if not each["message"]}
    assert {"accepted", "unknown", "failed"} == fates
    assert {"balance", "gift", "pro10"} == ways
    # Whoever is held out is counted anew above; of so few it may be nobody.
    assert {"blocked"} <= stopped <= {"held_out", "blocked"}
    assert outcome.facts["feedback"]["sent"] > 0


def test_killed_again_and_again_nobody_hears_twice(stage: Stage) -> None:
    """In the life of one database; at statements, at boundaries, and at any moment."""
    outcome = stage.lived(KILLS, random.Random(2026))
    assert [] == complaints(outcome)
    assert KILLS // 2 <= outcome.kills.total() <= KILLS  # the day may be over before
    assert {"beginning", "freezing", "serving"} & set(outcome.kills)


@pytest.mark.shared_out
@pytest.mark.parametrize("guard", [*REMOVED, "none"])
def test_with_a_guard_removed_it_is_seen(stage: Stage, guard: str) -> None:
    """Shows that the test above can fail: each guard by itself keeps something whole."""
    place, wrong = REMOVED.get(guard, ("journeys.portion_served:3", ""))
    without = "" if guard == "none" else guard
    outcome = stage.lived(1, random.Random(1), without=without, place=Place(place))
    assert 1 == outcome.kills.total()
    found = complaints(outcome)
    assert bool(wrong) == bool(found)
    assert any(each.startswith(wrong) for each in found) or not wrong
