"""News of a ticket is written in the commit that changes it, and only when it changes."""

from dataclasses import replace

import pytest

from postlude.kernel import store
from postlude.orders import api as orders
from postlude.orders.models import Order, Ticket
from postlude.orders.types import Change

CHANGED = {"ticket.changed"}


def topics(news) -> set[str]:
    return {topic for topic, _ in news}


def changes(outcomes) -> list[str]:
    return [ticket.change for outcome in outcomes for ticket in outcome.tickets]


def test_each_change_is_told_once(take, doors, told) -> None:
    sale = doors("1", equal=True)
    story = [
        (sale.poll(0, paid=False), Change.NEW, CHANGED),
        (sale.poll(0, paid=False), Change.SAME, set()),
        (sale.webhook(1), Change.PAID, {"ticket.changed", "ticket.paid"}),
        (sale.webhook(1), Change.SAME, set()),
        (sale.poll(2), Change.UPDATED, CHANGED),
        (sale.poll(2), Change.SAME, set()),
        (sale.csv(), Change.SAME, set()),
        (sale.gone(7), Change.REFUNDED, {"ticket.changed", "ticket.refunded"}),
        (sale.gone(7), Change.SAME, set()),
        (sale.webhook(1), Change.SAME, set()),
        (sale.poll(2), Change.SAME, set()),
        (sale.csv(), Change.SAME, set()),
    ]
    for step, (view, change, news) in enumerate(story):
        assert changes(take(view)) == [change], step
        if step == 2:  # the event learns its slug from the webhook: all its tickets are told of
            told_now = topics(told())
            assert news <= told_now
            continue
        assert topics(told()) == news, step


def test_a_cancel_that_came_first_leaves_a_tombstone(take, doors, told, held) -> None:
    sale = doors("1", seats=2)
    (outcome,) = take(sale.cancel())
    assert outcome.order is not None
    assert told() == set()
    assert changes(take(sale.webhook())) == [Change.TOMBSTONE] * 2
    assert topics(told()) <= CHANGED
    assert changes(take(sale.poll())) == [Change.UPDATED] * 2
    assert changes(take(sale.csv())) == [Change.SAME] * 2
    assert topics(told()) <= CHANGED
    assert not any(ticket.valid for ticket in held(sale.order))


def test_one_of_two_refunded_leaves_the_other(take, doors, told, held, org) -> None:
    sale = doors("1", seats=2)
    take(sale.webhook(), sale.poll())
    told()
    take(sale.gone(only=(1,)))
    kept, gone = held(sale.order)
    assert (kept.valid, gone.state) == (True, "refunded")
    assert told() == {("ticket.changed", str(gone.id)), ("ticket.refunded", str(gone.id))}
    valid = orders.valid_tickets_of(org.id, [100, 101], kept.conference)
    assert {contact: [each.id for each in rows] for contact, rows in valid.items()} == {
        100: [kept.id]
    }
    take(sale.cancel())
    assert {each.state for each in held(sale.order)} == {"refunded"}


def test_money_back_on_a_living_order_ends_no_ticket(take, doors, held) -> None:
    sale = doors("1", seats=2)
    take(sale.poll(), replace(sale.refund(), cancelled_at=None))
    assert [each.valid for each in held(sale.order)] == [True, True]
    assert str(held(sale.order)[0].refunded) == "1290.00 TWD"


def test_what_is_rolled_back_is_not_told(org, take, doors, told, clock) -> None:
    sale = doors("1")

    def fail_after_the_sale() -> None:
        with store.write():
            orders.upsert_sales(org.id, [sale.poll()], now=clock.now())
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_the_sale()
    assert told() == set()
    assert Ticket.objects.count() == Order.objects.count() == 0
    take(sale.poll())
    assert topics(told()) == {"ticket.changed", "ticket.paid"}


def test_the_day_of_sale_is_the_organisations_and_stays(take, doors, held) -> None:
    sale = doors("1")
    take(sale.poll(15))  # 00:00 in Taipei, the day after
    (before,) = held(sale.order)
    assert str(before.sold_day) == "2023-09-02"
    take(sale.webhook(1), sale.csv(), sale.poll(30))
    (after,) = held(sale.order)
    assert (after.sold_at, after.sold_day) == (before.sold_at, before.sold_day)
    assert after.paid_at < before.paid_at


def test_a_new_holder_is_told_as_paid(take, doors, told, held) -> None:
    sale = doors("1")
    take(sale.poll(1))
    told()
    (ticket,) = sale.poll(2).tickets
    take(replace(sale.poll(2), tickets=(replace(ticket, contact=777),)))
    assert topics(told()) == {"ticket.changed", "ticket.paid"}
    assert [each.contact for each in held(sale.order)] == [777]


def test_a_ticket_in_a_strange_order_stays_and_is_warned_of(org, take, doors, held) -> None:
    one, other = doors("1"), doors("2")
    other.attendees = one.attendees
    other.by_poll = one.by_poll
    take(one.poll())
    (ticket,) = other.poll(5).tickets
    for_another = replace(other.poll(5), tickets=(replace(ticket, contact=777),))
    first, second = take(for_another, for_another)
    assert first.tickets == second.tickets
    assert [each.ticket for each in first.tickets] == [held(one.order)[0].id]
    assert held(other.order) == []
    (warning,) = orders.warnings(org.id)
    assert (warning.code, warning.count) == ("order_mismatch", 2)


def test_a_ticket_shown_twice_in_one_view_is_one(take, doors, held) -> None:
    for sale in (doors("1"), doors("2")):
        view = sale.poll() if sale.order == "91" else sale.webhook()
        (outcome,) = take(replace(view, tickets=view.tickets * 2))
        assert len({each.ticket for each in outcome.tickets}) == 1
        assert len(outcome.tickets) == 2
        assert len(held(sale.order)) == 1


def test_one_call_with_all_views_is_as_good_as_many(org, doors, held, clock) -> None:
    sale = doors("1", seats=3, equal=True)
    views = [sale.csv(), sale.webhook(), sale.poll(), sale.poll(), sale.gone(only=(0, 2))]
    orders.upsert_sales(org.id, views, now=clock.now())
    assert [each.state for each in held(sale.order)] == ["refunded", "paid", "refunded"]


def test_a_webhook_that_numbers_in_its_own_way_is_noticed(org, take, doors, held) -> None:
    for tail, first in (("1", "poll"), ("2", "webhook")):
        sale = doors(tail)
        views = [sale.poll(), sale.webhook()]
        take(*(views if first == "poll" else reversed(views)))
        assert len(held(sale.order)) == 1
    (warning,) = orders.warnings(org.id)
    assert (warning.code, warning.count) == ("ticket_ids_differ", 2)
