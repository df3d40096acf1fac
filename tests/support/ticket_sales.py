"""Tickets of one conference, sold without any source."""

import time
import zlib
from collections.abc import Sequence

from postlude.kernel import clock
from postlude.kernel.money import Money
from postlude.orders import api as orders
from postlude.orders.types import EventSeen, SaleSeen, State, TicketSeen, Via
from postlude.people import api as people
from postlude.people.types import PersonSeen

CONFERENCE = "pycon"
EVENT = "PyCon 2026 Registration: Individual"


def sell(org: int, *emails: str) -> list[int]:
    """Sell each address a paid ticket; return the contacts in the order of the addresses."""
    orders.ensure_conference(org, CONFERENCE, name="PyCon", pattern="PyCon*")
    seen = [
        PersonSeen(
            each,
            name=each.partition("@")[0].title(),
            source="test",
            reference=f"test:{each}",
        )
        for each in emails
    ]
    found = people.recognise_many(org, seen, now=clock.now())
    contacts = [each.contact or 0 for each in found]
    orders.upsert_sales(
        org,
        [_sale(email, contact) for email, contact in zip(emails, contacts, strict=True)],
        now=clock.now(),
    )
    return contacts


def refund(org: int, email: str) -> None:
    """Take a ticket back."""
    contact = people.find(org, email)
    orders.upsert_sales(org, [_sale(email, contact, refunded_at=clock.now())], now=clock.now())


def pause(seconds: float) -> None:
    """Let a vendor, which has its own clock, get on."""
    time.sleep(seconds)


def _sale(email: str, contact: int | None, **more: object) -> SaleSeen:
    number = str(zlib.crc32(email.encode()))
    state = State.REFUNDED if more else State.PAID
    ticket = TicketSeen(number, "Regular", Money.parse("100", "TWD"), True, state, contact=contact)
    event = EventSeen("1", "pycon-2026", EVENT)
    return SaleSeen("test", event, number, Via.POLL, (ticket,), contact=contact, **more)


def emails(count: int) -> Sequence[str]:
    """Return addresses in a row."""
    return [f"p{n:05}@example.test" for n in range(count)]
