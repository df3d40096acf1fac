"""A notice's own rule of reactions: kept with its version, whatever its name is."""

from datetime import datetime, timedelta

import pytest

from postlude.attribution import api as attribution
from postlude.attribution.types import ReactionState, ReactionType
from postlude.journeys import api as journeys
from postlude.journeys.models import Cycle, JourneyVersion
from postlude.kernel import clock as kernel_clock
from support.noticing import Restaurant

REACTED, NONE, WAITING = ReactionState.REACTED, ReactionState.NONE, ReactionState.WAITING
UNMEASURED = ReactionState.UNMEASURED
DAY = timedelta(days=1)
ORDER = journeys.Awaited(3 * DAY)
CLOSING = journeys.Awaited(3 * DAY, by="closing")
LONG = journeys.Awaited(60 * DAY)
REVIEW = journeys.Awaited(5 * DAY, points="review")


def now() -> datetime:
    return kernel_clock.now()


def published(place: Restaurant, slug: str, reaction: journeys.Awaited | None) -> int:
    """Publish a version of a notice and let it have a run; return its number."""
    way = journeys.Way("gift", journeys.Letter("sms", "back"))
    who = journeys.Condition("!birthday_known")
    notice = journeys.Recurring(
        slug=slug,
        timetable=journeys.timetable("daily 12:00"),
        selections=(journeys.Selection("all", (way,), who=who),),
        once_per=journeys.OncePer.EVER,
        reaction=reaction,
        title=f"{reaction}",
    )
    made = journeys.publish_notice(place.org, notice, now=now())
    assert journeys.begin_by_hand(place.org, slug, now=now()) is not None
    version = JourneyVersion.objects.get(id=made.id)
    place.cycles[slug, version.number] = Cycle.objects.filter(version=version).latest("id").id
    return version.number


def state(place: Restaurant, message: int) -> ReactionState | None:
    return attribution.notices(place.org, [message])[message].state


def test_an_order_within_its_own_time(place, clock) -> None:
    """Three days and not fourteen; the last instant belongs."""
    number = published(place, "spring", ORDER)
    sent = place.send("spring", place.person(1), place.person(2), version=number)
    start = now()
    clock.advance(days=4)
    place.order(place.person(1), start + 3 * DAY, start + 3 * DAY, uid="in")
    place.order(place.person(2), start + 3 * DAY + timedelta(seconds=1), now(), uid="late")
    place.work()
    found = attribution.notices(place.org, sent)
    assert [REACTED, NONE] == [found[each].state for each in sent]
    assert ("in", ReactionType.ORDER) == (found[sent[0]].effect, found[sent[0]].type)


def test_by_its_closing(place, clock) -> None:
    """Opened before the message and closed after it: only where the closing is asked."""
    start = now()
    clock.advance(hours=1)
    opening, closing = published(place, "a", ORDER), published(place, "b", CLOSING)
    (one,) = place.send("a", place.person(1), version=opening)
    (two,) = place.send("b", place.person(1), version=closing)
    clock.advance(days=1)
    place.order(place.person(1), start, now())
    place.work()
    assert [WAITING, REACTED] == [state(place, one), state(place, two)]


def test_a_wait_that_is_longer_than_usual(place, clock) -> None:
    number = published(place, "slow", LONG)
    (sent,) = place.send("slow", place.person(1), version=number)
    clock.advance(days=50)
    place.order(place.person(1), now(), now())
    place.work()
    assert REACTED == state(place, sent)
    found = attribution.reaction_of(place.org, sent, now=now())
    assert found is not None
    assert REACTED == found[0].state


def test_points_of_a_reason_of_its_own(place, clock) -> None:
    """Letter by letter; an order is none."""
    number = published(place, "rate-us", REVIEW)
    sent = place.send("rate-us", *[place.person(each) for each in (1, 2, 3)], version=number)
    clock.advance(days=1)
    place.give(place.person(1), "review", now())
    place.give(place.person(2), "Review", now())
    place.order(place.person(3), now(), now())
    clock.advance(days=5)
    place.look()
    assert [REACTED, NONE, NONE] == [state(place, each) for each in sent]


def test_each_message_goes_by_the_version_that_sent_it(place, clock) -> None:
    """Not measured, then by orders, then by points: nothing that was said before changes."""
    versions = [published(place, "news", None)]
    for rule in (LONG, REVIEW):
        clock.advance(minutes=1)
        versions.append(published(place, "news", rule))
    assert [1, 2, 3] == versions
    sent = [place.send("news", place.person(1), version=each)[0] for each in versions]
    clock.advance(days=1)
    place.order(place.person(1), now(), now())
    place.work()
    assert [UNMEASURED, REACTED, WAITING] == [state(place, each) for each in sent]
    place.give(place.person(1), "review", now())
    clock.advance(days=2)
    place.look()
    assert [UNMEASURED, REACTED, REACTED] == [state(place, each) for each in sent]


@pytest.mark.parametrize("slug", ["invite", "feedback"])
def test_a_known_name_may_say_otherwise_and_else_stays_as_it_is(place, clock, slug) -> None:
    usual, own = published(place, slug, None), published(place, f"{slug}-2", None)
    clock.advance(minutes=1)
    said = published(place, slug, REVIEW)
    sent = [
        place.send(name, place.person(1), version=each)[0]
        for name, each in ((slug, usual), (f"{slug}-2", own), (slug, said))
    ]
    clock.advance(days=1)
    place.order(place.person(1), now(), now())
    place.give(place.person(1), "feedback", now())
    place.work()
    assert [REACTED, UNMEASURED, WAITING] == [state(place, each) for each in sent]
