"""A warehouse with its consumers, and somebody who buys."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from postlude.kernel import jobs, work
from postlude.kernel.money import Money
from postlude.orders import api as orders
from postlude.orders.types import EventSeen, SaleSeen, TicketSeen
from postlude.people import api as people
from postlude.people.types import PersonSeen
from postlude.warehouse import api as warehouse
from postlude.warehouse import schema
from postlude.warehouse.types import Keep, Policy, WarehouseStatus

CORE = (
    Keep("gender", ("Gender / 生理性別",)),
    Keep("job_title", ("Job Title / 職稱*",)),
    Keep("organization", ("Company / 服務單位*",)),
    Keep("country_or_region", ("Come From / 國家或地區",)),
    Keep("dietary_habit", ("Dietary Preference / 飲食偏好",)),
    Keep("years_of_using_python", ("Years of Using Python / 使用 Python 多久",)),
    Keep("area_of_interest", ("Area of Interest / 興趣領域",)),
)


class House:
    """One organisation's warehouse, from the sale to the file."""

    CORE = CORE

    def __init__(self, org: Any, clock: Any, path: Path) -> None:
        self.org, self.slug, self.clock, self.path = org.id, org.slug, clock, path

    @property
    def now(self) -> datetime:
        now: datetime = self.clock.now()
        return now

    def person(self, email: str, **seen: Any) -> int:
        found = people.recognise_many(self.org, [PersonSeen(email, **seen)], now=self.now)
        assert found[0].contact is not None
        return found[0].contact

    def buy(self, number: int, contact: int, *answers: tuple[str, str], **facts: Any) -> int:
        """Sell ticket `number` to somebody, then write down the form; return our ticket id."""
        name = f"PyCon TW 2023 Registration: {facts.pop('kind', 'Individual')}"
        event = facts.pop("event", EventSeen("84296", "2023-individual", name))
        state = {"paid": True, "state": "paid", **facts.pop("state", {})}
        ticket = TicketSeen(f"t{number}", "Regular 一般票", Money(129000, "TWD"), **state)
        facts = {"paid_at": self.now, "tickets": (ticket,), "contact": contact, **facts}
        sale = SaleSeen("kktix", event, str(number), "poll", **facts)
        (outcome,) = orders.upsert_sales(self.org, [sale], now=self.now)
        ours = outcome.tickets[0].ticket
        if answers:
            self.answer(ours, contact, *answers)
        return ours

    def answer(self, ticket: int, contact: int, *answers: tuple[str, str]) -> None:
        people.record_answers(self.org, [(f"ticket:{ticket}", contact, answers)], now=self.now)

    def allow(self, *keep: Keep, mode: Any = "keyed") -> None:
        warehouse.configure(self.org, Policy(mode, keep), now=self.now)

    def load(self) -> int:
        return warehouse.load(jobs.Budget(20))

    def status(self) -> WarehouseStatus:
        return warehouse.status(self.org, now=self.now)

    def rows(self, kind: str = "individual", org: str = "") -> list[dict[str, Any]]:
        table = schema.table_of(kind)
        with duckdb.connect(str(self.path), read_only=True) as file:
            found = file.execute(
                f"SELECT * FROM ods.{table} WHERE org = ? ORDER BY event_slug, attendee_id",
                [org or self.slug],
            )
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def everything(self) -> list[list[dict[str, Any]]]:
        return [self.rows(kind) for kind in schema.KINDS]

    def holds(self, text: str) -> bool:
        """Say whether the bytes of any file beside the warehouse have this text."""
        files = [each for each in self.path.parent.rglob("*") if each.is_file()]
        assert files
        return any(text.encode() in each.read_bytes() for each in files)

    @contextmanager
    def held_by_somebody_else(self) -> Iterator[None]:
        script = "import duckdb,sys; kept = duckdb.connect(sys.argv[1]); print('held', flush=True);"
        with subprocess.Popen(
            [sys.executable, "-c", script + "input()", str(self.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        ) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "held\n"
            yield
            holder.communicate("\n")


@pytest.fixture
def house(org: Any, clock: Any, settings: Any, tmp_path: Path) -> Iterator[House]:
    folder = tmp_path / "warehouse"
    folder.mkdir()
    settings.POSTLUDE_WAREHOUSE = folder / "warehouse.duckdb"
    work.unsubscribe_all()
    for topic, consumer, follow in warehouse.FOLLOWED:
        work.subscribe(topic, consumer, follow, lane=warehouse.LANE)
    work.subscribe(
        warehouse.TOPIC,
        warehouse.CONSUMER,
        warehouse.on_ticket_changed,
        batch=warehouse.BATCH,
        lane=warehouse.LANE,
    )
    people.register_shredder("warehouse", warehouse.shred)
    yield House(org, clock, settings.POSTLUDE_WAREHOUSE)
    work.unsubscribe_all()
