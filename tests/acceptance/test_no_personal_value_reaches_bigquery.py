"""A sentinel in every personal field, a sale with refund and erasure: nothing of it in any request.

What is searched is every byte that BigQuery was sent (bodies, paths, queries), and what it holds.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from postlude.kernel import clock, jobs
from postlude.people import api as people
from postlude.people.types import Actor
from postlude.playbooks import api as playbooks
from postlude.sandbox.server import Sandbox
from postlude.warehouse import api as warehouse
from support import cloud, leaks
from support.leaks import Person, Search
from support.whole_house import PLAYBOOK, House, whole_house

BUYER, REFUNDED, ERASED, MOVED = Person("cloud"), Person("back"), Person("gone"), Person("moved")
EVERYBODY = (BUYER, REFUNDED, ERASED, MOVED)
ACTOR = Actor("cli", "test")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def house(
    db: None, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Iterator[House]:
    home = tmp_path / "home"
    home.mkdir()
    with cloud.reachable(sandbox), whole_house(sandbox, home, monkeypatch, settings) as it:
        settings.POSTLUDE_WAREHOUSE = cloud.ADDRESS
        yield it


def sent(sandbox: Sandbox) -> str:
    """Return every byte that arrived, its JSON escapes undone, and all that is held."""
    received = sandbox.client.received("bigquery", bodies=1, jobs=1)
    calls = sandbox.client.calls("bigquery", 20_000)["calls"]
    bodies = "\n".join(received["bodies"])
    plain = bodies.encode("ascii", "backslashreplace").decode("unicode_escape", "replace")
    return "\n".join((bodies, plain, json.dumps((received, calls), ensure_ascii=False)))


def sell(house: House, person: Person) -> dict[str, Any]:
    sold = house.sell(
        person.email, name=person.name, mobile=person.phone, tickets=[{"data": person.form}]
    )
    records = house.sandbox._house.vendors.by_name["kktix"].office.attendees
    for attendee in sold["attendee_ids"]:
        record = records[attendee]
        record["search_string"] += f"\n{person.of('search')}"
        record["kyc"] = {"name": person.of("kyc")}
        record["id_number"] = person.of("card")
    house.settle()
    house.poll()
    house.settle()
    return sold


def test_a_leak_would_be_seen(sandbox: Sandbox, house: House) -> None:
    client_of = cloud.client(sandbox)
    client_of.create_dataset(cloud.DATASET)
    client_of.query_and_wait(f"SELECT '王 {BUYER.of('last').upper()}' AS name")
    client_of.close()
    assert "cloud last" in Search(EVERYBODY)(sent(sandbox))


def test_nothing_of_a_person_reaches_bigquery(
    house: House, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with leaks.all_logs() as logs:
        for person in (BUYER, REFUNDED, ERASED, MOVED):
            sold = sell(house, person)
            if person is REFUNDED:
                house.client.refund(sold["order_no"])
        house.settle()
        moved = people.find(house.org.id, MOVED.email)
        people.change_email(house.org.id, moved, f"new-{MOVED.email}", actor=ACTOR, now=clock.now())
        with_trouble(house, sandbox)
        people.erase(
            house.org.id, people.find(house.org.id, ERASED.email), actor=ACTOR, now=clock.now()
        )
        house.settle()
        warehouse.load_now(jobs.Budget(20))
        warehouse.replay(house.org.id, now=clock.now())
        nothing_leaks(house, sandbox, logs, frozenset())

        more_is_allowed(house, tmp_path)
        said = sent(sandbox)
        assert BUYER.of("unknown") in said, "an allowed answer leaves"
        unknown = frozenset(f"{person.door} unknown" for person in EVERYBODY)
        nothing_leaks(house, sandbox, logs, unknown)

    rows = [row for held in cloud.sales(sandbox, house.org.slug).values() for row in held]
    assert len(rows) == 3
    assert [row["refunded"] for row in rows].count(True) == 1
    assert all(row["email"].startswith("k1:") for row in rows)


def with_trouble(house: House, sandbox: Sandbox) -> None:
    """Jobs that fail, with BigQuery's words about the row."""
    words = f"Could not parse '{BUYER.email}' ({BUYER.phone}) as INT64"
    sandbox.client.fail_jobs("load", "invalid", words, count=1)
    warehouse.load_now(jobs.Budget(20))
    house.settle()
    warehouse.load_now(jobs.Budget(20))


def nothing_leaks(house: House, sandbox: Sandbox, logs: list[str], allowed: frozenset[str]) -> None:
    search = Search(EVERYBODY, allowed | frozenset(f"{each.door} allowed" for each in EVERYBODY))
    # The words of the failure that we made up are BigQuery's own, in its job's status.
    told = sent(sandbox).replace(f"Could not parse '{BUYER.email}' ({BUYER.phone}) as INT64", "")
    assert search(told) == []
    assert leaks.in_database(search) == []
    assert leaks.in_logs([line for line in logs if "/_sandbox/" not in line], search) == []


def more_is_allowed(house: House, tmp_path: Path) -> None:
    changed = tmp_path / "tickets.yaml"
    more = '    - {column: remark, labels: ["A question that nobody has read"]}\n'
    playbook = PLAYBOOK.read_text(encoding="utf-8").replace("  keep:\n", f"  keep:\n{more}")
    changed.write_text(playbook, encoding="utf-8")
    shutil.copytree(PLAYBOOK.parent / "templates", tmp_path / "templates")
    playbooks.apply(changed, org=None, actor=ACTOR, now=clock.now())
    house.settle()
    warehouse.load_now(jobs.Budget(20))
