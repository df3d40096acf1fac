"""A sale through every door, and what the tables hold of it."""

from datetime import UTC, datetime, timedelta

import pytest

from postlude.kernel import work
from postlude.kernel.models import WorkRow
from postlude.kernel.money import Money
from postlude.orders import api as orders
from postlude.orders.types import EventSeen, Join, SaleSeen, State, TicketSeen, Via

START = datetime(2023, 9, 1, 1, tzinfo=UTC)
NAME = "PyCon TW 2023 Registration: Individual"
TOPICS = ("ticket.paid", "ticket.refunded", "ticket.changed")


def at(hour: int) -> datetime:
    return START + timedelta(hours=hour)


class Doors:
    """One order of tickets as the three doors show it. `tail` tells its ids from others'."""

    def __init__(self, tail: str = "", *, seats=1, equal=False, join=Join.ATTENDEE_ID) -> None:
        self.order, self.seats, self.join = f"9{tail}", seats, join
        self.attendees = [f"1{i}{tail}" for i in range(seats)]
        self.hooks = self.attendees if equal else [f"2{i}{tail}" for i in range(seats)]
        self.number, self.slug, self.name = f"8{tail}", f"slug{tail}", f"{NAME} {tail}".strip()
        self.by_poll = EventSeen(self.number, None, self.name)
        self.by_hook = EventSeen(None, self.slug, self.name)
        self.by_file = EventSeen(None, self.slug, None)

    def ticket(self, name, *, contact, paid=True, when=None, price="1290", state=None):
        state = state or (State.PAID if paid else State.REGISTERED)
        money = Money.parse(price, "TWD")
        return TicketSeen(
            name, "一般票", money, paid, state, source_updated_at=when, contact=contact
        )

    def sale(self, event, via, tickets=(), **more) -> SaleSeen:
        return SaleSeen("kktix", event, self.order, via, tuple(tickets), join=self.join, **more)

    def poll(self, hour=2, *, paid=True, only=None) -> SaleSeen:
        seats = range(self.seats) if only is None else only
        return self.sale(
            self.by_poll,
            Via.POLL,
            [
                self.ticket(self.attendees[i], contact=100 + i, paid=paid, when=at(hour))
                for i in seats
            ],
        )

    def webhook(self, hour=1) -> SaleSeen:
        tickets = [self.ticket(name, contact=None) for name in self.hooks]
        return self.sale(self.by_hook, Via.WEBHOOK, tickets, contact=100, paid_at=at(hour))

    def csv(self, *, name=None) -> SaleSeen:
        event = EventSeen(None, self.slug, name)
        tickets = [self.ticket(each, contact=100 + i) for i, each in enumerate(self.attendees)]
        return self.sale(event, Via.CSV, tickets, placed_at=at(0), paid_at=at(1))

    def cancel(self, hour=5) -> SaleSeen:
        return self.sale(self.by_hook, Via.WEBHOOK, cancelled_at=at(hour))

    def refund(self, hour=6) -> SaleSeen:
        back = Money.parse("1290", "TWD")
        ended = {"cancelled_at": at(hour), "refunded_at": at(hour), "refunded": back}
        return self.sale(self.by_file, Via.CSV, **ended)

    def gone(self, hour=7, *, only=(0,)) -> SaleSeen:
        views = [
            self.ticket(
                self.attendees[i], contact=None, paid=False, when=at(hour), state=State.REFUNDED
            )
            for i in only
        ]
        return self.sale(self.by_poll, Via.POLL, views)


@pytest.fixture
def doors() -> type[Doors]:
    return Doors


@pytest.fixture
def take(org, clock):
    """Take sales in one by one, as separate calls."""

    def take(*sales: SaleSeen):
        return [orders.upsert_sales(org.id, [sale], now=clock.now())[0] for sale in sales]

    return take


@pytest.fixture
def held(org):
    """Return the facts of the tickets of one order."""

    def held(order: str):
        found = orders.tickets(org.id, orders.find_tickets(org.id, order))
        return sorted(found.values(), key=lambda each: each.external_id or "")

    return held


@pytest.fixture
def told(org, monkeypatch):
    """Return (topic, key) of the work rows since the last look, and forget them."""
    monkeypatch.setattr(work, "_subscriptions", {})
    for topic in TOPICS:
        work.subscribe(topic, "listener", print)

    def told() -> set[tuple[str, str]]:
        rows = WorkRow.objects.filter(org=org.id)
        news = set(rows.values_list("topic", "key"))
        rows.delete()
        return news

    return told
