"""A session is the longest run of what a browser did, with pauses of at most half an hour."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postlude.activity.types import Campaign
from postlude.attribution.orders.sessions import GAP, Session, Step, session_of

NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


def before(**delta: float) -> datetime:
    return NOON - timedelta(**delta)


@pytest.mark.parametrize(
    ("steps", "started"),
    [
        ([], NOON),
        ([before(seconds=1_800)], before(seconds=1_800)),
        ([before(seconds=1_801)], NOON),
        ([before(minutes=70), before(minutes=45), before(minutes=20)], before(minutes=70)),
        ([before(minutes=75), before(minutes=44), before(minutes=20)], before(minutes=44)),
        ([NOON + timedelta(minutes=1)], NOON),
        ([NOON], NOON),
    ],
)
def test_the_edges(steps: list[datetime], started: datetime) -> None:
    assert Session(started, NOON) == session_of(NOON, map(Step, steps))


def test_another_campaign_begins_another_session_if_that_is_wanted() -> None:
    steps = [
        Step(before(minutes=50), Campaign("spring")),
        Step(before(minutes=40)),
        Step(before(minutes=30), Campaign("summer")),
        Step(before(minutes=20)),
    ]
    by_pause, by_campaign = (session_of(NOON, steps, by_campaign=each) for each in (False, True))
    assert (before(minutes=50), Campaign("spring")) == (by_pause.started_at, by_pause.campaign)
    assert (before(minutes=30), Campaign("summer")) == (
        by_campaign.started_at,
        by_campaign.campaign,
    )


ages = st.lists(st.integers(-7_200, 20_000))


def plainly(seconds: list[int]) -> datetime:
    """Sort, and begin anew after each long pause: what a reader would do by hand."""
    done = [*sorted(NOON - timedelta(seconds=each) for each in seconds if each >= 0), NOON]
    started = done[0]
    for earlier, later in pairwise(done):
        if later - earlier > GAP:
            started = later
    return started


@given(ages, st.randoms())
def test_it_is_what_one_finds_by_hand(seconds: list[int], chance) -> None:
    steps = [Step(NOON - timedelta(seconds=each)) for each in seconds]
    chance.shuffle(steps)
    assert Session(plainly(seconds), NOON) == session_of(NOON, steps)
