"""The small events beside the individual one: corporate and reserved, with refunds among them.

Made to be awkward: an order of two tickets, and people who hold a ticket at two of the events.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from postlude.sandbox.sale.exports import TAIPEI, Plan, attendee_row, order_row
from postlude.sandbox.sale.people import Crowd, Person
from postlude.sandbox.sale.rows import (
    BUYER_EMAIL,
    BUYER_MOBILE,
    BUYER_NAME,
    STATE,
    EventSale,
    Row,
)

CORPORATE = "PyCon TW 2023 Registration: Corporate"
RESERVED = "PyCon TW 2023 Registration: Reserved【Online Conference】"

_OPENS = datetime(2023, 5, 2, 10, 0, tzinfo=TAIPEI)
_DAYS = 110
_RETURNING = 3


def with_extras(individual: EventSale, seed: int) -> tuple[EventSale, ...]:
    """The individual event and the two small ones; three people of the first also hold reserved."""
    chance = random.Random(f"extras/{seed}")
    crowd = Crowd(chance, mark="x")
    corporate = _event(
        chance,
        EventSale(CORPORATE, "2023-corporate", "corporate", (), ()),
        buyers=[crowd.person() for _ in range(14)],
        tickets=("Corporate 企業票",),
        price=4800,
        first_no=150_100_000,
        refunds=2,
    )
    known = [row for row in individual.orders if row[STATE] == "activated"]
    returning = [
        Person(row[BUYER_NAME], row[BUYER_EMAIL], row[BUYER_MOBILE], "")
        for row in chance.sample(known, min(_RETURNING, len(known)))
    ]
    reserved = _event(
        chance,
        EventSale(RESERVED, "2023-reserved", "reserved", (), ()),
        buyers=[*returning, *(crowd.person() for _ in range(8))],
        tickets=("Submitter 投稿者票", "Speaker 講者票", "Invited 預留票"),
        price=600,
        first_no=150_200_000,
        refunds=1,
    )
    return individual, corporate, reserved


def _event(  # noqa: PLR0913 - the parts of an event
    chance: random.Random,
    event: EventSale,
    *,
    buyers: list[Person],
    tickets: tuple[str, ...],
    price: int,
    first_no: int,
    refunds: int,
) -> EventSale:
    orders: list[Row] = []
    attendees: list[Row] = []
    for index, person in enumerate(buyers):
        at = _OPENS + timedelta(seconds=chance.randrange(_DAYS * 86_400))
        gone = index >= len(buyers) - refunds
        plan = Plan("cancelled" if gone else "activated", price, refunded=gone)
        order = order_row(first_no + index * 37, person, at, plan, at + timedelta(days=5))
        seats = 2 if index == 0 else 1
        orders.append(order | {"購買票券數量": str(seats), "票券總價": str(price * seats)})
        for seat in range(0 if gone else seats):
            row = attendee_row(
                chance,
                number=len(attendees) + 1,
                order=order,
                person=person,
                ticket=chance.choice(tickets),
            )
            attendees.append(row | {"Id": str(int(row["Id"]) + seat)})
    return EventSale(event.name, event.slug, event.kind, tuple(attendees), tuple(orders))
