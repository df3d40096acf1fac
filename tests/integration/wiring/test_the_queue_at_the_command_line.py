"""`postlude access`: who waits for a person, "done", and back to the vendor."""

import io
import json
from typing import Any

import pytest

from postlude.access import api as access
from postlude.access.types import MapRule, Resource
from postlude.kernel import clock as kernel_clock
from postlude.kernel.jobs import Budget
from postlude.kernel.money import Money
from postlude.orders import api as orders
from postlude.orders.types import EventSeen, SaleSeen, TicketSeen
from postlude.people import api as people
from postlude.people.types import PersonSeen
from postlude.wiring.cli.commands import run


@pytest.fixture
def queue(org: Any) -> list[int]:
    """Two buyers who wait for a lounge."""
    now = kernel_clock.now()
    conference = orders.ensure_conference(org.id, "c", name="C", pattern="C").id
    lounge = Resource("lounge", "manual", "Lounge", {"link": "https://lounge.example.test/"})
    access.define_resources(org.id, conference, [lounge], now=now)
    access.define_map(org.id, conference, [MapRule("*", "*", ("lounge",))], now=now)
    contacts = [_buy(org.id, name) for name in ("ann", "bob")]
    grants = access.grant_many(org.id, conference, contacts, now=now)
    access.authorise(Budget(5))
    return [number for contact in contacts for number in grants[contact]]


def _buy(org: int, name: str) -> int:
    now = kernel_clock.now()
    seen = PersonSeen(f"{name}@example.test", source="t", reference=f"t:{name}")
    contact = people.recognise_many(org, [seen], now=now)[0].contact
    assert contact is not None
    ticket = TicketSeen(name, "Speaker", Money(1, "TWD"), paid=True, state="paid")
    event = EventSeen("1", "c", "C", None)
    sale = SaleSeen("kktix", event, name, "poll", paid_at=now, tickets=(ticket,), contact=contact)
    orders.upsert_sales(org, [sale], now=now)
    return contact


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_list_is_masked_until_a_reason_is_given(org, queue, capsys) -> None:
    """And the reason is in the audit."""
    assert 0 == run(["access", "queue", "--json"])
    (masked,) = told(capsys)["queues"]
    assert (2, queue) == (masked["count"], [each["grant"] for each in masked["entries"]])
    assert "ann@example.test" not in json.dumps(masked)
    assert [] == people.views(org.id)

    assert 0 == run(["access", "queue", "--reveal", "opens the lounge", "--json"])
    (clear,) = told(capsys)["queues"]
    assert "ann@example.test" == clear["entries"][0]["email"]
    assert {"opens the lounge"} == {each.purpose for each in people.views(org.id)}


def test_done_says_how_many_and_counts_once(org, queue, capsys, tmp_path) -> None:
    """For grants by name, and for all of a list."""
    assert 0 == run(["access", "done", f"{queue[0]}.1", "--json"])
    assert {"done": 1, "to_remove_by_hand": 0} == told(capsys)
    listed = str(tmp_path / "a list.txt")
    assert 0 == run(["access", "queue", "--save", listed])
    assert f"postlude access done --list '{listed}'" in capsys.readouterr().out
    for count in (1, 0):
        assert 0 == run(["access", "done", "--list", listed, "--json"])
        assert count == told(capsys)["done"]
    assert "cli:postlude" == access.grants(org.id, [queue[1]])[queue[1]].done_by


def test_a_list_may_come_through_a_pipe(queue, capsys, monkeypatch) -> None:
    run(["access", "queue", "--json"])
    (listed,) = told(capsys)["queues"]
    names = "\n".join(each["name"] for each in listed["entries"])
    monkeypatch.setattr("sys.stdin", io.StringIO(names))
    assert 0 == run(["access", "done", "--list", "-", "--json"])
    assert 2 == told(capsys)["done"]


def test_who_came_after_the_list_stays(org, clock, queue, capsys, tmp_path) -> None:
    listed = str(tmp_path / "list.txt")
    run(["access", "queue", "--save", listed])
    zoe = _buy(org.id, "zoe")
    (conference,) = [each.id for each in orders.conferences(org.id)]
    access.grant_many(org.id, conference, [zoe], now=kernel_clock.now())
    access.authorise(Budget(5))
    capsys.readouterr()
    run(["access", "done", "--list", listed, "--json"])
    assert 2 == told(capsys)["done"]
    assert 1 == access.count_by_hand(org.id)


def test_whom_a_new_address_overtook_is_listed_for_removal(org, queue, capsys, tmp_path) -> None:
    """Between the list and the done; the new address still waits."""
    listed = str(tmp_path / "list.txt")
    run(["access", "queue", "--save", listed])
    ann = access.grants(org.id, queue[:1])[queue[0]].contact
    access.readdress(org.id, [ann], now=kernel_clock.now())
    access.authorise(Budget(5))
    capsys.readouterr()
    run(["access", "done", "--list", listed, "--json"])
    assert {"done": 1, "to_remove_by_hand": 1} == told(capsys)
    assert [queue[0]] == [each.grant for each in access.to_remove_by_hand(org.id)]
    assert 1 == access.count_by_hand(org.id)
    run(["access", "done", "--list", listed])
    assert "To remove by hand" in capsys.readouterr().out


@pytest.mark.parametrize(
    "wrong", [[], ["1"], ["1.x"], [f"{2**63}.1"], ["1.1", "--list", "-"], ["--list", "gone"]]
)
def test_a_slip_lets_nobody_in(org, queue, wrong) -> None:
    """Neither a bare number nor a file that is not there."""
    assert 3 == run(["access", "done", *wrong])
    assert 2 == access.count_by_hand(org.id)


def test_what_is_always_by_hand_is_not_handed_back(org, queue, capsys) -> None:
    assert 0 == run(["access", "hand-back", "--json"])
    assert {"handed_back": 0} == told(capsys)
    assert 2 == access.count_by_hand(org.id)


def test_for_people_it_is_a_table_and_the_next_command(queue, capsys) -> None:
    """Which names those who were shown, as they were."""
    assert 0 == run(["access", "queue"])
    shown = capsys.readouterr().out
    assert "Lounge" in shown
    assert f"postlude access done {queue[0]}.1 {queue[1]}.1" in shown
