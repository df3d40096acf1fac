"""Whose address changes is let in and invited there once, and the old address hears no more."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from postlude.access import api as access
from postlude.access.models import Grant
from postlude.channels import api as channels
from postlude.channels.types import Verdict
from postlude.journeys import api as journeys
from postlude.kernel import jobs, work
from postlude.messages import api as messages
from postlude.orders import api as orders
from postlude.people import api as people
from postlude.people.types import Actor, PersonSeen

STAFF = Actor("staff", "7")
OLD, NEW = "amn@example.test", "ann@example.test"


@pytest.fixture(autouse=True)
def _news(house: Any) -> None:
    for topic, consumer, handler in (
        (people.ADDRESSED, "journeys", journeys.on_contact_addressed),
        (people.MOVED, "journeys", journeys.on_contact_moved),
        (people.JOINED, "orders", orders.on_contacts_joined),
        (orders.LEFT, "journeys", journeys.on_ticket_left),
        (journeys.STALE, "journeys", journeys.on_invitation_stale),
    ):
        work.subscribe(topic, consumer, handler)


def move(house: Any, contact: int, email: str, **more: Any) -> Any:
    return people.change_email(house.org, contact, email, actor=STAFF, now=house.now, **more)


def links(mail: Any) -> list[str]:
    return [word for word in mail.text.split() if "/go/" in word]


def leads_to(house: Any, mail: Any) -> list[str]:
    """Return what each link of a mail says now."""
    tokens = [link.rpartition("/go/")[2] for link in links(mail)]
    found = [access.follow(token, now=house.now) for token in tokens]
    return [getattr(each, "resource", None) or str(each.reason) for each in found]


def test_an_invited_buyer_moves(house: Any) -> None:
    """The old links are dead, the new address is let in and has one invitation with all tickets."""
    house.buy(OLD)
    house.buy(OLD)
    house.deliver()
    ann = house.contact(OLD)
    assert move(house, ann, NEW).problem is None
    house.deliver()

    assert [(OLD, "Come in"), (NEW, "Come in")] == house.mails()
    old, new = house.mail.sent
    assert (["replaced"], ["door"]) == (leads_to(house, old), leads_to(house, new))
    assert 2 == new.text.count("[Online ticket]")
    assert ann == house.contact(NEW)
    house.deliver()
    assert 2 == len(house.mail.sent)
    assert 1 == len(access.to_remove_by_hand(house.org))


def test_an_invitation_that_is_still_queued_goes_to_the_new_address_only(house: Any) -> None:
    """Cancelled and decided again, so that it waits for the new access."""
    house.buy(OLD)
    house.work()
    move(house, house.contact(OLD), NEW)
    house.deliver()
    assert [(NEW, "Come in")] == house.mails()
    assert ["door"] == leads_to(house, house.mail.sent[0])


def test_one_who_still_waits_for_access_is_invited_at_the_new_address(
    house: Any, clock: Any
) -> None:
    house.door.mood = "tired"
    house.buy(OLD)
    house.deliver()
    move(house, house.contact(OLD), NEW)
    house.deliver()
    assert [] == house.mails()
    house.door.mood = "open"
    clock.advance(seconds=70)
    house.deliver()
    assert [(NEW, "Come in")] == house.mails()


def test_there_and_back_is_one_more_invitation_where_the_buyer_is_in_the_end(house: Any) -> None:
    house.buy(OLD)
    house.deliver()
    ann = house.contact(OLD)
    move(house, ann, NEW)
    move(house, ann, OLD)
    house.deliver()
    assert [(OLD, "Come in"), (OLD, "Come in")] == house.mails()
    first, second = house.mail.sent
    assert (["replaced"], ["door"]) == (leads_to(house, first), leads_to(house, second))


def test_there_and_back_with_time_between(house: Any) -> None:
    house.buy(OLD)
    house.deliver()
    ann = house.contact(OLD)
    for address in (NEW, OLD):
        move(house, ann, address)
        house.deliver()
    assert [OLD, NEW, OLD] == [mail.to_address for mail in house.mail.sent]
    assert [["replaced"], ["replaced"], ["door"]] == [
        leads_to(house, mail) for mail in house.mail.sent
    ]


def test_nobody_is_invited_after_a_refund(house: Any) -> None:
    number = house.buy(OLD)
    house.deliver()
    house.refund(number, OLD)
    house.deliver()
    move(house, house.contact(OLD), NEW)
    house.deliver()
    assert [(OLD, "Come in")] == house.mails()
    assert ["revoked"] == list(Grant.objects.values_list("state", flat=True))


def test_a_refund_that_comes_with_the_change_wins(house: Any) -> None:
    number = house.buy(OLD)
    house.deliver()
    move(house, house.contact(OLD), NEW)
    house.refund(number, NEW)
    house.deliver()
    assert [(OLD, "Come in")] == house.mails()
    assert ["revoked"] == list(Grant.objects.values_list("state", flat=True))


def test_a_later_ticket_is_an_addition_at_the_new_address(house: Any) -> None:
    house.buy(OLD)
    house.deliver()
    move(house, house.contact(OLD), NEW)
    house.deliver()
    house.buy(NEW)
    house.deliver()
    assert [(OLD, "Come in"), (NEW, "Come in"), (NEW, "One more")] == house.mails()


def test_the_news_may_come_twice(house: Any) -> None:
    """The second time kills the links that were sent meanwhile, so a mail brings the new ones."""
    house.buy(OLD)
    house.deliver()
    ann = house.contact(OLD)
    move(house, ann, NEW)
    work.publish(people.MOVED, house.org, [ann])
    house.deliver()
    assert [(OLD, "Come in"), (NEW, "Come in")] == house.mails()


def test_a_text_made_for_the_old_address_never_reaches_the_wire(house: Any) -> None:
    """The change comes between rendering and sending."""
    house.buy(OLD)
    house.work()
    ann = house.contact(OLD)
    sender = messages.sender(house.org, "mail").id
    leased = messages.lease(sender, owner="w", limit=10, now=house.now)
    ready, _ = messages.render(messages.screen(leased, owner="w", now=house.now), now=house.now)
    assert [OLD] == [each.to_address for each in ready]
    move(house, ann, NEW)
    assert [] == messages.mark_sending(ready, owner="w", now=house.now)
    house.deliver()
    assert [(NEW, "Come in")] == house.mails()


@pytest.mark.parametrize("ending", ["accepted", "refused"])
def test_a_change_while_the_mail_is_being_sent(house: Any, clock: Any, ending: str) -> None:
    """Nobody can call it back: its links are dead, and the new address is invited once."""
    house.buy(OLD)
    house.work()
    ann = house.contact(OLD)
    begun, may_end = threading.Event(), threading.Event()

    def slow(mail: Any) -> Verdict:
        house.mail.answer = None
        begun.set()
        may_end.wait(10)
        if ending == "refused":
            return Verdict("refused", "429", retry_after=1.0, pause_sender=True)
        return Verdict("accepted", "late", provider_id=f"late-{mail.message}")

    house.mail.answer = slow
    worker = threading.Thread(target=_deliver)
    worker.start()
    begun.wait(10)
    move(house, ann, NEW)
    house.work()
    may_end.set()
    worker.join(20)
    clock.advance(seconds=90)
    house.deliver()
    went = [mail.to_address for mail in house.mail.sent]
    assert ([OLD, NEW] if ending == "accepted" else [NEW]) == went
    assert ["door"] == leads_to(house, house.mail.sent[-1])


def _deliver() -> None:
    from django.db import connections

    try:
        channels.JOBS[0].run(jobs.Budget(20))
    finally:
        connections.close_all()


# -- addresses that could not be written to ---------------------------------------------------------


def bad(house: Any, number: int = 1) -> int:
    seen = PersonSeen("ann@@example", source="test", reference=f"test:bad:{number}")
    (found,) = people.recognise_many(house.org, [seen], now=house.now)
    house.sold += 1
    orders.upsert_sales(house.org, [house.sale(house.sold, found.contact)], now=house.now)
    return int(found.contact or 0)


def test_a_mended_warning_is_an_invitation(house: Any) -> None:
    ann = bad(house)
    house.deliver()
    assert ([], 1) == (house.mails(), people.count_address_warnings(house.org))
    move(house, ann, NEW)
    house.deliver()
    assert [(NEW, "Come in")] == house.mails()
    assert 0 == people.count_address_warnings(house.org)


def test_a_mended_warning_where_nothing_needs_the_address(house: Any) -> None:
    """The grant went through without an address; only the mail could not be written."""
    house.door.needs_address = False
    ann = bad(house)
    house.deliver()
    assert [] == house.mails()
    move(house, ann, NEW)
    house.deliver()
    assert [(NEW, "Come in")] == house.mails()


def test_a_mended_warning_that_turns_out_to_be_a_known_buyer(house: Any) -> None:
    """Their tickets are one person's: the invited one hears of the other ticket, once."""
    house.buy(NEW)
    ann = bad(house)
    house.deliver()
    assert house.contact(NEW) == move(house, ann, NEW).contact
    house.deliver()
    assert [(NEW, "Come in"), (NEW, "One more")] == house.mails()
    assert {house.contact(NEW)} == {
        ticket.contact
        for ticket in orders.tickets(house.org, orders.all_tickets(house.org)).values()
    }


def test_somebody_elses_address_is_refused_unless_they_are_one_person(house: Any) -> None:
    house.buy(OLD)
    house.buy(NEW)
    house.deliver()
    old, new = house.contact(OLD), house.contact(NEW)
    assert "taken" == move(house, old, NEW).problem.code
    house.deliver()
    assert 2 == len(house.mails())

    assert new == move(house, old, NEW, join=True).contact
    house.deliver()
    assert [(OLD, "Come in"), (NEW, "Come in"), (NEW, "One more")] == house.mails()
    assert {new} == {
        each.contact for each in orders.tickets(house.org, orders.all_tickets(house.org)).values()
    }
    by_contact = dict(Grant.objects.values_list("contact", "state"))
    assert {old: "revoked", new: "granted"} == by_contact
    assert ["revoked"] == leads_to(house, house.mail.sent[0])


def test_joining_one_who_was_never_invited_makes_one_invitation(house: Any) -> None:
    ann = house.contact(NEW)
    house.buy(OLD)
    house.deliver()
    move(house, house.contact(OLD), NEW, join=True)
    house.deliver()
    assert [(OLD, "Come in"), (NEW, "Come in")] == house.mails()
    assert [ann] == [
        each.contact for each in orders.tickets(house.org, orders.all_tickets(house.org)).values()
    ]


def test_a_bounced_invitation_is_sent_to_the_mended_address(house: Any, clock: Any) -> None:
    house.buy(OLD)
    house.deliver()
    ann = house.contact(OLD)
    (fact,) = messages.of_contact(house.org, ann)
    people.suppress_contacts(house.org, [ann], "email", "hard_bounce", now=house.now)
    clock.advance(hours=timedelta(days=1).total_seconds() / 3600)
    move(house, ann, NEW)
    house.deliver()
    assert [(OLD, "Come in"), (NEW, "Come in")] == house.mails()
    assert fact.contact == ann
