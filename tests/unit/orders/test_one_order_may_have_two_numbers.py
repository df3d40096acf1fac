"""A view of tickets that another order holds for the same people is a view of that order."""

from postlude.kernel.money import Money
from postlude.orders.renumbering import Holder, renumber
from postlude.orders.types import EventSeen, SaleSeen, TicketSeen, Via

HELD = {"1": Holder("W1", 11, 100), "2": Holder("W1", 12, 100), "3": Holder("W2", 13, 100)}


def view(*tickets: str, contact: int | None = 100) -> SaleSeen:
    seen = tuple(TicketSeen(each, "一般票", Money(0, "TWD"), paid=True) for each in tickets)
    event = EventSeen("8", None, "PyCon")
    return SaleSeen("kktix", event, "P1", Via.POLL, tickets=seen, contact=contact)


def number_of(sale: SaleSeen, *, own: bool = False) -> str:
    (after,), warnings = renumber([sale], lambda _, name: HELD.get(name or ""), lambda _: own)
    assert bool(warnings) == (after.order_number != "P1")
    return after.order_number


def test_the_same_tickets_of_the_same_person_are_the_same_order() -> None:
    assert "W1" == number_of(view("1"))
    assert "W1" == number_of(view("1", "2"))


def test_a_ticket_held_for_somebody_else_is_a_clash_of_ids() -> None:
    assert "P1" == number_of(view("1", contact=200))
    assert "P1" == number_of(view("1", contact=None))


def test_an_order_with_tickets_of_its_own_is_itself() -> None:
    assert "P1" == number_of(view("1"), own=True)


def test_a_ticket_that_nobody_holds_leaves_the_order_alone() -> None:
    assert "P1" == number_of(view("9"))
    assert "P1" == number_of(view("1", "9"))
    assert "P1" == number_of(view())


def test_tickets_of_two_orders_leave_the_order_alone() -> None:
    assert "P1" == number_of(view("1", "3"))
