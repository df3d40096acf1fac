"""Caps count days of 24 hours back from this very instant: by channel, over all, never tests."""

from datetime import timedelta

import pytest
from django.db import connection

from postlude.kernel import store
from postlude.messages import api as messages
from postlude.messages.models import Message
from postlude.messages.types import State
from postlude.orgs import api as orgs
from postlude.orgs.types import Cap
from postlude.people import joining

from .test_courtesies_are_checked_when_sending import consent, marketing

INSTANT = timedelta(microseconds=1)
WEEK = timedelta(days=7)


@pytest.fixture
def person(desk) -> int:
    contact = desk.contact()
    consent(desk, contact)
    return contact


def went(desk, contact, number, *, at, channel="email", state="accepted", **more) -> None:
    """Write down a message that had its end then."""
    taken = state in {"accepted", "delivered", "bounced"}
    Message.objects.create(
        org_id=desk.org, klass="marketing", channel=channel, contact=contact, key=f"old{number}",
        sender_id=desk.sender, template_version_id=desk.version, state=state,
        created_at=at, deadline=at, day=at.date(), settled_at=at,
        accepted_at=at if taken else None, **more,
    )  # fmt: skip


def goes(desk, contact) -> bool:
    offer = marketing(desk, f"offer{Message.objects.count()}", contact)
    return desk.to_wire() == [offer]


@pytest.mark.parametrize(
    ("ago", "expected"), [(WEEK, True), (WEEK - INSTANT, False), (WEEK + INSTANT, True)]
)
def test_a_window_ends_at_its_very_instant(desk, person, ago, expected):
    orgs.configure(desk.org, caps=[Cap(None, 1, 7)])
    went(desk, person, 1, at=desk.now - ago)
    assert goes(desk, person) is expected


def test_a_channels_cap_counts_that_channel_and_the_other_counts_all(desk, person):
    """Three in seven days of all, one mail in a day: either stops it."""
    orgs.configure(desk.org, caps=[Cap(None, 3, 7), Cap("email", 1, 1)])
    went(desk, person, 1, at=desk.now - timedelta(hours=2), channel="sms")
    went(desk, person, 2, at=desk.now - timedelta(days=2), channel="email")
    assert goes(desk, person)
    Message.objects.filter(state="queued").delete()
    went(desk, person, 3, at=desk.now - timedelta(days=3), channel="push")
    assert not goes(desk, person)
    Message.objects.filter(key="old3").delete()
    went(desk, person, 4, at=desk.now - timedelta(hours=23, minutes=59), channel="email")
    Message.objects.filter(key="old1").delete()
    assert not goes(desk, person)


@pytest.mark.parametrize(
    ("state", "counts"),
    [
        ("accepted", True),
        ("delivered", True),
        ("bounced", True),
        ("unknown", True),
        ("failed", False),
        ("blocked", False),
        ("expired", False),
        ("cancelled", False),
    ],
)
def test_what_may_have_reached_somebody_counts(desk, person, state, counts):
    orgs.configure(desk.org, caps=[Cap(None, 1, 7)])
    went(desk, person, 1, at=desk.now - timedelta(days=1), state=state)
    assert goes(desk, person) is not counts


@pytest.mark.parametrize("more", [{"testing": True}, {"contact": 1}])
def test_tests_and_other_people_never_count(desk, person, more):
    orgs.configure(desk.org, caps=[Cap(None, 1, 7)])
    about = {"contact": person, **more}
    went(desk, about.pop("contact"), 1, at=desk.now - timedelta(days=1), **about)
    assert goes(desk, person)


def test_service_and_tickets_never_count(desk, person):
    orgs.configure(desk.org, caps=[Cap(None, 1, 7)])
    went(desk, person, 1, at=desk.now - timedelta(days=1))
    Message.objects.update(klass="service")
    assert goes(desk, person)


def test_what_is_queued_counts_when_its_time_comes(desk, person, clock):
    """One that waits for its hour does not hold up the one that may go now."""
    orgs.configure(desk.org, caps=[Cap(None, 1, 7)])
    later = marketing(desk, "later", person, due=desk.now + timedelta(hours=3))
    assert goes(desk, person)
    desk.settle([Message.objects.get(key="offer1").id])
    clock.advance(hours=3)
    assert [] == desk.to_wire()
    assert (State.BLOCKED, "frequency_cap") == (desk.fact(later).state, desk.fact(later).reason)


def test_what_settles_between_two_looks_is_seen(desk, person):
    """Another worker's message is accepted while this one counts: it is not missed by both looks."""
    orgs.configure(desk.org, caps=[Cap(None, 1, 7)])
    first = marketing(desk, "first", person)
    assert [first] == desk.to_wire()
    second = marketing(desk, "second", person)
    leased = messages.lease(desk.sender, owner="w2", limit=1, now=desk.now)
    looked = []

    def settles(execute, sql, params, many, context):
        found = execute(sql, params, many, context)
        if "messages_message" in sql and "klass" in sql and not looked:
            looked.append(sql)
            desk.settle([first])
        return found

    with connection.execute_wrapper(settles):
        passed = messages.screen(leased, owner="w2", now=desk.now)
    assert (1, []) == (len(looked), passed)
    assert (State.BLOCKED, "frequency_cap") == (desk.fact(second).state, desk.fact(second).reason)


def test_a_person_of_two_names_has_one_cap(desk, person):
    """What was written to the name they had before counts."""
    orgs.configure(desk.org, caps=[Cap(None, 1, 7)])
    child, stranger = desk.contact(1), desk.contact(2)
    for each in (child, stranger):
        consent(desk, each)
    went(desk, child, 1, at=desk.now - timedelta(days=1))
    with store.write():
        joining.join(desk.org, {child: person}, reason="test", now=desk.now)
    assert not goes(desk, person)
    assert goes(desk, stranger)
