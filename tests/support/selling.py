"""Selling through the rooms' own doors, for the commands to count."""

from datetime import datetime

from postlude.kernel import clock
from postlude.kernel.money import Money
from postlude.orders import api as orders
from postlude.orders.types import EventSeen, SaleSeen, State, TicketSeen, Via


def sell(  # a sale is what it is
    org,
    slug: str,
    ticket: str,
    number: int,
    *,
    name: str = "",
    at: datetime | None = None,
    paid: bool = True,
    copies: int = 1,
    contact: int | None = None,
) -> None:
    """Sell `copies` tickets in one order."""
    when = at or clock.now()
    tickets = tuple(
        TicketSeen(
            f"{number}-{each}",
            ticket,
            Money(100, "TWD"),
            paid=paid,
            state=State.PAID if paid else State.REGISTERED,
            position=each,
        )
        for each in range(copies)
    )
    event = EventSeen(None, slug, name or f"PyCon {slug}")
    sale = SaleSeen(
        "kktix",
        event,
        str(number),
        Via.WEBHOOK,
        tickets,
        contact=contact,
        paid_at=when if paid else None,
    )
    orders.upsert_sales(org.id, [sale], now=when)


def refund(org, slug: str, number: int) -> None:
    """Give the money of an order back."""
    now = clock.now()
    sale = SaleSeen(
        "kktix",
        EventSeen(None, slug, None),
        str(number),
        Via.WEBHOOK,
        cancelled_at=now,
        refunded_at=now,
    )
    orders.upsert_sales(org.id, [sale], now=now)
