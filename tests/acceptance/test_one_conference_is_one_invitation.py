"""Events of one conference bring one invitation, and a changed address brings it once there."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from postlude.kernel import clock
from postlude.people import api as people
from postlude.people.types import Actor
from postlude.sandbox.server import Sandbox
from postlude.sources import api as sources
from support.whole_house import CORPORATE, INDIVIDUAL, House, whole_house

ANN, NEW = "amn@example.test", "ann@example.test"
RESERVED = ("PyCon TW 2023 Registration: Reserved【Speaker】", "2023-reserved")
INVITED = "PyCon TW 2023：現在就可以入場了"
HEADER = "Id,訂單編號,報名序號,票種,票券付款狀態,售出日期,票面價格,聯絡人 姓名,聯絡人 Email,聯絡人 手機\n"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def house(
    db: None, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Iterator[House]:
    with whole_house(sandbox, tmp_path, monkeypatch, settings) as it:
        yield it


def import_row(house: House, number: int, email: str) -> None:
    row = f"{number},{number},1,一般票,paid,2023-08-18,2790.0,王小明,{email},0912345678\n"
    name, slug = INDIVIDUAL
    report = sources.import_csv(
        house.org.id,
        attendees=(HEADER + row).encode(),
        orders=None,
        event_slug=slug,
        event_name=name,
        kind=None,
        now=clock.now(),
    )
    assert report.imported, report.errors


def test_tickets_of_three_events_are_one_mail_that_lists_them_all(house: House) -> None:
    house.client.add_event(*RESERVED)
    bought = {INDIVIDUAL: "Regular 一般票", CORPORATE: "Corporate 企業票", RESERVED: "講者票"}
    for (_, slug), ticket in bought.items():
        house.sell(ANN, event=slug, tickets=[{"name": ticket}])
    house.client.wait_for(house.sales_have_come, within_s=120)
    house.settle()

    (mail,) = house.client.mails(to=ANN)
    assert INVITED == mail["subject"]
    assert [] == [ticket for ticket in bought.values() if ticket not in mail["html"]]
    assert 1 == house.client.received("gather")["set_calls_by_email"][ANN]


def by_the_source(house: House, order: Any) -> None:
    house.client.change_email(order["order_no"], NEW)


def by_the_operator(house: House, _: Any) -> None:
    contact = people.find(house.org.id, ANN)
    assert contact is not None
    actor = Actor("staff", "7")
    changed = people.change_email(house.org.id, contact, NEW, actor=actor, now=clock.now())
    assert changed.problem is None


@pytest.mark.parametrize("change", [by_the_source, by_the_operator])
def test_a_changed_address_is_let_in_and_invited_once(house: House, change: Any) -> None:
    order = house.sell(ANN)
    house.settle()
    old = house.links(ANN)
    change(house, order)
    moved_is_let_in_and_invited_once(house, old)
    assert 2 == house.client.received("gather")["set_calls"]


def test_a_newer_file_with_another_address_does_the_same(house: House) -> None:
    import_row(house, 9_000_001, ANN)
    house.settle()
    old = house.links(ANN)
    import_row(house, 9_000_001, NEW)
    moved_is_let_in_and_invited_once(house, old)


def moved_is_let_in_and_invited_once(house: House, old: list[str]) -> None:
    contact = people.find(house.org.id, ANN)
    for _ in range(2):
        house.poll()
        house.settle()
    assert [INVITED] == [mail["subject"] for mail in house.client.mails(to=ANN)]
    assert [INVITED] == [mail["subject"] for mail in house.client.mails(to=NEW)]
    assert NEW in house.client.guests()
    assert {410} == {house.visit(link).status_code for link in old}
    assert {302} == {house.visit(link).status_code for link in house.links(NEW)}
    assert contact is not None
    assert contact == people.find(house.org.id, NEW)
