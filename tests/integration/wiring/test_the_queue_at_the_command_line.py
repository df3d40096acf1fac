"""`postlude access`: who waits for a person, "done", and back to the vendor."""

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


def test_done_says_how_many_and_counts_once(org, queue, capsys) -> None:
    """For grants by number, and for all of a list."""
    assert 0 == run(["access", "done", str(queue[0]), "--json"])
    assert {"done": 1} == told(capsys)
    run(["access", "queue", "--json"])
    at = told(capsys)["listed_at"]
    assert 0 == run(["access", "done", "--all", "--listed-at", at, "--json"])
    assert {"done": 1} == told(capsys)
    assert 0 == run(["access", "done", "--all", "--listed-at", at, "--json"])
    assert {"done": 0} == told(capsys)
    assert "cli:postlude" == access.grants(org.id, [queue[1]])[queue[1]].done_by


def test_who_came_after_the_list_stays(org, clock, queue, capsys) -> None:
    run(["access", "queue", "--json"])
    at = told(capsys)["listed_at"]
    clock.advance(seconds=1)
    zoe = _buy(org.id, "zoe")
    (conference,) = [each.id for each in orders.conferences(org.id)]
    access.grant_many(org.id, conference, [zoe], now=kernel_clock.now())
    access.authorise(Budget(5))
    run(["access", "done", "--all", "--listed-at", at, "--json"])
    assert {"done": 2} == told(capsys)
    assert 1 == access.count_by_hand(org.id)


@pytest.mark.parametrize(
    "wrong", [[], ["--all"], ["1", "--all"], ["1", "--listed-at", "2023-09-01T00:00:00+00:00"]]
)
def test_all_needs_the_time_of_its_list(queue, wrong) -> None:
    """Nobody is let in by a slip."""
    assert 3 == run(["access", "done", *wrong])


def test_what_is_always_by_hand_is_not_handed_back(org, queue, capsys) -> None:
    assert 0 == run(["access", "hand-back", "--json"])
    assert {"handed_back": 0} == told(capsys)
    assert 2 == access.count_by_hand(org.id)


def test_for_people_it_is_a_table_and_the_next_command(queue, capsys) -> None:
    assert 0 == run(["access", "queue"])
    shown = capsys.readouterr().out
    assert "Lounge" in shown
    assert "postlude access done --all --listed-at" in shown
