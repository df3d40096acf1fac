"""An e-mail that was changed in KKTIX: the same buyer moves, another buyer takes the ticket over."""

from typing import Any

import pytest

from postlude.kernel import work
from postlude.orders import api as orders
from postlude.people import api as people
from postlude.people.types import Actor
from postlude.sources import api as sources

NAME = "PyCon TW 2023 Registration: Individual"
HEADER = "Id,訂單編號,報名序號,票種,票券付款狀態,售出日期,票面價格,聯絡人 姓名,聯絡人 Email,聯絡人 手機\n"
OLD, NEW = "amn@example.test", "ann@example.test"


@pytest.fixture
def told(news: Any) -> dict[str, list[str]]:
    """What the rooms above would hear of people, in the order in which it came."""
    heard: dict[str, list[str]] = {}
    for topic in (people.MOVED, people.JOINED, orders.LEFT):
        heard[topic] = []
        work.subscribe(topic, f"test-{topic}", lambda batch, to=heard[topic]: to.extend(batch.keys))
    return heard


def contacts(shop: Any) -> list[int]:
    return [each.contact for each in shop.tickets()]


def staff_changes(shop: Any, contact: int, email: str) -> None:
    actor, now = Actor("staff", "7"), shop.clock.now()
    assert people.change_email(shop.org.id, contact, email, actor=actor, now=now).problem is None


def import_row(shop: Any, order: Any, email: str) -> Any:
    rows = "".join(
        f"{number},{order['order_no']},1,一般票,paid,2023-08-18,2790.0,王小明,{email},0912345678\n"
        for number in order["attendee_ids"]
    )
    report = sources.import_csv(
        shop.org.id,
        attendees=(HEADER + rows).encode(),
        orders=None,
        event_slug="2023-individual",
        event_name=NAME,
        kind=None,
        now=shop.clock.now(),
    )
    assert report.imported
    return report


def test_the_contact_keeps_its_history(shop: Any, told: Any) -> None:
    order = shop.sell(OLD, tickets=[{"name": "一般票", "price": 2790}] * 2)
    shop.good_poll()
    before = contacts(shop)
    shop.client.change_email(order["order_no"], NEW)
    shop.clock.advance(minutes=2)
    shop.good_poll()
    work.drain(lambda: False)
    assert (before, {NEW}) == (contacts(shop), shop.emails())
    assert {"contact.moved": [str(before[0])], "contact.joined": [], "ticket.left": []} == told
    assert before[0] == people.find(shop.org.id, OLD)


def test_one_of_several_tickets_goes_to_somebody_else(shop: Any, told: Any) -> None:
    """The buyer holds more than the row that changed: that ticket has a new holder."""
    shop.sell(OLD)
    second = shop.sell(OLD)
    shop.good_poll()
    (old,) = set(contacts(shop))
    shop.client.change_email(second["order_no"], NEW)
    shop.clock.advance(minutes=2)
    shop.good_poll()
    work.drain(lambda: False)
    assert {OLD, NEW} == shop.emails()
    assert {"contact.moved": [], "contact.joined": [], "ticket.left": [str(old)]} == told


def test_another_name_is_another_person(shop: Any, told: Any) -> None:
    order = shop.sell(OLD, name="陳大文")
    shop.good_poll()
    (old,) = contacts(shop)
    people.change_name(shop.org.id, old, "Amn", actor=Actor("staff", "7"), now=shop.clock.now())
    shop.client.change_email(order["order_no"], NEW)
    shop.clock.advance(minutes=2)
    shop.good_poll()
    work.drain(lambda: False)
    (new,) = contacts(shop)
    assert new != old
    assert [str(old)] == told["ticket.left"]


def test_an_address_of_a_known_buyer_hands_the_ticket_over(shop: Any, told: Any) -> None:
    order = shop.sell(OLD)
    shop.sell(NEW)
    shop.good_poll()
    old, new = people.find(shop.org.id, OLD), people.find(shop.org.id, NEW)
    shop.client.change_email(order["order_no"], NEW)
    shop.clock.advance(minutes=2)
    shop.good_poll()
    work.drain(lambda: False)
    assert {new} == set(contacts(shop))
    assert {"contact.moved": [], "contact.joined": [], "ticket.left": [str(old)]} == told


def test_what_staff_mended_is_not_undone_by_the_old_row(shop: Any, told: Any) -> None:
    """KKTIX shows the old address for ever, also when something else of the row changes."""
    order = shop.sell(OLD)
    shop.good_poll()
    staff_changes(shop, contacts(shop)[0], NEW)
    shop.client.change_email(order["order_no"], OLD)  # touches the row, changes nothing in it
    shop.clock.advance(minutes=2)
    shop.good_poll()
    import_row(shop, order, OLD)
    work.drain(lambda: False)
    assert {NEW} == shop.emails()
    assert 1 == len(told["contact.moved"])


def test_a_change_there_after_a_change_here_is_followed(shop: Any) -> None:
    """The buyer writes a third address into KKTIX, and later the first one again."""
    order = shop.sell(OLD)
    shop.good_poll()
    (ann,) = contacts(shop)
    staff_changes(shop, ann, NEW)
    for address in ("third@example.test", OLD):
        shop.client.change_email(order["order_no"], address)
        shop.clock.advance(minutes=2)
        shop.good_poll()
        assert ([ann], {address}) == (contacts(shop), shop.emails())


def test_what_staff_mended_stays_after_the_ticket_changed_hands(shop: Any) -> None:
    """The row belongs to its new holder: the old holder's change is none of its business."""
    shop.sell(OLD)
    second = shop.sell(OLD)
    shop.good_poll()
    shop.client.change_email(second["order_no"], NEW)
    shop.clock.advance(minutes=2)
    shop.good_poll()
    new = people.find(shop.org.id, NEW)
    staff_changes(shop, new, "mended@example.test")
    shop.client.change_email(second["order_no"], NEW)
    shop.clock.advance(minutes=2)
    shop.good_poll()
    assert {OLD, "mended@example.test"} == shop.emails()


def test_a_newer_file_moves_the_buyer_whom_only_files_know(shop: Any, told: Any) -> None:
    order = {"order_no": 127_000_001, "attendee_ids": [9_000_001, 9_000_002]}
    import_row(shop, order, OLD)
    before = contacts(shop)
    import_row(shop, order, NEW)
    work.drain(lambda: False)
    assert (before, {NEW}) == (contacts(shop), shop.emails())
    assert [str(before[0])] == told["contact.moved"]


def test_an_old_file_does_not_move_back_whom_the_poll_has_moved(shop: Any, told: Any) -> None:
    order = shop.sell(OLD)
    shop.good_poll()
    shop.client.change_email(order["order_no"], NEW)
    shop.clock.advance(minutes=2)
    shop.good_poll()
    import_row(shop, order, OLD)
    work.drain(lambda: False)
    assert {NEW} == shop.emails()
    assert 1 == len(told["contact.moved"])
    assert [] == told["ticket.left"]


def test_a_webhook_that_comes_late_does_not_move_the_buyer_back(
    shop: Any, hook: Any, notifications: Any, told: Any
) -> None:
    order = shop.sell(OLD)
    (attendee,) = order["attendee_ids"]
    buyer = {"name": "王小明", "email": OLD}
    late = notifications.paid(order["order_no"], ticket=attendee, contact=buyer)
    shop.good_poll()
    shop.client.change_email(order["order_no"], NEW)
    shop.clock.advance(minutes=2)
    shop.good_poll()
    hook.take(late)
    work.drain(lambda: False)
    assert {NEW} == shop.emails()
    assert [] == told["ticket.left"]
