"""Every number of a scheduled journey opens into its people, masked, and to nobody outside."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from postlude.console.readings import journey_rows, schedules
from postlude.journeys import api as journeys
from postlude.journeys.types import JourneyDefinition, NoticeNode, Schedule
from postlude.kernel import clock
from postlude.kernel.jobs import Budget
from postlude.orders import api as orders
from postlude.people import api as people

from .conftest import SECRET

PAGE = "/org/pycon/journeys/"


def log_in(role: str, staff: dict[str, str]) -> Client:
    client = Client()
    assert client.login(username=role, password=staff["password"])
    return client


@pytest.fixture
def begun(sale):
    """A mail before the event, on its way to everybody who holds a ticket."""
    conference = orders.conferences(sale.org.id)[0]
    definition = JourneyDefinition(
        "eve",
        (NoticeNode("send", "mail", {"*": "invitation"}),),
        title="Before the event",
        trigger="schedule",
        conferences=(conference.slug,),
        schedule=Schedule(before_start=timedelta(days=1)),
    )
    journeys.publish(sale.org.id, definition, now=clock.now())
    now = clock.now()
    orders.ensure_conference(
        sale.org.id,
        conference.slug,
        name=conference.name,
        pattern=conference.pattern,
        starts_at=now + timedelta(hours=20),
        ends_at=now + timedelta(days=3),
    )
    assert 1 == journeys.schedule(Budget(5))
    journeys.freeze(Budget(5))
    journeys.step_scheduled(Budget(5))
    (row,) = schedules.rows(sale.org, now=clock.now())
    return row


def test_every_number_opens_into_as_many_people_masked(sale, staff, begun) -> None:
    """A role that may not see people sees none; not even an owner does in a list."""
    assert any(each.value for each in begun.counts)
    for role in ("viewer", "owner"):
        client = log_in(role, staff)
        shown = unescape(client.get(PAGE).content.decode())
        for each in begun.counts:
            assert f'<a href="{each.href}">{each.value}</a>' in shown
            html = client.get(each.href).content.decode()
            assert each.value == html.count('<td><a href="/org/pycon/buyers/')
            assert SECRET.lower() not in html.lower()
    assert [] == people.views(sale.org.id)


def test_long_lists_go_on(sale, staff, begun, monkeypatch) -> None:
    monkeypatch.setattr(journey_rows, "MOST", 2)
    client, url, seen = log_in("viewer", staff), begun.counts[0].href, []
    while url:
        html = client.get(url).content.decode()
        seen += re.findall(r'<td><a href="(/org/pycon/buyers/[^"]+)"', html)
        following = re.search(r'href="(\?[^"]*before=[^"]*)"', html)
        url = following and begun.counts[0].href.partition("?")[0] + unescape(following[1])
    assert begun.counts[0].value == len(seen)


def test_strangers_and_made_up_runs_get_404(sale, staff, begun) -> None:
    """Another organisation's staff, also below their own address."""
    href = begun.counts[0].href
    outsider = log_in("outsider", staff)
    assert 404 == outsider.get(href).status_code
    assert 404 == outsider.get(href.replace("/org/pycon/", "/org/rival/")).status_code
    owner = log_in("owner", staff)
    for wrong in ("of=everybody", "of=sent&journey=x&conference=y", ""):
        assert 404 == owner.get(f"{href.partition('?')[0]}?{wrong}").status_code
    assert 302 == Client().get(href).status_code
