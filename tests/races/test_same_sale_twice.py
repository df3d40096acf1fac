"""Poll and webhook that take the same sale in at once make one ticket of it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from postlude.kernel.money import Money
from postlude.orders import api as orders
from postlude.orders.models import Happening, Order, Ticket, TicketType
from postlude.orders.types import EventSeen, SaleSeen, State, TicketSeen, Via

NOW = datetime(2023, 9, 1, 2, tzinfo=UTC)
NAME = "PyCon TW 2023 Registration: Individual"
BY_POLL = EventSeen("84296", None, NAME)
BY_HOOK = EventSeen(None, "abcd1234", NAME)


def sale(via: Via, order: int) -> SaleSeen:
    polled = via == Via.POLL
    ticket = TicketSeen(
        str(1_000 + order),
        "一般票",
        Money.parse("1290", "TWD"),
        paid=True,
        state=State.PAID,
        source_updated_at=NOW if polled else None,
    )
    return SaleSeen(
        "kktix",
        BY_POLL if polled else BY_HOOK,
        str(order),
        via,
        (ticket,),
        contact=7,
        paid_at=None if polled else NOW - timedelta(minutes=1),
    )


def together(org: int, *lists: list[SaleSeen]) -> None:
    barrier = threading.Barrier(len(lists))

    def work(sales: list[SaleSeen]) -> None:
        try:
            barrier.wait(timeout=10)
            for part in (sales[:3], sales[3:]):
                orders.upsert_sales(org, part, now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(lists)) as pool:
        list(pool.map(work, lists))


@pytest.mark.parametrize("turn", range(5))
def test_one_ticket_of_one_happening(org, clock, turn) -> None:
    numbers = list(range(turn * 10, turn * 10 + 6))
    polled = [sale(Via.POLL, number) for number in numbers]
    hooked = [sale(Via.WEBHOOK, number) for number in reversed(numbers)]
    together(org.id, polled, hooked, list(reversed(polled)))
    assert Ticket.objects.count() == Order.objects.count() == len(numbers)
    assert Happening.objects.count() == TicketType.objects.count() == 1
    row = Happening.objects.get()
    assert (row.external_id, row.slug) == ("84296", "abcd1234")
    assert {ticket.paid_at for ticket in Ticket.objects.all()} == {NOW - timedelta(minutes=1)}


def test_a_cancel_beside_the_sale_wins(org, clock) -> None:
    cancel = SaleSeen("kktix", BY_HOOK, "1", Via.WEBHOOK, cancelled_at=NOW)
    together(org.id, [sale(Via.WEBHOOK, 1)], [cancel], [sale(Via.POLL, 1)])
    assert [ticket.state for ticket in Ticket.objects.all()] == [State.REFUNDED]
