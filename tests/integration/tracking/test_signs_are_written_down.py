"""Signs of machines are kept beside the verdict, which they do not change."""

from datetime import timedelta

import pytest

from postlude.console.readings import letters
from postlude.kernel import clock as kernel_clock
from postlude.kernel import work
from postlude.kernel.jobs import Budget
from postlude.messages import api as messages
from postlude.messages.models import Message
from postlude.orgs import api as orgs
from postlude.orgs import errors as orgs_errors
from postlude.orgs.types import Counts, Identity
from postlude.tracking import api as tracking
from postlude.tracking.types import Reason, TouchKind
from postlude.wiring import registry


@pytest.fixture
def wired(street):
    work.unsubscribe_all()
    registry._done.clear()
    registry.register_all()
    return street


def listen() -> None:
    work.drain(lambda: False, lane=tracking.LANE)


def accepted(sent, at) -> None:
    """Let the provider take a mail at a moment."""
    Message.objects.filter(id=sent.message).update(state="accepted", accepted_at=at, settled_at=at)


def test_a_scanner_that_follows_all_links_at_once_is_seen_and_its_clicks_stay(wired, clock):
    sent = wired.mailing.send()
    at = wired.moment("10:00:00")
    accepted(sent, at)
    clock.advance(hours=10)
    wired.touch("pixel", sent, at + timedelta(seconds=1), kind=TouchKind.OPEN)
    wired.touch("one", sent, at + timedelta(seconds=3), link=0)
    listen()
    assert Reason.NONE is wired.reasons()["one"]
    wired.touch("two", sent, at + timedelta(seconds=4), link=1)
    wired.touch("person", sent, at + timedelta(hours=1), link=0)
    listen()

    reasons = wired.reasons()
    assert {
        "pixel": Reason.TOO_SOON,
        "one": Reason.EVERY_LINK,
        "two": Reason.EVERY_LINK,
        "person": Reason.NONE,
    } == reasons
    assert {None} == set(wired.verdicts().values())

    clock.advance(hours=2)
    tracking.judge_due(Budget(60))
    assert reasons == wired.reasons()
    assert False is wired.verdicts()["one"]


def test_a_mail_on_its_way_is_looked_at_again(wired, clock):
    sent = wired.mailing.send()
    at = kernel_clock.now()
    wired.touch("pixel", sent, at, kind=TouchKind.OPEN)
    listen()
    assert Reason.NONE is wired.reasons()["pixel"]

    accepted(sent, at)
    clock.advance(seconds=3)
    listen()
    assert Reason.TOO_SOON is wired.reasons()["pixel"]


def test_thresholds_are_the_organisations_from_a_day_on(wired, clock):
    day = wired.moment("10:00").date()
    orgs.set_measuring(
        wired.org,
        from_day=day + timedelta(days=1),
        actor="t",
        now=kernel_clock.now(),
        too_soon_ms=10_000,
    )
    clock.advance(hours=36)
    for name, days in (("today", 0), ("tomorrow", 1)):
        sent = wired.mailing.send()
        at = wired.moment("10:00", days=days)
        accepted(sent, at)
        wired.touch(name, sent, at + timedelta(seconds=5), kind=TouchKind.OPEN)
    listen()

    assert {"today": Reason.NONE, "tomorrow": Reason.TOO_SOON} == wired.reasons()


def test_the_hidden_link_speaks_against_its_neighbours(wired, clock):
    sent = wired.mailing.send()
    at = wired.moment("10:00")
    accepted(sent, at)
    clock.advance(hours=11)
    wired.touch("click", sent, at + timedelta(minutes=1), link=0, origin="o1")
    wired.touch("trap", sent, at + timedelta(minutes=9), kind=TouchKind.TRAP, origin="o1")
    listen()

    assert Reason.HIDDEN_LINK is wired.reasons()["click"]
    assert 1 == len(
        tracking.touches_of_contacts(wired.org, [sent.contact], at, at + timedelta(hours=1))[
            sent.contact
        ]
    )


def test_a_vendor_that_names_no_program_has_said_nothing(wired):
    sent = wired.mailing.send()
    hit = tracking.look_at_name("")
    wired.touch("own", sent, wired.moment("10:00"), agent=hit)
    found = tracking.touches_of(wired.org, [sent.message])[sent.message]
    assert [Reason.NO_AGENT] == [each.reasons for each in found]


def test_how_it_is_measured_is_kept_by_day(org, clock):
    now = kernel_clock.now()
    day = now.date()
    assert Counts.SEED is orgs.measuring_on(org.id, day).counts
    orgs.set_measuring(org.id, from_day=day, actor="ann", now=now, counts="filtered")
    later = day + timedelta(days=9)
    orgs.set_measuring(org.id, from_day=later, actor="ann", now=now, identity="clicker")

    before = orgs.measuring_on(org.id, day - timedelta(days=1))
    then, after = orgs.measuring_on(org.id, day), orgs.measuring_on(org.id, later)
    assert (Counts.SEED, Counts.FILTERED) == (before.counts, then.counts)
    assert (Counts.FILTERED, Identity.CLICKER) == (after.counts, after.identity)
    assert Identity.RECIPIENT is then.identity


@pytest.mark.parametrize("change", [{"counts": "odd"}, {"odd": 1}, {"too_soon_ms": -1}])
def test_what_cannot_be_set_is_refused(org, clock, change):
    now = kernel_clock.now()
    with pytest.raises(orgs_errors.BadSetting):
        orgs.set_measuring(org.id, from_day=now.date(), actor="ann", now=now, **change)


def test_the_page_of_a_message_says_why(wired, clock):
    sent = wired.mailing.send()
    at = wired.moment("10:00")
    accepted(sent, at)
    clock.advance(hours=12)
    for link in (0, 1):
        wired.touch(f"c{link}", sent, at + timedelta(seconds=9 + link), link=link)
    listen()
    tracking.judge_due(Budget(60))
    fact = messages.state_of(wired.org, [sent.message])[sent.message]
    told = [each.detail for each in letters.story(wired.org, fact) if each.step == "click"]

    assert 2 == len(told)
    assert all(each.startswith("Not human") for each in told)
    assert all("all links were followed" in each for each in told)
