"""kill -9 at every named boundary and at random moments: nobody missed, nobody twice.

The list of boundaries is generated from the source. POSTLUDE_KILL_POINTS is the number of random
moments; `benchmarks/crash.py` has 200.
"""

import os
import random
from collections.abc import Iterator

import pytest

from support.boundary_names import boundary_names
from support.killing import Stage, complaints

# Where an organisation with Klaviyo passes and one with Mailgun does not.
BY_KLAVIYO = (
    "channels.announcement_answered",
    "channels.announcement_asking",
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
    "messages.dispatch_noted",
    "messages.dispatch_recorded",
    "messages.dispatch_rest_ended",
    "messages.dispatch_sending_committed",
    "messages.dispatch_taken",
)
# Neither day has a notice on a timetable.
BY_A_TIMETABLE = (
    "journeys.paused",
    "journeys.portion_served",
    "journeys.run_begun",
    "journeys.run_claimed",
    "journeys.run_frozen",
    "journeys.run_taken",
)
# Neither day has a chat app or a device.
BY_CHAT_APPS = (
    "channels.following_recorded",
    "people.addresses_ended",
    "people.addresses_forgotten",
    "people.addresses_said",
    "people.blocked_us",
    "people.came_back",
)
# Neither day has a shop, nor a notice that brings an order.
BY_A_SHOP = (
    "attribution.held_out_noted",
    "attribution.judged",
    "attribution.noted",
    "attribution.withdrawn",
    "orders.buyers.recounted",
    "orders.shop.committed",
    "people.customers_kept",
)
# Boundaries that these two days do not cross, each with the reason.
ELSEWHERE = {
    **dict.fromkeys(BY_KLAVIYO, "test_killed_in_an_announcement_nobody_hears_twice kills there"),
    **dict.fromkeys(BY_A_TIMETABLE, "test_what_a_notice_gives_comes_by_turns dies there"),
    **dict.fromkeys(BY_CHAT_APPS, "test_what_chat_apps_tell_survives_a_death dies there"),
    **dict.fromkeys(BY_A_SHOP, "test_a_death_leaves_the_same_answers dies there"),
    "messages.shown_kept": "of text messages only, see test_a_text_goes_out_once_or_is_unknown",
    "warehouse.batch_staged": "only with BigQuery, see test_killed_while_bigquery_is_loaded",
    "warehouse.batch_written": "only with BigQuery",
    "warehouse.job_sent": "only with BigQuery",
    "warehouse.turn_taken": "only with BigQuery",
}
RANDOM_POINTS = int(os.environ.get("POSTLUDE_KILL_POINTS", "4"))
# Where a mail may be on its way: each of these has a life of its own, since what two kills in one
# life leave unknown could hide what one loses.
ON_THE_WIRE = (
    "channels.mail_answered",
    "channels.mail_sending",
    "channels.window_answered",
    "channels.window_leased",
    "channels.window_sending",
    "channels.window_settled",
    "messages.leased",
    "messages.sending_committed",
    "messages.settled",
    "messages.stamp_written",
)
NAMES = boundary_names()
OTHERS = [name for name in NAMES if name not in {*ELSEWHERE, *ON_THE_WIRE}]

pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def stage(pytestconfig: pytest.Config) -> Iterator[Stage]:
    with Stage(pytestconfig.getoption("--engine")) as it:
        yield it


@pytest.mark.parametrize("flow", ["sale", "day"])
def test_without_a_kill_all_is_worked_off(stage: Stage, flow: str) -> None:
    _, outcome = stage.recorded(flow)
    assert [] == complaints(stage, outcome)
    assert [] == outcome.unknown


def test_all_again_changes_nothing(stage: Stage) -> None:
    first, again = stage.unharmed_twice("sale")
    assert [] == complaints(stage, again)
    assert again == first


def test_every_boundary_of_the_source_is_crossed(stage: Stage) -> None:
    assert sorted(ELSEWHERE) == sorted(set(NAMES) - set(stage.crossed_in()))
    assert set(ON_THE_WIRE) <= set(stage.recorded("sale")[0])


@pytest.mark.parametrize("name", ON_THE_WIRE)
def test_killed_on_the_wire(stage: Stage, name: str) -> None:
    outcome = stage.killed_once("sale", crash_at=name)
    assert 1 == outcome.kills
    assert [] == complaints(stage, outcome)


@pytest.mark.parametrize("flow", ["sale", "day"])
def test_killed_at_every_other_boundary(stage: Stage, flow: str) -> None:
    """Several kills in the lives of one database, one after the other."""
    where = stage.crossed_in()
    names = [name for name in where if name in OTHERS and where[name].startswith(flow)]
    killed = 0
    for outcome in stage.killed_at_each(flow, names):
        assert [] == complaints(stage, outcome)
        killed += outcome.kills
    assert len(names) == killed


def test_killed_at_random_moments(stage: Stage) -> None:
    dice = random.Random(20231)
    crossings = len(stage.recorded("sale")[0])
    for number in range(RANDOM_POINTS):
        if number % 2:
            outcome = stage.killed_once("sale", crash_at=f"*:{dice.randint(1, crossings)}")
        else:
            outcome = stage.killed_once("sale", kill_after_s=dice.uniform(0.01, 1.2))
        assert [] == complaints(stage, outcome), f"point {number}"
