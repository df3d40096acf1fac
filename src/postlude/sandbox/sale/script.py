"""A sale as a script in time order: place, pay, cancel, refund. Pure; the replay plays it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Literal

from postlude.sandbox.kktix.box_office import Buyer, TicketSale
from postlude.sandbox.sale.columns import FIXED_COLUMNS
from postlude.sandbox.sale.rows import (
    BUYER_EMAIL,
    BUYER_MOBILE,
    BUYER_NAME,
    CANCELLED_AT,
    EMAIL,
    MOBILE,
    NAME,
    ORDER_NO,
    PAID_AT,
    PAYMENT,
    PRICE,
    STATE,
    TICKET,
    TOTAL,
    EventSale,
    Row,
    Sale,
)

_TAIPEI = timezone(timedelta(hours=8))
# KKTIX lets an unpaid order live for some hours; the export does not say when it was placed.
_UNPAID_FOR = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened, and when."""

    at: datetime
    verb: Literal["sell", "place", "cancel", "refund"]
    event: str
    order_no: int
    buyer: Buyer
    tickets: tuple[TicketSale, ...]
    payment_method: str


def script(sale: Sale) -> list[Step]:
    """Every step of every event, in time order."""
    steps = [step for event in sale.events for step in _event_steps(event)]
    return sorted(steps, key=lambda step: (step.at, step.order_no))


def _event_steps(event: EventSale) -> Iterator[Step]:
    seats: dict[str, list[Row]] = defaultdict(list)
    for row in event.attendees:
        seats[row[ORDER_NO]].append(row)
    for order in event.orders:
        yield from _order_steps(event.slug, order, seats[order[ORDER_NO]])


def _order_steps(slug: str, order: Row, seats: list[Row]) -> Iterator[Step]:
    paid = _moment(order[PAID_AT])
    gone = _moment(order[CANCELLED_AT])
    placed = paid or (gone - _UNPAID_FOR if gone else None)
    if placed is None:
        return

    def step(at: datetime, verb: Literal["sell", "place", "cancel", "refund"]) -> Step:
        method = order["付款方式"] or "WEBSITE"
        number = int(order[ORDER_NO])
        return Step(at, verb, slug, number, _buyer(order, seats), _tickets(order, seats), method)

    yield step(placed, "sell" if paid else "place")
    if gone is not None and order[STATE] == "cancelled":
        yield step(gone, "refund" if "退款" in order[PAYMENT] else "cancel")


def _buyer(order: Row, seats: list[Row]) -> Buyer:
    if seats:
        first = seats[0]
        return Buyer(name=first[NAME], email=first[EMAIL], mobile=first[MOBILE])
    return Buyer(name=order[BUYER_NAME], email=order[BUYER_EMAIL], mobile=order[BUYER_MOBILE])


def _tickets(order: Row, seats: list[Row]) -> tuple[TicketSale, ...]:
    if not seats:
        return (TicketSale(name="Regular 一般票", price=int(float(order[TOTAL]))),)
    return tuple(
        TicketSale(
            name=row[TICKET],
            attendee_id=int(row["Id"]),
            price=int(float(row[PRICE])),
            data=[(k, v) for k, v in row.items() if k not in FIXED_COLUMNS and k != "標籤"],
        )
        for row in seats
    )


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    return datetime.strptime(text, "%Y/%m/%d %H:%M:%S").replace(tzinfo=_TAIPEI)
