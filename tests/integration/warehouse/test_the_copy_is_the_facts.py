"""What a plain reading of the exports says, row by row, is in the warehouse; again and again."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from postlude.kernel import pseudonyms
from postlude.orders import api as orders
from postlude.orders.types import EventSeen
from postlude.people import api as people
from postlude.people.types import Actor
from postlude.sandbox import sale as sales
from postlude.sources.api import import_csv
from postlude.warehouse import api as warehouse

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "kktix"


def bring(house: Any, slug: str, kind: str, attendees: Path, bought: Path) -> None:
    report = import_csv(
        house.org,
        attendees=attendees,
        orders=bought,
        event_slug=slug,
        event_name=f"PyCon TW 2023 Registration: {kind.title()}",
        kind=kind,
        now=house.now,
    )
    assert report.imported


def of_person(house: Any, kind: str, value: str) -> str:
    return pseudonyms.pseudonym(house.org, kind, value)


def test_a_whole_sale_is_there_row_by_row(house: Any, tmp_path: Path) -> None:
    sale = sales.generate_sale(7, 60)
    house.allow(*house.CORE)
    for slug, files in sales.write_sale(sale, tmp_path / "exports").items():
        kind = next(event.kind for event in sale.events if event.slug == slug)
        bring(house, slug, kind, *files)
    house.load()

    for event in sale.events:
        bought = {row["訂單編號"]: row for row in event.orders}
        expected = [
            {
                "attendee_id": row["Id"],
                "order_number": row["訂單編號"],
                "registration_no": int(row["報名序號"]),
                "ticket_type": row["票種"],
                "price": Decimal(row["票面價格"]),
                "paid_date": date.fromisoformat(row["售出日期"]),
                "payment_method": bought[row["訂單編號"]]["付款方式"],
                "email": of_person(house, "email", row["聯絡人 Email"]),
                "phone": of_person(house, "phone", row["聯絡人 手機"]),
                "years_of_using_python": row["Years of Using Python / 使用 Python 多久"] or None,
                "area_of_interest": row["Area of Interest / 興趣領域"] or None,
                "gender": row["Gender / 生理性別"],
                "country_or_region": row["Come From / 國家或地區"],
            }
            for row in event.attendees
        ]
        loaded = [row for row in house.rows(event.kind) if row["event_slug"] == event.slug]
        by_id = {row["attendee_id"]: row for row in loaded if not row["refunded"]}
        picked = [{name: by_id[want["attendee_id"]][name] for name in want} for want in expected]
        assert picked == expected
        assert len(by_id) == len(expected)
        assert all(row["payment_status"] == "paid" for row in by_id.values())
    status = house.status()
    assert (status.pending, status.dead, status.problem) == (0, 0, None)
    facts = orders.tickets(house.org, orders.all_tickets(house.org)).values()
    sold = [fact for fact in facts if fact.sold_at is not None]
    assert sum(status.rows.values()) == len(sold)
    assert sum(status.refunded.values()) == len([fact for fact in sold if not fact.valid])


def test_importing_loading_and_replaying_again_gives_the_same_rows(
    house: Any, tmp_path: Path
) -> None:
    sale = sales.generate_sale(7, 20)
    files = sales.write_sale(sale, tmp_path / "exports")[sale.individual.slug]
    house.allow(*house.CORE)
    bring(house, sale.individual.slug, "individual", *files)
    house.load()
    before = house.everything()
    assert any(before)

    bring(house, sale.individual.slug, "individual", *files)
    house.load()
    assert house.everything() == before

    house.clock.advance(days=1)
    seen: list[tuple[int, int]] = []
    report = warehouse.replay(
        house.org, now=house.now, progress=lambda done, total: seen.append((done, total))
    )
    assert house.everything() == before
    assert (report.rows, report.removed) == (sum(len(rows) for rows in before), 0)
    assert seen[-1][0] == seen[-1][1]


def test_a_lost_file_is_rebuilt_by_a_replay(house: Any) -> None:
    house.buy(1, house.person("ann@example.test"))
    house.load()
    before = house.everything()
    house.path.unlink()

    warehouse.replay(house.org, now=house.now)

    assert house.everything() == before


def test_a_refund_sets_the_flag_and_keeps_the_row(house: Any) -> None:
    ann = house.person("ann@example.test")
    house.buy(1, ann)
    house.load()
    house.buy(1, ann, refunded_at=house.now + timedelta(days=1), state={"state": "refunded"})
    house.load()

    (row,) = house.rows()
    assert (row["refunded"], row["payment_status"]) == (True, "refunded")
    assert house.status().refunded["ods_kktix_ticket_individual_attendees"] == 1


def test_who_never_paid_is_not_there(house: Any) -> None:
    ann = house.person("ann@example.test")
    house.buy(1, ann, paid_at=None, state={"paid": False, "state": "registered"})
    house.buy(2, ann, paid_at=None, state={"paid": False, "state": "cancelled"})
    house.load()

    assert not any(house.everything())
    assert house.status().pending == 0


@pytest.mark.parametrize(
    ("named", "kind"), [("Corporate", "corporate"), ("Reserved", "reserved"), ("Party", "other")]
)
def test_each_kind_has_its_table(house: Any, named: str, kind: str) -> None:
    event = EventSeen("7", "an-event", f"PyCon TW 2023 Registration: {named}")
    house.buy(1, house.person("ann@example.test"), event=event)
    house.load()

    assert [row["attendee_id"] for row in house.rows(kind)] == ["t1"]


def test_an_event_that_gets_its_number_later_moves_all_its_rows(house: Any) -> None:
    name = "PyCon TW 2023 Registration: Individual"
    ann = house.person("ann@example.test")
    for number in (1, 2):
        house.buy(number, ann, event=EventSeen(None, "2023-individual", name))
    house.load()
    assert {row["event_id"] for row in house.rows()} == {"2023-individual"}

    house.buy(3, ann, event=EventSeen("84296", "2023-individual", name))
    house.load()

    assert [row["event_id"] for row in house.rows()] == ["84296"] * 3
    before = house.everything()
    warehouse.replay(house.org, now=house.now)
    assert house.everything() == before


def test_answers_that_come_after_the_load_are_loaded(house: Any) -> None:
    house.allow(*house.CORE)
    ann = house.person("ann@example.test")
    ticket = house.buy(1, ann)
    house.load()
    house.answer(ticket, ann, ("Gender / 生理性別", "1"))
    assert house.status().pending == 1
    house.load()

    assert house.rows()[0]["gender"] == "1"


def test_a_changed_address_changes_the_pseudonym(house: Any) -> None:
    ann = house.person("ann@example.test")
    house.buy(1, ann)
    house.load()
    people.change_email(
        house.org, ann, "anna@example.test", actor=Actor("cli", "test"), now=house.now
    )
    house.load()

    assert house.rows()[0]["email"] == of_person(house, "email", "anna@example.test")


@pytest.mark.skipif(not REAL.is_dir(), reason="the real exports are not here")
def test_the_real_exports_fill_the_core_columns(house: Any) -> None:
    house.allow(*house.CORE)
    bring(
        house,
        "2023-individual",
        "individual",
        REAL / "attendees-2023.csv",
        REAL / "orders-2023.csv",
    )
    house.load()

    rows = [row for row in house.rows() if not row["refunded"]]
    assert len(rows) == 154
    for column in (keep.column for keep in house.CORE):
        assert any(row[column] for row in rows), column
    assert len({row["email"] for row in rows}) == len({row["contact"] for row in rows})
    assert all(row["email"].startswith("k1:") for row in rows)
    for personal in ("User_", "Email_", "Phone_"):
        assert not house.holds(personal)
