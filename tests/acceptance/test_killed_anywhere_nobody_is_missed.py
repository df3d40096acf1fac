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
# Neither day has a journey in steps that anybody walks.
BY_STEPS = (
    "activity.events_told",
    "journeys.look_begun",
    "journeys.look_claimed",
    "journeys.look_paged",
    "journeys.path_paused",
    "journeys.walks_advanced",
    "journeys.walks_claimed",
)
# Neither day has a chat app or a device.
BY_CHAT_APPS = (
    "channels.following_recorded",
    "people.addresses_ended",
    "people.addresses_forgotten",
    "people.addresses_said",
    "people.blocked_us",
    "people.came_back",
    "people.link_begun",
    "people.link_finished",
    "people.seen_there",
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
# Neither day has a page that tells what its visitors do.
BY_PAGES = (
    "activity.counted",
    "activity.recorded",
    "collector.letters_committed",
    "people.visitors_kept",
)
# Neither day has a Shopify shop.
BY_SHOPIFY = (
    "sources.shop_customers_kept",
    "sources.shop_defined",
    "sources.shop_orders_taken",
    "sources.shop_removed",
    "sources.shop_webhook_noted",
)
# Nobody joins or parts two contacts by hand on either day.
BY_A_PARTING = (
    "orders.given_back",
    "people.kept_apart",
    "people.merged",
    "people.unmerged",
    "rewards.accounts_parted",
)
# What is counted comes after everything that these days are asked for.
BY_REPORTS = (
    "reports.rebuild_asked",
    "reports.rebuilt",
    "reports.rebuilt_part",
)
# Neither day has a popup.
BY_POPUPS = (
    "collector.shows_committed",
    "popups.configured",
    "popups.published",
    "popups.retired",
    "popups.shown",
    "popups.told",
)
# Neither day has the history of another system.
BY_HISTORY = (
    "journeys.remembered",
    "messages.remembered",
    "people.consents_remembered",
    "people.suppressions_remembered",
    "sources.facts_committed",
)
# No night comes on either day.
BY_NIGHT = ("kernel.night_over", "kernel.night_portion")
# Neither day has a rush of hits.
BY_A_RUSH = ("collector.put_aside", "collector.taken_in")
# Boundaries that these two days do not cross, each with the reason.
BY_TOUCHES = ("attribution.rule_written",)
# What goes after thirteen months.
BY_AGE = ("activity.hits_gone", "orgs.facts_closed", "orgs.facts_final", "tracking.touches_gone")
ELSEWHERE = {
    **dict.fromkeys(BY_TOUCHES, "test_a_death_leaves_the_same_credits dies there"),
    **dict.fromkeys(BY_KLAVIYO, "test_killed_in_an_announcement_nobody_hears_twice kills there"),
    **dict.fromkeys(BY_A_TIMETABLE, "test_what_a_notice_gives_comes_by_turns dies there"),
    **dict.fromkeys(BY_STEPS, "test_a_death_on_a_path_changes_nothing dies there"),
    **dict.fromkeys(BY_CHAT_APPS, "test_what_chat_apps_tell_survives_a_death dies there"),
    **dict.fromkeys(BY_A_SHOP, "test_a_death_leaves_the_same_answers dies there"),
    **dict.fromkeys(BY_SHOPIFY, "test_a_shopify_shop_tells_of_its_orders dies there"),
    **dict.fromkeys(BY_A_PARTING, "test_a_death_in_a_parting_loses_nothing dies there"),
    **dict.fromkeys(BY_PAGES, "test_killed_while_pages_tell_no_answered_hit_is_lost kills there"),
    **dict.fromkeys(BY_REPORTS, "test_a_death_leaves_the_same_rollups dies there"),
    **dict.fromkeys(BY_POPUPS, "test_a_death_loses_nothing_that_was_shown dies there"),
    **dict.fromkeys(BY_HISTORY, "test_killed_while_history_is_loaded kills there"),
    **dict.fromkeys(BY_A_RUSH, "test_a_rush_is_put_aside_and_taken_in dies there"),
    **dict.fromkeys(BY_NIGHT, "test_a_check_of_the_night dies there"),
    **dict.fromkeys(BY_AGE, "test_what_hits_proved_stays dies there"),
    "channels.opening_recorded": "test_messenger_says_whose_id_it_is dies there",
    "collector.hits_settled": "test_what_lies_is_looked_at dies there",
    "kernel.woken": "after a clock was set back, see test_a_clock_that_jumps",
    "messages.woken": "after a clock was set back, see test_a_clock_that_jumps",
    "messages.shown_kept": "of text messages only, see test_a_text_goes_out_once_or_is_unknown",
    "orgs.retention_set": "by hand only, see test_nothing_goes_uncounted",
    "orgs.measuring_set": "by hand only, see test_measuring_at_the_command_line",
    "tracking.uncounted": "in the commit of the touches beside it; test_a_click_carries_on counts",
    "tracking.judged": "test_a_death_while_judging_changes_nothing dies there",
    "warehouse.batch_staged": "only with BigQuery, see test_killed_while_bigquery_is_loaded",
    "warehouse.batch_written": "only with BigQuery",
    "warehouse.job_sent": "only with BigQuery",
    "warehouse.turn_taken": "only with BigQuery",
}
RANDOM_POINTS = int(os.environ.get("POSTLUDE_KILL_POINTS", "2"))
LEAST = 5  # boundaries that one engine's half of a flow has
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

pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def stage(pytestconfig: pytest.Config) -> Iterator[Stage]:
    with Stage(pytestconfig.getoption("--engine")) as it:
        yield it


@pytest.fixture
def mine(pytestconfig: pytest.Config) -> int | None:
    """Which half of the boundaries this engine has; None with --full: all of them."""
    if pytestconfig.getoption("--full"):
        return None
    return int(pytestconfig.getoption("--engine") == "postgresql")


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
    crossed = set(stage.crossed_in())
    assert (set(), set()) == (set(ELSEWHERE) & crossed, set(NAMES) - crossed - set(ELSEWHERE))
    assert set(ELSEWHERE) <= set(NAMES)
    assert set(ON_THE_WIRE) <= set(stage.recorded("sale")[0])


@pytest.mark.shared_out
@pytest.mark.parametrize("name", ON_THE_WIRE)
def test_killed_on_the_wire(stage: Stage, name: str) -> None:
    outcome = stage.killed_once("sale", crash_at=name)
    assert 1 == outcome.kills
    assert [] == complaints(stage, outcome)


@pytest.mark.parametrize("flow", ["sale", "day"])
def test_killed_at_every_other_boundary(stage: Stage, flow: str, mine: int | None) -> None:
    """Several kills in the lives of one database, one after the other."""
    where = stage.crossed_in()
    names = [
        name
        for name in where
        if name in OTHERS
        and where[name].startswith(flow)
        and mine in (None, OTHERS.index(name) % 2)
    ]
    assert len(names) >= LEAST
    killed = 0
    for outcome in stage.killed_at_each(flow, names):
        assert [] == complaints(stage, outcome)
        killed += outcome.kills
    assert len(names) == killed


def test_killed_at_random_moments(stage: Stage, mine: int | None) -> None:
    """Other moments on each engine; half of them by a clock, half at a boundary."""
    dice = random.Random(20231 + (mine or 0))
    crossings = len(stage.recorded("sale")[0])
    for number in range(RANDOM_POINTS):
        if number % 2:
            outcome = stage.killed_once("sale", crash_at=f"*:{dice.randint(1, crossings)}")
        else:
            outcome = stage.killed_once("sale", kill_after_s=dice.uniform(0.01, 1.2))
        assert [] == complaints(stage, outcome), f"point {number}"
