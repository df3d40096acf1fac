"""The box office: events, orders, attendee records in the shapes KKTIX gives them. No HTTP."""

from __future__ import annotations

import random
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from postlude.sandbox.now import epoch
from postlude.sandbox.simulator import ControlError

NAME_LABEL = "聯絡人 姓名"
EMAIL_LABEL = "聯絡人 Email"
MOBILE_LABEL = "聯絡人 手機"


class Buyer(BaseModel):
    """Who orders."""

    model_config = ConfigDict(extra="forbid")

    name: str = ""
    email: str
    mobile: str = ""


class TicketSale(BaseModel):
    """One ticket of an order; `data` are its form answers besides the contact's own three.

    `attendee_id` fixes the id, so that a replayed export and the API speak of the same ticket.
    """

    model_config = ConfigDict(extra="forbid")

    name: str = "Regular 一般票"
    price: int = 0
    attendee_id: int | None = None
    data: list[tuple[str, str]] = Field(default_factory=list)


@dataclass(slots=True)
class Event:
    """An event on KKTIX; its attendance book has an id of its own."""

    id: int
    slug: str
    name: str
    book_id: int
    ended: bool = False
    attendee_ids: dict[int, None] = field(default_factory=dict)


@dataclass(slots=True)
class Order:
    """One order with its tickets' attendee ids, and the ids the webhook calls the tickets by."""

    no: int
    event: Event
    buyer: Buyer
    tickets: list[TicketSale]
    payment_method: str
    state: str
    attendee_ids: list[int] = field(default_factory=list)
    ticket_ids: list[int] = field(default_factory=list)
    paid_at: float | None = None
    cancelled_at: float | None = None
    refunded: bool = False

    @property
    def is_paid(self) -> bool:
        """Paid, if by a price of nothing."""
        return self.paid_at is not None


class BoxOffice:
    """Everything the organiser's account holds."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)
        self.events: dict[int, Event] = {}
        self.orders: dict[int, Order] = {}
        self.attendees: dict[int, dict[str, Any]] = {}
        self._order_of: dict[int, int] = {}
        self._ticket_types: dict[tuple[int, str], int] = {}
        self._next = {"event": 84_001, "book": 61_001, "order": 170_000_001}
        self._next |= {"attendee": 130_000_001, "ticket": 450_001, "webhook_ticket": 210_000_001}

    def add_event(
        self, *, name: str, slug: str, ended: bool = False, event_id: int | None = None
    ) -> Event:
        """Put an event on sale; the same slug again gives the same event, renamed."""
        known = next((event for event in self.events.values() if event.slug == slug), None)
        if known is not None:
            known.name, known.ended = name, ended
            return known
        event = Event(event_id or self._number("event"), slug, name, self._number("book"), ended)
        self.events[event.id] = event
        return event

    def event(self, key: int | str) -> Event:
        """The event of this id or slug."""
        for event in self.events.values():
            if key in (event.id, event.slug, str(event.id)):
                return event
        raise ControlError(f"no event with id or slug {key!r}", 404)

    def order(self, no: int) -> Order:
        """The order of this number."""
        if no not in self.orders:
            raise ControlError(f"no order {no}", 404)
        return self.orders[no]

    def order_of(self, attendee_id: int) -> Order:
        """The order an attendee belongs to."""
        if attendee_id not in self._order_of:
            raise ControlError(f"no attendee {attendee_id}", 404)
        return self.orders[self._order_of[attendee_id]]

    def sell(  # noqa: PLR0913 - an order has these parts
        self,
        event: Event,
        buyer: Buyer,
        tickets: Iterable[TicketSale],
        *,
        paid: bool = True,
        payment_method: str = "CREDITCARD",
        paid_at: float | None = None,
        order_no: int | None = None,
    ) -> Order:
        """Create an order and one attendee per ticket."""
        no = order_no or self._number("order")
        if no in self.orders:
            raise ControlError(f"order {no} exists already", 409)
        order = Order(no, event, buyer, list(tickets), payment_method, "activated")
        if paid:
            order.paid_at = paid_at or epoch()
        self.orders[no] = order
        for ticket in order.tickets:
            self._admit(order, ticket)
        return order

    def pay(self, order: Order, paid_at: float | None = None) -> None:
        """The money of an unpaid order arrived (ATM and convenience stores take days)."""
        if order.state != "activated":
            raise ControlError(f"order {order.no} is {order.state}")
        order.paid_at = paid_at or epoch()
        self._touch(order, is_paid=True)

    def cancel(self, order: Order, *, refund: bool = False) -> None:
        """End an order: its attendees leave the sign-in list."""
        if order.state == "cancelled":
            raise ControlError(f"order {order.no} is cancelled already", 409)
        if refund and not order.is_paid:
            raise ControlError(f"order {order.no} was never paid: nothing to refund")
        order.state, order.cancelled_at, order.refunded = "cancelled", epoch(), refund
        self._touch(order, state="cancelled")
        for attendee_id in order.attendee_ids:
            order.event.attendee_ids.pop(attendee_id, None)

    def change_email(self, order: Order, email: str) -> None:
        """The buyer corrected the address."""
        order.buyer = order.buyer.model_copy(update={"email": email})
        for attendee_id in order.attendee_ids:
            record = self.attendees[attendee_id]
            record["data"] = [
                [label, email if label == EMAIL_LABEL else value] for label, value in record["data"]
            ]
            record["search_string"] = _search_string(record["data"])
        self._touch(order)

    def _admit(self, order: Order, ticket: TicketSale) -> None:
        attendee_id = ticket.attendee_id or self._number("attendee")
        event = order.event
        form = dict(ticket.data)
        contact = {
            NAME_LABEL: order.buyer.name,
            EMAIL_LABEL: order.buyer.email,
            MOBILE_LABEL: order.buyer.mobile,
        }
        data = [[label, value] for label, value in ({**form, **contact} | {"標籤": ""}).items()]
        self.attendees[attendee_id] = {
            "id": attendee_id,
            "ticket_id": self._ticket_type(event, ticket.name),
            "ticket_name": ticket.name,
            "reg_no": len(event.attendee_ids) + 1,
            "state": "activated",
            "checkin_code": "".join(self._random.choices(string.digits + "ABCDEFGH", k=4)),
            "qrcode": f"{self._random.getrandbits(128):032x}",
            "is_paid": order.is_paid,
            "price": ticket.price,
            "currency": "TWD",
            "payment_method": order.payment_method,
            "data": data,
            "kyc": {},
            "id_number": None,
            "search_string": _search_string(data),
            "updated_at": order.paid_at or epoch(),
            "ticket_type": "qrcode",
            "slot": {},
            "order_no": order.no,
        }
        event.attendee_ids[attendee_id] = None
        order.attendee_ids.append(attendee_id)
        order.ticket_ids.append(self._number("webhook_ticket"))
        self._order_of[attendee_id] = order.no

    def _touch(self, order: Order, **changes: object) -> None:
        for attendee_id in order.attendee_ids:
            self.attendees[attendee_id].update(changes, updated_at=epoch())

    def _ticket_type(self, event: Event, name: str) -> int:
        key = (event.id, name)
        if key not in self._ticket_types:
            self._ticket_types[key] = self._number("ticket")
        return self._ticket_types[key]

    def _number(self, kind: str) -> int:
        number = self._next[kind]
        self._next[kind] += 1
        return number


def shown_order(order: Order) -> Mapping[str, object]:
    """An order for the control API."""
    return {
        "order_no": order.no,
        "event": order.event.slug,
        "state": order.state,
        "is_paid": order.is_paid,
        "refunded": order.refunded,
        "email": order.buyer.email,
        "attendee_ids": list(order.attendee_ids),
        "ticket_ids": list(order.ticket_ids),
    }


def _search_string(data: list[list[str]]) -> str:
    return "\n".join(value for label, value in data if value and label != EMAIL_LABEL)
