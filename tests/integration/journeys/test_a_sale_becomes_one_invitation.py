"""Whoever bought is let in and invited once, whatever comes twice and whatever comes late."""

from datetime import timedelta

import pytest

from postlude.access import api as access
from postlude.access.types import MapRule
from postlude.journeys import api as journeys
from postlude.journeys.errors import NoTicket
from postlude.journeys.models import Cycle, Mark, Member, SendBlock
from postlude.kernel import store, work
from postlude.orders import api as orders


def test_a_paid_ticket_is_an_invitation_after_the_grant(house, clock):
    """The mail waits for the grant, and carries what was granted."""
    house.door.mood = "tired"
    house.buy("ann@example.test")
    house.deliver()
    assert [] == house.mails()
    assert 1 == house.progress().waiting_grant
    house.door.mood = "open"
    clock.advance(seconds=3)
    house.deliver()

    assert [("ann@example.test", "Come in")] == house.mails()
    assert "The door http://testserver/" in house.mail.sent[0].text
    done = house.progress()
    assert (1, 1, 1) == (done.entered, done.sent, done.invited)


def test_the_same_news_again_changes_nothing(house):
    """Work rows may repeat: the ticket has entered, and that is that."""
    house.buy("ann@example.test")
    house.deliver()
    for _ in range(3):
        work.publish("ticket.paid", house.org, orders.paid_tickets(house.org))
        house.deliver()

    assert 1 == len(house.mails()) == house.progress().entered
    assert 0 == journeys.catch_up(house.org, now=house.now)


def test_several_tickets_at_once_are_one_mail(house):
    """One invitation lists every ticket of the contact."""
    house.buy("ann@example.test")
    house.buy("ann@example.test")
    house.deliver()

    assert [("ann@example.test", "Come in")] == house.mails()
    assert 2 == house.mail.sent[0].text.count("[Online ticket]")


def test_a_later_ticket_is_an_addition(house):
    """Not a second invitation; a short mail with the new ticket only."""
    house.buy("ann@example.test")
    house.deliver()
    house.buy("ann@example.test")
    house.deliver()

    assert [("ann@example.test", "Come in"), ("ann@example.test", "One more")] == house.mails()
    done = house.progress()
    assert (2, 2, 1) == (done.entered, done.sent, done.invited)


def test_no_access_is_a_visible_block_and_the_invitation_follows(house, clock):
    """Nothing granted in time: SendBlock no_access; the operator mends it: the mail goes."""
    house.door.mood = "tired"
    house.buy("ann@example.test")
    house.deliver()
    clock.advance(minutes=31)
    house.deliver()
    assert {"no_access": 1} == house.progress().blocked
    assert [({"no_access": 1}, 1)] == list(SendBlock.objects.values_list("reasons", "total"))
    assert [] == house.mails()

    house.door.mood = "open"
    clock.advance(minutes=1)
    house.deliver()
    assert [("ann@example.test", "Come in")] == house.mails()
    assert [({}, 0)] == list(SendBlock.objects.values_list("reasons", "total"))
    assert {} == house.progress().blocked


def test_one_failed_resource_does_not_hold_up_the_other(house):
    """The mail goes with what was granted."""
    house.door.mood = "refused"
    house.buy("ann@example.test", ticket_type="Both ticket")
    house.deliver()

    assert [("ann@example.test", "Come in")] == house.mails()
    assert "Video" in house.mail.sent[0].text
    assert "The door" not in house.mail.sent[0].text


def test_while_a_person_is_due_nobody_is_given_up(house, clock):
    """The vendor refuses, so a person lets people in: late is told, and "done" invites."""
    house.door.mood = "refused"
    house.buy("ann@example.test")
    house.deliver()
    clock.advance(minutes=45)
    house.deliver()
    assert {} == house.progress().blocked
    limit = timedelta(minutes=5)
    (late,) = journeys.late(house.org, now=house.now, limit=limit)
    assert "waiting" == late.state

    (queue,) = access.manual_queue(house.org)
    waiting = [entry.grant for entry in queue.entries]
    assert 1 == access.mark_done(house.org, waiting, actor="staff:1", now=house.now)
    house.deliver()
    assert [("ann@example.test", "Come in")] == house.mails()
    access.mark_done(house.org, waiting, actor="staff:1", now=house.now)
    house.deliver()
    assert 1 == len(house.mails())


def test_a_grant_that_takes_too_long_is_blocked_and_comes_later(house, clock):
    """After the time-out nobody is forgotten: the grant wakes them whenever it comes."""
    house.door.mood = "tired"
    house.buy("ann@example.test")
    house.deliver()
    clock.advance(minutes=31)
    house.deliver()
    assert {"no_access": 1} == house.progress().blocked
    house.door.mood = "open"
    clock.advance(minutes=1)
    house.deliver()

    assert [("ann@example.test", "Come in")] == house.mails()


def test_an_unmapped_type_waits_for_the_map(house):
    """Mapping it later lets its buyers in and invites them."""
    house.buy("ann@example.test", ticket_type="Mystery")
    house.deliver()
    assert {"no_access": 1} == house.progress().blocked

    rules = [MapRule("*", "*", ("door",))]
    access.define_map(house.org, house.conference, rules, now=house.now)
    house.deliver()
    assert [("ann@example.test", "Come in")] == house.mails()


def test_inviting_stops_when_the_event_is_over(house, clock):
    """A sale seen after the end is blocked, and says why."""
    clock.advance(days=3)
    house.buy("ann@example.test")
    house.deliver()

    assert {"event_ended": 1} == house.progress().blocked
    assert [] == house.mails()


def test_the_mail_dies_with_the_event(house, clock):
    """Queued before, undelivered until the end: expired, not sent."""
    house.buy("ann@example.test")
    house.work()
    clock.advance(days=3)
    house.deliver()

    assert [] == house.mails()
    assert {"expired"} == set(house.progress().failures)


def test_a_refund_before_sending_stops_the_mail(house):
    """Access is revoked, the queued invitation is cancelled, and buying again invites."""
    number = house.buy("ann@example.test")
    house.work()
    house.refund(number, "ann@example.test")
    house.work()
    house.deliver()
    assert [] == house.mails()
    assert {"refunded": 1} == house.progress().blocked

    house.buy("ann@example.test")
    house.deliver()
    assert [("ann@example.test", "Come in")] == house.mails()


def test_a_refund_while_waiting_stops_the_journey(house, clock):
    house.door.mood = "tired"
    number = house.buy("ann@example.test")
    house.work()
    house.refund(number, "ann@example.test")
    house.work()
    house.door.mood = "open"
    clock.advance(minutes=5)
    house.deliver()

    assert [] == house.mails()
    assert {"refunded": 1} == house.progress().blocked


def test_refunding_one_of_two_keeps_the_invitation(house):
    """The mail lists what is still valid."""
    number = house.buy("ann@example.test")
    house.buy("ann@example.test")
    house.work()
    house.refund(number, "ann@example.test")
    house.work()
    house.deliver()

    assert [("ann@example.test", "Come in")] == house.mails()
    assert 1 == house.mail.sent[0].text.count("[Online ticket]")


def test_an_operator_sends_again_and_is_recorded(house):
    """The same click twice is one mail; the history says who."""
    house.buy("ann@example.test")
    house.deliver()
    ann = house.contact("ann@example.test")
    for _ in range(2):
        journeys.resend(
            house.org, ann, house.conference, actor="staff:1", now=house.now, request="click-1"
        )
    house.deliver()

    assert 2 == len(house.mails())
    (last,) = [each for each in journeys.history_of(house.org, ann) if each.kind == "resent"]
    assert "staff:1" == last.actor


def test_nothing_is_sent_again_to_who_holds_no_ticket(house):
    number = house.buy("ann@example.test")
    house.deliver()
    house.refund(number, "ann@example.test")
    house.deliver()
    with pytest.raises(NoTicket):
        journeys.resend(
            house.org,
            house.contact("ann@example.test"),
            house.conference,
            actor="staff:1",
            now=house.now,
        )


def test_late_invitations_are_told(house, clock):
    """A paid ticket whose mail is not accepted in time is late; an accepted one never is."""
    house.door.mood = "refused"
    house.buy("ann@example.test")
    house.deliver()
    limit = timedelta(minutes=5)
    assert [] == journeys.late(house.org, now=house.now, limit=limit)
    clock.advance(minutes=6)
    (late,) = journeys.late(house.org, now=house.now, limit=limit)
    assert ("waiting", "") == (late.state, late.reason)

    house.door.mood = "open"
    access.regrant(house.org, house.conference, actor="staff:1", now=house.now)
    house.deliver()
    assert [] == journeys.late(house.org, now=house.now, limit=limit)


def test_the_books_balance_node_by_node(house):
    """Of each execution: entered = passed + sent + blocked + failed + waiting."""
    house.buy("ann@example.test")
    house.buy("bob@example.test", ticket_type="Mystery")
    house.deliver()
    for cycle in Cycle.objects.all():
        for each in journeys.executions(house.org, cycle.id):
            ended = each.sent + each.failed + sum(each.blocked.values())
            assert each.entered == each.passed + ended + each.waiting
            assert each.waiting == 0


def test_without_its_own_check_the_unique_key_stops_the_second(house):
    """Members thrown back to the start cannot bring a second invitation."""
    house.buy("ann@example.test")
    house.deliver()
    with store.write():
        Member.objects.update(state="ready", node="invite", message=None, reason="")
    house.deliver()

    assert 1 == len(house.mails())
    assert 1 == Mark.objects.filter(scope__startswith="invite:").count()
