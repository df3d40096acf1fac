"""kill -9 again and again while people walk a journey in steps: nobody twice, nobody missed.

They wait, branch, are written to (by mail where the gateway sends nothing), are given points, order
again or do not. The gateway now and then takes a text and drops the connection.
"""

import random
from collections.abc import Iterator

import pytest

from support import stepped
from support.killing_workers import STEPS, Outcome, Place, Size, Stage

WINDOW, KILLS = 8, 6
SIZE = Size(people=90, day=STEPS, window=WINDOW, portion=20, lease_s=1.5, dropped=0.06)
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def stage(pytestconfig: pytest.Config) -> Iterator[Stage]:
    with Stage(pytestconfig.getoption("--engine"), SIZE) as it:
        yield it


def complaints(outcome: Outcome) -> list[str]:
    return stepped.complaints(outcome, WINDOW)


def test_without_a_kill_everybody_walks_to_the_end(stage: Stage) -> None:
    outcome = stage.lived(0, random.Random(1))
    assert [] == complaints(outcome)
    assert outcome.dropped == stepped.unknown(outcome.facts) > 0
    assert stepped.held_out(outcome.facts)
    assert stepped.fell_back(outcome.facts) > 0


def test_killed_again_and_again_nobody_hears_twice(stage: Stage) -> None:
    """In the life of one database; at statements, at boundaries, and at any moment."""
    outcome = stage.lived(KILLS, random.Random(2026))
    assert [] == complaints(outcome)
    assert KILLS // 2 <= outcome.kills.total() <= KILLS  # all may be through before


def test_with_a_guard_removed_it_is_seen(stage: Stage) -> None:
    """Shows that the test above can fail: `sending` is committed only after the wire."""
    died = Place("removed.answered:2")
    outcome = stage.lived(1, random.Random(1), without="sending", place=died)
    assert 1 == outcome.kills.total()
    assert any("heard twice" in each for each in complaints(outcome))
