"""The page of journeys shows those in steps as pictures with their numbers, to members only."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from postlude.activity import api as activity
from postlude.activity.types import EventSeen
from postlude.journeys import api as journeys
from postlude.kernel import clock, work
from postlude.kernel.jobs import Budget
from postlude.kernel.models import WorkRow
from postlude.kernel.work import WorkBatch
from postlude.people import api as people
from postlude.people.types import Description, PersonSeen

from .conftest import SECRET

PAGE = "/org/pycon/journeys/"


def log_in(role: str, staff: dict[str, str]) -> Client:
    client = Client()
    assert client.login(username=role, password=staff["password"])
    return client


@pytest.fixture
def walked(sale) -> None:
    """Three people: one waits for a day, two were stopped by a check."""
    org, now = sale.org.id, clock.now()
    what = journeys.Happening(journeys.Topic.EVENT, "trial_ended")
    born = journeys.Condition("birthday_known")
    nodes = (
        journeys.Check("grown-up", born, "tomorrow"),
        journeys.Wait("tomorrow", length=timedelta(days=1)),
    )
    it = journeys.Path(
        "trial", journeys.News(what), nodes, journeys.Once.EACH, title="After the trial"
    )
    journeys.publish_path(org, it, now=now)
    found = people.recognise_many(
        org,
        [PersonSeen(f"p{n}@example.test", source="test", reference=f"p{n}") for n in range(3)],
        now=now,
    )
    contacts = [row.contact or 0 for row in found]
    people.describe_many(org, [Description(contacts[0], birthday=(5, 5))])
    work.subscribe(activity.TOLD, journeys.PATHS, journeys.on_news)
    seen = [EventSeen(f"e{n}", each, "trial_ended", now) for n, each in enumerate(contacts)]
    activity.tell_events(org, seen, now=now)
    keys = WorkRow.objects.filter(consumer=journeys.PATHS, topic=activity.TOLD)
    names = tuple(keys.values_list("key", flat=True))
    journeys.on_news(WorkBatch(org, journeys.PATHS, activity.TOLD, names, 1))
    journeys.walk_paths(Budget(5))


def test_each_step_stands_in_the_picture_with_its_people(sale, staff, walked) -> None:
    html = log_in("viewer", staff).get(PAGE).content.decode()
    assert "After the trial" in html
    assert 2 == html.count("<rect ")
    assert 1 == html.count('class="way"')
    lines = re.findall(r"<text [^>]*>([^<]*)</text>", html)
    assert ["grown-up", "only if birthday_known", "entered 3"] == lines[:3]
    assert "wait 1 day" in lines
    assert "entered 1 · waiting 1" in lines
    assert any(each.endswith(" 2") for each in lines)  # blocked, in words
    assert SECRET.lower() not in html.lower()


def test_strangers_see_nothing_of_it(sale, staff, walked) -> None:
    assert 404 == log_in("outsider", staff).get(PAGE).status_code
    assert 302 == Client().get(PAGE).status_code
