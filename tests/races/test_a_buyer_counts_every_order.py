"""Orders of one buyer that are taken in at the same moment are all counted, whoever commits last."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection

from postlude.kernel import store
from postlude.kernel.money import Money
from postlude.orders import api as orders
from postlude.orders import buyers
from postlude.orders.models import Buyer, Ticket
from postlude.orders.types import EventSeen, SaleSeen, State, TicketSeen, Via

NOW = datetime(2023, 9, 1, 2, tzinfo=UTC)
EVENT = EventSeen("84296", None, "PyCon TW 2023 Registration: Individual")
CONTACT = 7
_PATIENCE = 10


def sale(order: int, *, paid: bool = True) -> SaleSeen:
    state = State.PAID if paid else State.REGISTERED
    price = Money(129_000, "TWD")
    ticket = TicketSeen(f"t{order}", "一般票", price, paid, state, source_updated_at=NOW)
    return SaleSeen("kktix", EVENT, str(order), Via.POLL, (ticket,), contact=CONTACT)


def counted(org: int) -> tuple[int, int | None]:
    row = Buyer.objects.get(org=org, contact=CONTACT)
    return row.orders, row.spent_minor


def test_orders_at_once_are_all_counted(org, clock) -> None:
    barrier = threading.Barrier(8)
    orders.upsert_sales(org.id, [sale(99, paid=False)], now=NOW)  # event and ticket type are there

    def work(number: int) -> None:
        try:
            barrier.wait(timeout=_PATIENCE)
            for each in range(3):
                orders.upsert_sales(org.id, [sale(number * 10 + each)], now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(1, 9)))
    assert (24, 24 * 129_000) == counted(org.id)


def _pay(org: int, order: int) -> None:
    Ticket.objects.filter(org=org, external_id=f"t{order}").update(state=State.PAID, sold_at=NOW)
    buyers.recount(org, [CONTACT])


def _two_at_once(org: int) -> tuple[int, int | None]:
    """One transaction counts and waits to commit; another starts to count; then both commit."""
    orders.upsert_sales(org, [sale(1, paid=False), sale(2, paid=False)], now=NOW)
    with store.write():
        Buyer.objects.create(org_id=org, contact=CONTACT)
    started = threading.Event()

    def second() -> None:
        try:
            with store.write():
                Ticket.objects.filter(org=org, external_id="t2").update(
                    state=State.PAID, sold_at=NOW
                )
                started.set()
                buyers.recount(org, [CONTACT])
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with store.write():
            _pay(org, 1)
            later = pool.submit(second)
            if store.is_postgresql():
                assert started.wait(_PATIENCE)
                _until_somebody_waits()
        later.result(timeout=_PATIENCE)
    return counted(org)


def _until_somebody_waits() -> None:
    """Return once a session of this database waits for a lock that we hold."""
    deadline = threading.Event()
    for _ in range(1_000):
        store.rows_sql("SELECT pg_stat_clear_snapshot()")  # else a transaction sees one moment only
        waiting = store.rows_sql(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() "
            "AND wait_event_type = 'Lock'"
        )
        if waiting:
            return
        deadline.wait(0.01)
    raise AssertionError("nobody came to wait")


def test_who_comes_second_counts_what_the_first_has_written(org, clock) -> None:
    assert (2, 2 * 129_000) == _two_at_once(org.id)


def test_without_taking_the_row_first_an_order_would_be_lost(org, clock, monkeypatch) -> None:
    """On PostgreSQL, that is: on SQLite nobody else writes in between."""
    if not store.is_postgresql():
        pytest.skip("one writer at a time")
    nothing = "SELECT 1 FROM (VALUES {rows}) AS given (id, org_id, contact, orders)"
    monkeypatch.setattr(buyers, "_TAKE", nothing)
    assert (1, 129_000) == _two_at_once(org.id)
