"""The exports of a conference are imported whole, twice without harm, and not at all when wrong."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from postlude.orders import api as orders
from postlude.orders.models import Order
from postlude.people import api as people
from postlude.sandbox import sale as sales
from postlude.sources.kktix.exports.importing import import_csv

REAL = Path(__file__).resolve().parents[4] / "shared" / "data" / "kktix"
NAME = "PyCon TW 2023 Registration: Individual"


def facts(org: Any) -> list[Any]:
    return list(orders.tickets(org.id, orders.all_tickets(org.id)).values())


def load(
    org: Any, clock: Any, attendees: Path | bytes, bought: Path | bytes | None, **more: Any
) -> Any:
    return import_csv(
        org.id,
        **{
            "attendees": attendees,
            "orders": bought,
            "event_slug": "2023-individual",
            "event_name": NAME,
            "kind": "individual",
            "now": clock.now(),
            **more,
        },
    )


@pytest.fixture
def exports(tmp_path: Path) -> tuple[Any, Path, Path]:
    sale = sales.generate_sale(3, 40)
    return sale, *sales.write_sale(sale, tmp_path)[sale.individual.slug]


def test_a_generated_sale_is_loaded_to_the_ticket(org: Any, clock: Any, exports: Any) -> None:
    sale, attendees, bought = exports
    steps: list[tuple[int, int]] = []
    report = load(
        org, clock, attendees, bought, progress=lambda done, total: steps.append((done, total))
    )
    assert report.imported
    assert () == report.errors
    assert len(sale.individual.orders) == Order.objects.count() == report.orders
    valid = [each for each in facts(org) if each.valid]
    addresses = people.addresses(org.id, [each.contact for each in valid])
    expected = {email for email, slug in sales.expected_pairs(sale) if slug == "2023-individual"}
    assert expected == {address.value for address in addresses.values()}
    assert steps[-1][0] == steps[-1][1] == report.orders


def test_importing_twice_changes_nothing(org: Any, clock: Any, exports: Any) -> None:
    _, attendees, bought = exports
    load(org, clock, attendees, bought)
    before = facts(org)
    clock.advance(days=1)
    again = load(org, clock, attendees, bought)
    assert {"same": again.tickets} == again.changes
    assert before == facts(org)


def test_a_wrong_row_imports_nothing(org: Any, clock: Any, exports: Any) -> None:
    _, attendees, bought = exports
    broken = attendees.read_text(encoding="utf-8") + "not,a,row\n"
    report = load(org, clock, broken.encode(), bought)
    assert not report.imported
    assert ["wrong_length"] == [note.code for note in report.errors]
    assert 0 == Order.objects.count()
    skipped = load(org, clock, broken.encode(), bought, skip_bad_rows=True)
    assert skipped.imported
    assert 1 == len(skipped.errors)


def test_an_address_nobody_can_write_to_is_a_warning(org: Any, clock: Any, exports: Any) -> None:
    _, attendees, _ = exports
    lines = attendees.read_text(encoding="utf-8").splitlines(keepends=True)
    good = [line for line in lines[1:] if "@example.test" in line]
    bad = good[0].replace("@example.test", "＠例子 .測試", 1)
    report = load(org, clock, (lines[0] + bad + "".join(good[1:3])).encode(), None)
    (note,) = report.warnings
    assert 2 == note.row
    assert note.hint
    assert 3 == len(facts(org))
    assert 1 == len(people.address_warnings(org.id))


@pytest.mark.real
@pytest.mark.skipif(not REAL.exists(), reason="the real export is not here")
def test_the_real_export_is_loaded_raw(org: Any, clock: Any) -> None:
    """186 orders; 154 tickets of which 32 free; each placeholder address is a warning."""
    report = load(org, clock, REAL / "attendees-2023.csv", REAL / "orders-2023.csv")
    assert report.imported
    assert () == report.errors
    assert 186 == Order.objects.count()
    tickets = facts(org)
    assert Counter({"paid": 154}) == Counter(each.state for each in tickets)
    assert 32 == sum(1 for each in tickets if each.price.minor == 0)
    assert 154 == len(report.warnings)
    assert 154 == len(people.address_warnings(org.id))
    assert all("_" not in note.masked for note in report.warnings)
