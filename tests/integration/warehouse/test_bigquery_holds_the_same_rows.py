"""The same sale, told to a DuckDB file and to BigQuery step by step, gives the same rows."""

import hashlib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from postlude.kernel import work
from postlude.kernel.models import WorkRow
from postlude.orders import api as orders
from postlude.orders.types import EventSeen
from postlude.people import api as people
from postlude.people.types import Actor
from postlude.sandbox import sale as sales
from postlude.sandbox.server import Sandbox
from postlude.sources.api import import_csv
from postlude.warehouse import api as warehouse
from postlude.warehouse import schema
from postlude.warehouse.models import Erasure
from postlude.warehouse.types import Keep
from support import cloud


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


class Both:
    """Two warehouses of one organisation, each told the same news after the same facts."""

    def __init__(self, house: Any, sandbox: Sandbox, settings: Any) -> None:
        self.house, self.sandbox, self.settings = house, sandbox, settings
        self.file = settings.POSTLUDE_WAREHOUSE

    def load(self) -> None:
        keys = list(WorkRow.objects.filter(topic=warehouse.TOPIC).values_list("key", flat=True))
        follow_up = WorkRow.objects.exclude(topic=warehouse.TOPIC).exists()
        self.house.load()
        if follow_up:  # answers and addresses first become news of tickets
            keys = [str(each) for each in orders.all_tickets(self.house.org)]
        self.in_the_cloud(
            lambda: (work.publish(warehouse.TOPIC, self.house.org, keys), self.house.load())
        )

    def in_the_cloud(self, act: Any) -> Any:
        self.settings.POSTLUDE_WAREHOUSE = cloud.ADDRESS
        try:
            return act()
        finally:
            self.settings.POSTLUDE_WAREHOUSE = self.file

    def replay(self) -> None:
        warehouse.replay(self.house.org, now=self.house.now)
        self.in_the_cloud(lambda: warehouse.replay(self.house.org, now=self.house.now))

    def compare(self) -> int:
        """Compare every row of every table; return how many rows that were."""
        status = self.house.status()
        assert (status.pending, status.dead, status.problem) == (0, 0, None)
        there = cloud.sales(self.sandbox, self.house.slug)
        here = {
            schema.table_of(kind): cloud.in_order(self.house.rows(kind)) for kind in schema.KINDS
        }
        for table in schema.TABLES:
            assert there[table] == here[table], table
        staged = [name for name in cloud.tables(self.sandbox) if "staging" in name]
        assert staged == []
        assert dict(status.rows) == {table: len(rows) for table, rows in here.items()}
        return sum(len(rows) for rows in here.values())


@pytest.fixture
def both(house: Any, sandbox: Sandbox, settings: Any) -> Iterator[Both]:
    with cloud.reachable(sandbox):
        yield Both(house, sandbox, settings)


def bring(house: Any, slug: str, kind: str, attendees: Path, bought: Path) -> None:
    import_csv(
        house.org,
        attendees=attendees,
        orders=bought,
        event_slug=slug,
        event_name=f"PyCon TW 2023 Registration: {kind.title()}",
        kind=kind,
        now=house.now,
    )


def test_a_whole_sale_of_all_kinds(both: Both, tmp_path: Path) -> None:
    house, sale = both.house, sales.generate_sale(7, 40)
    house.allow(*house.CORE)
    for slug, files in sales.write_sale(sale, tmp_path / "exports").items():
        kind = next(event.kind for event in sale.events if event.slug == slug)
        bring(house, slug, kind, *files)
    both.load()

    assert both.compare() > 50
    filled = [table for table, rows in cloud.sales(both.sandbox, house.slug).items() if rows]
    assert len(filled) >= 3

    bring(house, slug, kind, *files)
    both.load()
    house.clock.advance(days=1)
    both.replay()
    both.compare()


def test_refunds_late_numbers_other_kinds_and_free_orders(both: Both) -> None:
    house, ann, bob = both.house, None, None
    ann, bob = house.person("ann@example.test", name="Ann"), house.person("bob@example.test")
    name = "PyCon TW 2023 Registration: Individual"
    house.buy(1, ann, event=EventSeen(None, "2023-individual", name))
    house.buy(2, bob, event=EventSeen("7", "party", "A Party"))
    both.load()
    assert both.compare() == 2

    house.buy(
        1,
        ann,
        refunded_at=house.now + timedelta(days=1),
        state={"state": "refunded"},
        event=EventSeen("84296", "2023-individual", name),
    )
    house.buy(2, bob, event=EventSeen("7", "party", "A Party: Corporate"))
    house.buy(3, bob, paid_at=None, state={"paid": False, "state": "registered"})
    both.load()
    assert both.compare() == 2

    house.buy(3, bob)
    both.load()
    assert both.compare() == 3
    (refunded,) = [
        row
        for rows in cloud.sales(both.sandbox, house.slug).values()
        for row in rows
        if row["refunded"]
    ]
    assert (refunded["event_id"], refunded["payment_status"]) == ("84296", "refunded")


def test_answers_labels_and_addresses_that_change(both: Both) -> None:
    house = both.house
    ann = house.person("ann@example.test", name="Ann")
    ticket = house.buy(1, ann)
    house.buy(2, ann)
    both.load()
    house.allow(*house.CORE, Keep("shirt", ("Shirt",)))
    both.replay()
    house.answer(ticket, ann, ("Gender / 生理性別", "1"), ("Shirt", "L"), ("Secret", "x"))
    both.load()
    assert both.compare() == 2
    people.change_email(
        house.org, ann, "anna@example.test", actor=Actor("cli", "test"), now=house.now
    )
    both.load()
    both.compare()

    house.allow(*house.CORE)
    both.replay()
    both.compare()
    rows = cloud.sales(both.sandbox, house.slug)[schema.table_of("individual")]
    assert [row["shirt"] for row in rows] == [None, None]
    assert "Secret" not in str(both.sandbox.client.received("bigquery", bodies=1)["bodies"])


def test_the_old_hashes_are_there_too(both: Both) -> None:
    house = both.house
    house.allow(mode="sha256-legacy")
    house.buy(1, house.person(" Ann@Example.test"))
    both.load()
    both.compare()
    (row,) = cloud.sales(both.sandbox, house.slug)[schema.table_of("individual")]
    assert row["email"] == hashlib.sha256(b" Ann@Example.test").hexdigest()


def test_a_forgotten_person_is_gone_from_both_for_good(both: Both) -> None:
    house = both.house
    ann, bob = house.person("ann@example.test"), house.person("bob@example.test")
    house.buy(1, ann)
    house.buy(2, bob)
    both.load()
    people.erase(house.org, ann, actor=Actor("cli", "test"), now=house.now)
    house.load()
    Erasure.objects.update(done_at=None)
    both.in_the_cloud(house.load)
    assert both.compare() == 1
    both.replay()
    assert both.compare() == 1
