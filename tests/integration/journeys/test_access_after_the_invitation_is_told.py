"""Who was invited without a link hears of it when it works, once; nobody else hears anything."""

from datetime import timedelta
from typing import Any

import pytest

from postlude.access import api as access
from postlude.access.models import Grant
from postlude.access.models import Resource as ResourceRow
from postlude.access.types import MapRule, Resource
from postlude.journeys import api as journeys
from postlude.journeys.models import Resend
from postlude.kernel import jobs, work
from postlude.messages import api as messages
from postlude.messages.models import Outbox
from postlude.messages.types import Outcome
from postlude.orders import api as orders
from postlude.people import api as people
from postlude.people.types import Actor

ANN = "ann@example.test"
ONCE = [(ANN, "Come in")]
TWICE = [(ANN, "Come in"), (ANN, "Come in")]


def done(house: Any, *, resource: str | None = None) -> int:
    """A person lets in all who wait."""
    queues = access.manual_queue(house.org, resource=resource)
    waiting = [entry.grant for queue in queues for entry in queue.entries]
    return access.mark_done(house.org, waiting, actor="staff:1", now=house.now)


def invited_without_the_door(house: Any) -> int:
    """The vendor refuses, so that the mail goes with the video alone."""
    house.door.mood = "refused"
    number: int = house.buy(ANN, ticket_type="Both ticket")
    house.deliver()
    assert ONCE == house.mails()
    assert "The door" not in house.mail.sent[0].text
    return number


def again(house: Any) -> None:
    """All the news of grants comes once more, and everything that is due."""
    work.publish("grant.settled", house.org, list(Grant.objects.values_list("id", flat=True)))
    house.deliver()


def with_lounges(house: Any, number: int, link: str = "https://lounge.test/") -> None:
    """Tickets "Both" open the video and so many places that a person opens."""
    lounges = [
        Resource(f"lounge{each}", "manual", f"Lounge {each}", {"link": link})
        for each in range(number)
    ]
    video = Resource("video", "youtube", "Video", {"url": "https://youtu.be/x"})
    access.define_resources(house.org, house.conference, [video, *lounges], now=house.now)
    to = ("video", *(each.key for each in lounges))
    access.define_map(house.org, house.conference, [MapRule("*", "Both*", to)], now=house.now)
    house.work()


def invited_without_the_lounges(house: Any, clock: Any, number: int = 1, **changes: Any) -> int:
    """The wait is over before a person has done it."""
    with_lounges(house, number, **changes)
    order: int = house.buy(ANN, ticket_type="Both ticket")
    house.deliver()
    clock.advance(minutes=31)
    house.deliver()
    assert ONCE == house.mails()
    assert "Lounge" not in house.mail.sent[0].text
    return order


def test_a_person_stood_in_for_the_vendor(house: Any) -> None:
    invited_without_the_door(house)
    assert 1 == done(house)
    house.deliver()
    assert TWICE == house.mails()
    assert "The door http://testserver/go/" in house.mail.sent[1].text
    assert "Video" in house.mail.sent[1].text
    (row,) = Resend.objects.all()
    grant = Grant.objects.get(resource__key="door")
    assert ("late access", f"late:{grant.id}") == (row.actor, row.request)
    (told,) = [e for e in journeys.history_of(house.org, row.contact) if e.kind == "resent"]
    assert "late access" == told.actor
    for _ in range(3):
        assert 0 == done(house)
        again(house)
    assert TWICE == house.mails()


def test_the_vendor_comes_back(house: Any) -> None:
    invited_without_the_door(house)
    house.door.mood = "open"
    access.regrant(house.org, house.conference, actor="staff:1", now=house.now)
    house.deliver()
    again(house)
    assert TWICE == house.mails()


def test_the_wait_was_over(house: Any, clock: Any) -> None:
    invited_without_the_lounges(house, clock)
    clock.advance(days=2)
    done(house)
    house.deliver()
    again(house)
    assert TWICE == house.mails()
    assert "Lounge 0 http://testserver/go/" in house.mail.sent[1].text


def test_several_places_together_are_one_mail(house: Any, clock: Any) -> None:
    invited_without_the_lounges(house, clock, 3)
    assert 3 == done(house)
    house.deliver()
    again(house)
    assert TWICE == house.mails()
    assert 3 == house.mail.sent[1].text.count("Lounge")


def test_one_place_after_the_other_is_told_each_time(house: Any, clock: Any) -> None:
    invited_without_the_lounges(house, clock, 2)
    for number in range(2):
        clock.advance(hours=1)
        done(house, resource=f"lounge{number}")
        house.deliver()
        again(house)
        assert 2 + number == len(house.mails())
    assert 2 == house.mail.sent[2].text.count("Lounge")


def test_a_mail_that_is_queued_still_carries_it(house: Any, clock: Any) -> None:
    """Links are put in right before the wire."""
    with_lounges(house, 1)
    house.buy(ANN, ticket_type="Both ticket")
    house.work()
    clock.advance(minutes=31)
    house.work()
    assert 1 == Outbox.objects.count()
    done(house)
    house.work()
    clock.advance(minutes=2)
    house.deliver()
    again(house)
    assert ONCE == house.mails()
    assert "Lounge" in house.mail.sent[0].text


def test_a_mail_on_the_wire_is_waited_for(house: Any, clock: Any) -> None:
    """It was put together before; what came of it is known first, and then the link is told."""
    with_lounges(house, 1)
    house.buy(ANN, ticket_type="Both ticket")
    house.work()
    clock.advance(minutes=31)
    house.work()
    sender = messages.sender(house.org, "mail").id
    leased = messages.lease(sender, owner="w", limit=10, now=house.now)
    rendered, _ = messages.render(leased, now=house.now)
    (going,) = messages.mark_sending(rendered, owner="w", now=house.now)
    done(house)
    house.work()
    assert [] == list(Resend.objects.all())
    accepted = Outcome(going.message, "accepted", "an id")
    messages.settle_many(sender, [accepted], owner="w", now=house.now)
    clock.advance(seconds=2)
    house.deliver()
    again(house)
    assert ONCE == house.mails()
    assert 1 == Resend.objects.count()


def test_not_after_a_refund(house: Any) -> None:
    number = invited_without_the_door(house)
    house.refund(number, ANN)
    done(house)
    house.deliver()
    again(house)
    assert ONCE == house.mails()


def test_not_after_the_end(house: Any, clock: Any) -> None:
    invited_without_the_door(house)
    clock.advance(days=3)
    assert 1 == done(house)
    house.deliver()
    again(house)
    assert ONCE == house.mails()


def test_not_where_there_is_nothing_to_show(house: Any, clock: Any) -> None:
    """A place whose address is not set has no link."""
    invited_without_the_lounges(house, clock)
    ResourceRow.objects.filter(key="lounge0").update(settings={"link": "${NOT_SET_ANYWHERE}"})
    assert 1 == done(house)
    house.deliver()
    again(house)
    assert ONCE == house.mails()


def test_a_test_mail_is_no_invitation(house: Any) -> None:
    house.door.mood = "refused"
    journeys.send_test(
        house.org, "invitation", to=ANN, sender="mail", locale="", source="test", now=house.now
    )
    house.deliver()
    house.buy(ANN)
    house.deliver()
    assert ONCE == house.mails()
    done(house)
    house.deliver()
    again(house)
    assert TWICE == house.mails()
    assert 0 == Resend.objects.count()


def test_who_was_not_invited_yet_is_invited_and_no_more(house: Any) -> None:
    house.door.mood = "refused"
    house.buy(ANN)
    house.deliver()
    assert [] == house.mails()
    done(house)
    house.deliver()
    again(house)
    assert ONCE == house.mails()


@pytest.mark.parametrize("minutes", [0, 5])
def test_all_granted_before_is_one_mail(house: Any, clock: Any, minutes: int) -> None:
    house.buy(ANN, ticket_type="Both ticket")
    house.work()
    again(house)
    clock.advance(minutes=minutes)
    again(house)
    assert ONCE == house.mails()


def test_news_of_a_grant_that_comes_after_the_mail_adds_none(house: Any) -> None:
    """The mail was decided with it; its news was late."""
    house.buy(ANN)
    house.work()
    work.unsubscribe_all()
    jobs.run_until_idle(groups=("deliver",))
    work.subscribe("grant.settled", "journeys", journeys.on_grant_settled)
    work.subscribe(journeys.LATE_ACCESS, "journeys", journeys.on_access_late)
    again(house)
    assert ONCE == house.mails()


def test_an_additional_ticket_brings_its_link_by_itself(house: Any, clock: Any) -> None:
    house.buy(ANN)
    house.deliver()
    clock.advance(hours=1)
    house.buy(ANN, ticket_type="Both ticket")
    house.deliver()
    again(house)
    clock.advance(minutes=2)
    house.deliver()
    assert [*ONCE, (ANN, "One more")] == house.mails()


def test_an_additional_ticket_that_waits_is_not_overtaken(house: Any, clock: Any) -> None:
    """Its own mail will carry the link that is granted while it waits for another."""
    house.buy(ANN)
    house.deliver()
    house.door.mood = "open"
    lounge = Resource("lounge", "manual", "Lounge", {"link": "https://lounge.test/"})
    video = Resource("video", "youtube", "Video", {"url": "https://youtu.be/x"})
    door = Resource("door", "door", "The door", {})
    access.define_resources(house.org, house.conference, [door, video, lounge], now=house.now)
    rules = [MapRule("*", "Online*", ("door",)), MapRule("*", "Both*", ("video", "lounge"))]
    access.define_map(house.org, house.conference, rules, now=house.now)
    house.buy(ANN, ticket_type="Both ticket")
    house.deliver()
    assert ONCE == house.mails()
    assert "granted" == Grant.objects.get(resource__key="video").state
    clock.advance(minutes=2)
    done(house)
    house.deliver()
    clock.advance(minutes=2)
    again(house)
    assert [*ONCE, (ANN, "One more")] == house.mails()


def test_a_known_place_again_is_no_news(house: Any) -> None:
    house.buy(ANN)
    house.deliver()
    access.regrant(house.org, house.conference, actor="staff:1", now=house.now)
    access.grant_many(house.org, house.conference, [house.contact(ANN)], now=house.now)
    house.deliver()
    Grant.objects.update(state="pending", granted_at=None, due=house.now)
    house.deliver()
    again(house)
    assert "granted" == Grant.objects.get().state
    assert ONCE == house.mails()


def moved(house: Any, clock: Any) -> str:
    """The invited buyer gets another address; return it."""
    for topic, consumer, handler in (
        (people.MOVED, "journeys", journeys.on_contact_moved),
        (people.JOINED, "orders", orders.on_contacts_joined),
        (orders.LEFT, "journeys", journeys.on_ticket_left),
        (journeys.STALE, "journeys", journeys.on_invitation_stale),
    ):
        work.subscribe(topic, consumer, handler)
    clock.advance(minutes=10)
    new = "anne@example.test"
    staff = Actor("staff", "7")
    people.change_email(house.org, house.contact(ANN), new, actor=staff, now=house.now)
    house.deliver()
    return new


def test_the_mail_to_the_address_of_before_counts_no_more(house: Any, clock: Any) -> None:
    """It carried all the links; the one to the new address did not."""
    house.buy(ANN, ticket_type="Both ticket")
    house.deliver()
    assert "The door" in house.mail.sent[0].text
    house.door.mood = "refused"
    new = moved(house, clock)
    assert [(ANN, "Come in"), (new, "Come in")] == house.mails()
    assert "The door" not in house.mail.sent[1].text
    assert 1 == done(house)
    house.deliver()
    again(house)
    assert [(ANN, "Come in"), (new, "Come in"), (new, "Come in")] == house.mails()
    assert "The door" in house.mail.sent[2].text


def test_another_address_is_one_invitation_there(house: Any, clock: Any) -> None:
    house.buy(ANN)
    house.deliver()
    new = moved(house, clock)
    clock.advance(minutes=2)
    again(house)
    assert [(ANN, "Come in"), (new, "Come in")] == house.mails()
    assert 0 == Resend.objects.count()


def test_an_operator_who_was_faster(house: Any, clock: Any) -> None:
    """The mail that was sent again by hand has the link already."""
    invited_without_the_door(house)
    work.unsubscribe_all()
    done(house)
    clock.advance(minutes=1)
    ann = house.contact(ANN)
    journeys.resend(house.org, ann, house.conference, actor="staff:1", now=house.now)
    house.deliver()
    work.subscribe("grant.settled", "journeys", journeys.on_grant_settled)
    work.subscribe(journeys.LATE_ACCESS, "journeys", journeys.on_access_late)
    clock.advance(minutes=1)
    again(house)
    assert TWICE == house.mails()
    assert timedelta(0) < house.now - Resend.objects.get().at
