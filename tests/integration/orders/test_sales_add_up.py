"""Counts and revenue to the unit; nothing of one organisation is seen by another; and speed."""

import time
from dataclasses import replace

from postlude.kernel.money import Money
from postlude.orders import api as orders
from postlude.orders.models import Happening
from postlude.orgs import api as orgs

MANY = 5_000


def test_each_ticket_is_counted_once_where_it_is(org, take, doors) -> None:
    event = doors("0", seats=1)
    for number in range(10):
        sale = doors(f"{number}", seats=2)
        sale.by_poll, sale.by_hook, sale.slug = event.by_poll, event.by_hook, event.slug
        take(sale.poll(paid=number < 7), sale.poll(paid=number < 7))
        if number in {0, 9}:
            take(sale.cancel())
        if number == 1:
            take(sale.gone(only=(1,)))
    (summary,) = orders.sales_summary(org.id)
    (kind,) = summary.types
    counts = (kind.registered, kind.sold, kind.cancelled, kind.refunded)
    assert counts == (4, 11, 2, 3)
    assert kind.revenue == Money.parse(str(11 * 1290), "TWD")
    assert sum(counts) == len(orders.all_tickets(org.id))
    assert len(orders.paid_tickets(org.id)) == 11


def test_seats_are_told_apart_from_unlimited(org, take, doors) -> None:
    sale = doors("1")
    take(sale.poll())
    made = orders.ensure_happening(org.id, sale.by_hook, totals={"一般票": 10, "Speaker": None})
    (summary,) = orders.sales_summary(org.id)
    assert summary.happening == made
    assert {each.name: (each.total, each.sold) for each in summary.types} == {
        "一般票": (10, 1),
        "Speaker": (None, 0),
    }


def test_organisations_do_not_see_each_other(org, take, doors, held, clock) -> None:
    other = orgs.create("coscup", "COSCUP", zone="Asia/Taipei", currency="TWD")
    sale = doors("1")
    take(sale.poll())
    (ticket,) = held(sale.order)
    assert orders.tickets(other.id, [ticket.id]) == {}
    assert orders.find_tickets(other.id, sale.order) == []
    assert orders.tickets_of(other.id, [100]) == {}
    assert orders.valid_tickets_of(other.id, [100], ticket.conference) == {}
    assert orders.sales_summary(other.id) == orders.happenings(other.id) == []
    assert orders.conferences(other.id) == orders.warnings(other.id) == []
    orders.upsert_sales(other.id, [sale.cancel(), sale.webhook()], now=clock.now())
    assert held(sale.order) == [ticket]
    assert Happening.objects.count() == 2


def test_thousands_of_sales(org, doors, clock, capsys) -> None:
    event = doors("0", equal=True)
    sales = [
        replace(doors(f"{number:05}", equal=True).webhook(), event=event.by_hook)
        for number in range(MANY)
    ]
    started = time.perf_counter()
    orders.upsert_sales(org.id, sales, now=clock.now())
    first = time.perf_counter() - started
    outcomes = orders.upsert_sales(org.id, sales, now=clock.now())
    again = time.perf_counter() - started - first
    with capsys.disabled():
        print(f"\n{MANY / first:,.0f} new sales/s, {MANY / again:,.0f} known sales/s")
    assert len(orders.paid_tickets(org.id)) == MANY
    assert {ticket.change for outcome in outcomes for ticket in outcome.tickets} == {"same"}
