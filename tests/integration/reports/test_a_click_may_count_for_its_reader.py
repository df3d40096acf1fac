"""Clicks of mails that were passed on, counted for whoever read them where that was said (A-8)."""

from datetime import timedelta

import pytest

from postlude.kernel import clock as kernel_clock
from postlude.kernel import jobs, store
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.models import Contact
from postlude.people.types import Visit, Visited
from postlude.reports import api as reports
from postlude.reports.types.channel import Asked, Reading
from support.measured import Shop


def visit(org: int, cid: str, member: str = "") -> Visited:
    with store.write():
        [found] = people.visit_many(
            org, [Visit(cid * 32, kernel_clock.now(), member)], now=kernel_clock.now()
        )
    return found


@pytest.fixture
def mails(place: Shop, clock):
    """Two mails, one click each: Ann's in Bob's browser, Eve's in one of nobody's."""
    start = clock.now()
    cycle = place.cycle("w1", start)
    ann, eve = (
        Contact.objects.create(org_id=place.org, source="test", first_seen_at=start).id
        for _ in range(2)
    )
    bob = visit(place.org, "b", "bob")
    new = visit(place.org, "n")
    for contact, visitor in ((ann, bob.visitor), (eve, new.visitor), (bob.contact, bob.visitor)):
        sent = place.send(contact, start, cycle=cycle)
        place.touch(sent, "click", start + timedelta(minutes=1), human=True, visitor=visitor)
    place.work()
    return place, start


def clicks(org: int, start) -> int:
    first = orgs.local_day(org, start)
    return reports.channel(org, Asked(first, first, ())).total.clicked(Reading.HUMAN).total


def test_people_are_counted_by_who_clicked_and_a_login_counts_at_once(mails):
    place, start = mails
    assert 3 == clicks(place.org, start)
    day = orgs.local_day(place.org, start)
    orgs.set_measuring(place.org, from_day=day, actor="a", now=start, identity="clicker")
    place.work()
    jobs.run_once("reports.rebuild", wait=1)
    assert 2 == clicks(place.org, start)  # Bob, and Eve while the browser is nobody's
    assert [] == list(reports.differences(place.org))

    visit(place.org, "n", "bob")
    place.work()
    assert 1 == clicks(place.org, start)
    assert [] == list(reports.differences(place.org))

    orgs.set_measuring(place.org, from_day=day, actor="a", now=start, identity="recipient")
    place.work()
    jobs.run_once("reports.rebuild", wait=1)
    assert 3 == clicks(place.org, start)
