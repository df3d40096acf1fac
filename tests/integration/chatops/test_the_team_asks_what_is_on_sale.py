"""/event list and /event status over the sandbox's Discord."""

from postlude.kernel import clock
from postlude.kernel.money import Money
from postlude.orders import api as orders
from postlude.orders.types import EventSeen, SaleSeen, State, TicketSeen, Via


def sell(org, slug: str, ticket: str, number: int, *, name: str = "", at=None) -> None:
    seen = TicketSeen(str(number), ticket, Money(100, "TWD"), paid=True, state=State.PAID)
    event = EventSeen(None, slug, name or f"PyCon {slug}")
    sale = SaleSeen("kktix", event, str(number), Via.WEBHOOK, (seen,), paid_at=at or clock.now())
    orders.upsert_sales(org.id, [sale], now=at or clock.now())


def test_the_events_on_sale_are_listed(server) -> None:
    assert "No event is on sale." == server.said("list")
    sell(server.org, "2023-individual", "Regular", 1)
    sell(server.org, "2023-individual", "Regular", 2)
    said = server.said("list")
    assert "On sale: 1" in said
    assert "- 2023-individual · PyCon 2023-individual · sold: 2" in said


def test_nobody_without_a_role_learns_anything(server) -> None:
    sell(server.org, "2023-individual", "Regular", 1)
    asked = server.ask("list", role="nobody")
    assert "sales.view" in asked["message"]["content"]
    assert "2023" not in asked["message"]["content"]
    assert asked["message"]["flags"] & 64
