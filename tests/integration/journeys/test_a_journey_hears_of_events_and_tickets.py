"""Journeys started by events that another system or a browser tells of, and by paid tickets."""

from datetime import UTC, datetime, timedelta

import pytest

from postlude.access import api as access
from postlude.activity import api as activity
from postlude.activity.types import ActivitySeen, EventSeen, Kind
from postlude.journeys import api as journeys
from postlude.kernel import clock as kernel_clock
from postlude.kernel import ids, store, work
from postlude.people import api as people
from postlude.people import joining

from . import conftest, paths_house
from .paths_house import DAY, ORDER, Chain, path, send

house_of_tickets = conftest.house
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
ENDED = journeys.Happening(journeys.Topic.EVENT, "trial_ended")
BACK = journeys.Happening(journeys.Topic.EVENT, "came_back")


@pytest.fixture
def frozen(db):
    with kernel_clock.use(kernel_clock.FrozenClock(NOW)) as clock:
        yield clock


@pytest.fixture
def chain(frozen) -> Chain:
    return paths_house.build(frozen)


def tell(house: Chain, contact: int, name: str = "trial_ended") -> None:
    seen = EventSeen(f"e{ids.new_id()}", contact, name, house.now)
    activity.tell_events(house.org, [seen], now=house.now)


def browse(house: Chain, contact: int, name: str = "trial_ended") -> None:
    now = house.now
    seen = ActivitySeen(
        Kind.EVENT, f"{ids.new_id():032x}", int(now.timestamp() * 1000), 1, contact, now, now, name
    )
    activity.record_many(house.org, [seen], now=now)


@pytest.mark.parametrize("says", [tell, browse])
def test_an_event_starts_what_asks_for_its_name(chain, frozen, says):
    one, two = chain.people(2)
    chain.put_up(path(send("gift"), trigger=journeys.News(ENDED), once=journeys.Once.EACH))
    says(chain, one)
    says(chain, two, "something_else")
    chain.go_on()
    assert [(one, "gift")] == chain.told()
    says(chain, one)
    chain.go_on()
    assert [(one, "gift")] * 2 == chain.told()


@pytest.mark.parametrize("says", [tell, browse])
def test_an_event_is_waited_for_by_its_name(chain, frozen, says):
    one, two = chain.people(2)
    wait = journeys.Wait("wait", "gift", what=BACK, at_most=DAY, otherwise="discount")
    chain.put_up(path(wait, send("gift", "end"), send("discount", "end"), journeys.End("end")))
    chain.closes(one, two)
    chain.go_on()
    frozen.advance(hours=1)
    says(chain, one, "came_back")
    says(chain, two, "something_else")
    chain.go_on()
    assert [(one, "gift")] == chain.told()
    frozen.advance(days=1)
    chain.go_on()
    assert [(one, "gift"), (two, "discount")] == chain.told()


def test_whoever_turns_out_to_be_one_person_is_waited_for_as_one(chain, frozen):
    """What either of them does is what the one person does."""
    child, head = chain.people(2)
    wait = journeys.Wait("wait", "gift", what=BACK, at_most=DAY, otherwise="discount")
    chain.put_up(path(wait, send("gift", "end"), send("discount", "end"), journeys.End("end")))
    chain.closes(child)
    chain.go_on()
    with store.write():
        joining.join(chain.org, {child: head}, reason="test", now=chain.now)
    frozen.advance(hours=1)
    tell(chain, head, "came_back")
    chain.step()
    assert 1 == chain.steps()["gift"].entered
    assert head == people.canonical(chain.org, [child])[child]


def test_news_that_was_missed_is_found_by_the_facts(chain, frozen):
    """Somebody who is being walked while it happens is not woken: time brings it to light."""
    (one,) = chain.people(1)
    wait = journeys.Wait("wait", "gift", what=ORDER, at_most=DAY, otherwise="discount")
    chain.put_up(path(wait, send("gift", "end"), send("discount", "end"), journeys.End("end")))
    chain.closes(one)
    chain.go_on()
    work.unsubscribe_all()
    frozen.advance(hours=1)
    chain.closes(one)
    frozen.advance(hours=23)
    journeys.walk_paths(paths_house.jobs.Budget(10))
    assert 1 == chain.steps()["gift"].entered


@pytest.fixture
def conference(house_of_tickets):
    for topic in journeys.PATH_TOPICS:
        work.subscribe(topic, journeys.PATHS, journeys.on_news)
    job = paths_house.jobs.Job("journeys.walk_paths", journeys.walk_paths, "pipeline")
    paths_house.jobs.register(job)
    return house_of_tickets


def test_a_paid_ticket_lets_in_and_writes_of_its_conference(conference, clock):
    what = journeys.Happening(journeys.Topic.TICKET_PAID, conferences=("pycon-2023",))
    letter = journeys.Letter("mail", "pre-event", "transactional")
    journeys.publish_path(
        conference.org,
        journeys.Path(
            "doors",
            journeys.News(what),
            (
                journeys.LetIn("let-in", "wait"),
                journeys.Wait("wait", "hello", length=timedelta(hours=1)),
                journeys.Send("hello", letter),
            ),
            journeys.Once.EACH,
        ),
        now=conference.now,
    )
    conference.buy("ann@example.test")
    conference.deliver()
    clock.advance(hours=1)
    conference.deliver()
    ann = conference.contact("ann@example.test")
    (grant,) = access.grants_of(conference.org, [ann], conference.conference)[ann]
    assert "granted" == grant.state
    (mail,) = [each for each in conference.mail.sent if each.subject == "Tomorrow"]
    assert "PyCon TW 2023" in mail.text
    assert "The door" in mail.text


def test_a_ticket_of_another_conference_starts_nothing(conference, clock):
    what = journeys.Happening(journeys.Topic.TICKET_PAID, conferences=("another",))
    letter = journeys.Letter("mail", "pre-event", "transactional")
    it = journeys.Path(
        "doors", journeys.News(what), (journeys.Send("hello", letter),), journeys.Once.EACH
    )
    journeys.publish_path(conference.org, it, now=conference.now)
    conference.buy("ann@example.test")
    conference.deliver()
    assert 0 == journeys.path_versions(conference.org, "doors")[0].entered
