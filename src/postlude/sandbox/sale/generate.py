"""A sale made up from a seed: columns, sizes and proportions of a real conference's exports."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from postlude.sandbox.sale.exports import TAIPEI, Plan, attendee_row, order_row
from postlude.sandbox.sale.extras import with_extras
from postlude.sandbox.sale.people import Crowd
from postlude.sandbox.sale.rows import EventSale, Row, Sale

INDIVIDUAL = "PyCon TW 2023 Registration: Individual"
INDIVIDUAL_SLUG = "2023-individual"

_OPENS = datetime(2023, 4, 14, 12, 0, tzinfo=TAIPEI)
_CLOSES = datetime(2023, 8, 29, 18, 0, tzinfo=TAIPEI)

# Of 186 orders 154 live and 32 of these are free; 32 are cancelled, 2 of them after they were paid.
_LIVE, _FREE, _ALL = 154, 32, 186

_NAMES = {
    0: "Invited 貴賓票",
    1290: "Regular 一般票",
    1895: "Early Bird 早鳥票（含紀念衣服）",
    1990: "Regular with T-shirt 一般票（含紀念衣服）",
    2790: "Individual Sponsor 個人贊助票",
}
_PRICES, _PRICE_WEIGHTS = (1290, 2790, 1895, 1990), (99, 10, 8, 5)


def generate_sale(seed: int = 0, orders: int = 186, *, extras: bool = True) -> Sale:
    """A conference's sale. The same seed and size give the same rows.

    `extras` adds the small corporate and reserved events beside the individual one.
    """
    chance = random.Random(f"sale/{seed}/{orders}")
    event = _individual(chance, orders)
    events = with_extras(event, seed) if extras else (event,)
    return Sale(events, origin="generated")


def _individual(chance: random.Random, size: int) -> EventSale:
    crowd = Crowd(chance)
    plans = _plans(chance, size)
    span = (_CLOSES - _OPENS).total_seconds()
    moments = sorted(chance.random() * span for _ in plans)
    orders: list[Row] = []
    attendees: list[Row] = []
    no = 143_600_000
    widest = 3_900_000 // size
    for plan, offset in zip(plans, moments, strict=True):
        no += chance.randrange(2, max(3, widest))
        at = (_OPENS + timedelta(seconds=offset)).replace(microsecond=0)
        person = crowd.person()
        later = at + timedelta(hours=chance.randrange(2, 72))
        row = order_row(no, person, at, plan, later)
        orders.append(row)
        if plan.state == "activated":
            ticket = _NAMES[plan.price]
            attendees.append(
                attendee_row(
                    chance, number=len(attendees) + 1, order=row, person=person, ticket=ticket
                )
            )
    return EventSale(INDIVIDUAL, INDIVIDUAL_SLUG, "individual", tuple(attendees), tuple(orders))


def _plans(chance: random.Random, size: int) -> list[Plan]:
    live = round(size * _LIVE / _ALL)
    free = round(live * _FREE / _LIVE)
    priced = chance.choices(_PRICES, _PRICE_WEIGHTS, k=live - free)
    plans = [Plan("activated", 0, paid=True)] * free
    plans += [Plan("activated", price, paid=True) for price in priced]
    gone = [
        Plan("cancelled", 0, paid=True),
        Plan("cancelled", 1290, paid=True, refunded=True),
    ][: size - live]
    unpaid = size - live - len(gone)
    plans += gone
    plans += [
        Plan("cancelled", price, paid=False)
        for price in chance.choices(_PRICES, (13, 12, 1, 4), k=unpaid)
    ]
    chance.shuffle(plans)
    return plans
