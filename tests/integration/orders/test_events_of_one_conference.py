"""Several events of one conference, two events of one name, and conferences that are left over."""

from datetime import timedelta
from typing import Any

import pytest

from postlude.kernel.money import Money
from postlude.orders import api as orders
from postlude.orders.models import Conference, Happening
from postlude.orders.types import EventSeen, SaleSeen, TicketSeen

NAME = "PyCon TW 2023 Registration: Individual"


@pytest.fixture
def see(org: Any, clock: Any) -> Any:
    def see(number: str, via: str, event: EventSeen, **more: Any) -> Any:
        ticket = TicketSeen(
            more.pop("ticket", f"t{number}"),
            "Regular",
            Money(100, "TWD"),
            paid=True,
            state="paid",
            contact=7,
            source_updated_at=clock.now() if via == "poll" else None,
        )
        paid = {"paid_at": clock.now() - timedelta(minutes=3)} if via == "webhook" else {}
        sale = SaleSeen("kktix", event, number, via, tickets=(ticket,), **paid, **more)
        (outcome,) = orders.upsert_sales(org.id, [sale], now=clock.now())
        return outcome

    return see


def polled(number: str) -> EventSeen:
    return EventSeen(number, None, NAME)


def hooked(slug: str) -> EventSeen:
    return EventSeen(None, slug, NAME)


def places(org: Any) -> dict[str, tuple[str | None, str | None]]:
    """Return the number and slug of the event that holds each order."""
    found = orders.tickets(org.id, orders.all_tickets(org.id)).values()
    return {each.order_number: (each.happening_external_id, each.happening_slug) for each in found}


def test_a_webhook_that_was_taken_for_the_other_event_is_put_right_by_the_poll(
    org: Any, see: Any
) -> None:
    see("1", "poll", polled("N1"))
    see("2", "webhook", hooked("second"))
    assert {"1": ("N1", "second"), "2": ("N1", "second")} == places(org)
    outcome = see("2", "poll", polled("N2"))
    assert () == outcome.warnings
    assert {"1": ("N1", None), "2": ("N2", "second")} == places(org)
    assert [] == [each.code for each in orders.warnings(org.id) if "mismatch" in each.code]


def test_from_then_on_each_webhook_finds_its_event(org: Any, see: Any) -> None:
    see("1", "poll", polled("N1"))
    see("2", "webhook", hooked("second"))
    see("2", "poll", polled("N2"))
    see("3", "webhook", hooked("second"))
    see("4", "webhook", hooked("first"))
    see("4", "poll", polled("N1"))
    see("5", "webhook", hooked("first"))
    first, second = ("N1", "first"), ("N2", "second")
    expected = {"1": first, "2": second, "3": second, "4": first, "5": first}
    assert expected == places(org)
    assert 2 == Happening.objects.count()
    counts = {
        each.happening.external_id: [row.sold for row in each.types]
        for each in orders.sales_summary(org.id)
    }
    assert {"N1": [3], "N2": [2]} == counts


def test_the_same_poll_again_changes_nothing(org: Any, see: Any) -> None:
    see("1", "poll", polled("N1"))
    see("2", "webhook", hooked("second"))
    see("2", "poll", polled("N2"))
    before = places(org)
    again = see("2", "poll", polled("N2"))
    assert (before, ["same"]) == (places(org), [each.change for each in again.tickets])
    see("2", "webhook", hooked("second"))
    assert before == places(org)


def test_what_a_poll_has_shown_stays_where_it_was(org: Any, see: Any) -> None:
    """Only a guess is put right: two polls that contradict each other are a person's to judge."""
    see("1", "poll", polled("N1"))
    see("1", "poll", polled("N2"))
    assert {"1": ("N1", None)} == places(org)
    assert "happening_mismatch" in {each.code for each in orders.warnings(org.id)}


def test_no_empty_conference_is_left_after_a_merge(org: Any, see: Any) -> None:
    """The export's slug stood alone until a door knew its name."""
    see("1", "csv", EventSeen(None, "2023-individual", None))
    see("2", "poll", polled("N1"))
    assert 2 == Conference.objects.count()
    see("1", "webhook", hooked("2023-individual"))
    assert [NAME] == list(Happening.objects.values_list("name", flat=True))
    assert 1 == Conference.objects.count()


def test_no_empty_conference_is_left_when_the_playbook_names_one(org: Any, see: Any) -> None:
    see("1", "poll", polled("N1"))
    orders.ensure_conference(org.id, "pycon", name="PyCon TW 2023", pattern="PyCon TW*")
    assert ["pycon"] == list(Conference.objects.values_list("slug", flat=True))


def test_a_conference_of_the_playbook_stays_though_it_is_empty(org: Any, see: Any) -> None:
    orders.ensure_conference(org.id, "next", name="Next", pattern="Next*")
    see("1", "poll", polled("N1"))
    orders.ensure_conference(org.id, "pycon", name="PyCon TW 2023", pattern="PyCon TW*")
    assert {"next", "pycon"} == set(Conference.objects.values_list("slug", flat=True))
