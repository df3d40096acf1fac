"""Two contacts that turn out to be one person have the points of both: no unit lost or doubled."""

from datetime import timedelta
from typing import Any

import pytest

from postlude.kernel import jobs, store, work
from postlude.people import api as people
from postlude.people.types import Actor, PersonSeen
from postlude.rewards import api as rewards
from postlude.rewards.types.points import Capture, Give, Kind, Reverse, Take

STAFF = Actor("staff", "1")


@pytest.fixture
def pair(org, clock) -> tuple[int, int]:
    """Ann twice: with an address, and under another one."""
    work.unsubscribe_all()
    work.subscribe(people.JOINED, "rewards", rewards.on_contacts_joined)
    seen = [PersonSeen(f"{name}@example.test", reference=f"test:{name}") for name in ("ann", "a")]
    head, child = (each.contact for each in people.recognise_many(org.id, seen, now=clock.now()))
    assert head
    assert child
    return head, child


def join(org: Any, clock: Any, pair: tuple[int, int]) -> None:
    head, child = pair
    found = people.change_email(
        org.id, child, "ann@example.test", actor=STAFF, now=clock.now(), join=True
    )
    assert head == found.contact
    work.drain(lambda: False)


def give(org: Any, clock: Any, key: str, contact: int, amount: int, **more: Any) -> None:
    rewards.give_many(org.id, [Give(key, contact, amount, "feedback", **more)], now=clock.now())


def has(org: Any, clock: Any, contact: int) -> tuple[int, int, int]:
    found = rewards.balances(org.id, [contact], now=clock.now())[contact]
    assert found == rewards.balance_at(org.id, [contact], clock.now())[contact]
    assert [] == rewards.check_points(org.id)
    return found.available, found.held, found.debt


def test_both_names_lead_to_everything(org, clock, pair) -> None:
    head, child = pair
    give(org, clock, "h", head, 10)
    give(org, clock, "c", child, 5, expires_at=clock.now() + timedelta(days=2))
    give(org, clock, "b", child, 7, currency="bonus:EUR")
    clock.advance(hours=1)
    join(org, clock, pair)
    assert (15, 0, 0) == has(org, clock, head) == has(org, clock, child)
    assert (
        7 == rewards.balances(org.id, [head], now=clock.now(), currency="bonus:EUR")[head].available
    )
    clock.advance(days=2)
    assert (10, 0, 0) == has(org, clock, head)


def test_before_they_met_each_had_their_own(org, clock, pair) -> None:
    head, child = pair
    give(org, clock, "h", head, 10)
    give(org, clock, "c", child, 5)
    before = clock.now()
    clock.advance(hours=1)
    join(org, clock, pair)
    then = rewards.balance_at(org.id, pair, before)
    assert {head: 10, child: 5} == {contact: each.available for contact, each in then.items()}


def test_a_request_for_the_old_contact_finds_its_way(org, clock, pair) -> None:
    head, child = pair
    join(org, clock, pair)
    give(org, clock, "late", child, 5)
    assert (5, 0, 0) == has(org, clock, head)
    take = Take("s", child, 3, "order")
    assert rewards.take_many(org.id, [take], now=clock.now())[0].entry
    assert (2, 0, 0) == has(org, clock, head) == has(org, clock, child)


def test_a_hold_a_spend_and_a_grant_of_before_can_be_settled_after(org, clock, pair) -> None:
    head, child = pair
    give(org, clock, "c", child, 10)
    rewards.take_many(org.id, [Take("s", child, 2, "order")], now=clock.now())
    rewards.hold_many(org.id, [Take("hold", child, 4, "order")], now=clock.now())
    join(org, clock, pair)
    assert (4, 4, 0) == has(org, clock, head)
    (said,) = rewards.capture_many(org.id, [Capture("cap", "hold", 3)], now=clock.now())
    assert said.entry
    assert (5, 0, 0) == has(org, clock, head)
    rewards.reverse_many(org.id, [Reverse("refund", "s")], now=clock.now())
    assert (7, 0, 0) == has(org, clock, head)
    rewards.reverse_many(org.id, [Reverse("back", "c")], now=clock.now())
    assert (0, 0, 3) == has(org, clock, head)


def test_the_points_of_one_pay_the_debt_of_the_other(org, clock, pair) -> None:
    head, child = pair
    give(org, clock, "c", child, 10)
    rewards.take_many(org.id, [Take("s", child, 10, "order")], now=clock.now())
    rewards.reverse_many(org.id, [Reverse("back", "c")], now=clock.now())
    give(org, clock, "h", head, 25)
    join(org, clock, pair)
    assert (15, 0, 0) == has(org, clock, head)


def test_a_hold_that_ran_out_before_is_released_first(org, clock, pair) -> None:
    head, child = pair
    give(org, clock, "c", child, 10)
    until = clock.now() + timedelta(hours=1)
    rewards.hold_many(org.id, [Take("h", child, 4, "order", expires_at=until)], now=clock.now())
    clock.advance(hours=2)
    join(org, clock, pair)
    assert (10, 0, 0) == has(org, clock, head)
    assert 0 == rewards.sweep_points(jobs.Budget(20))


def test_the_news_may_come_twice(org, clock, pair) -> None:
    head, child = pair
    give(org, clock, "c", child, 10)
    join(org, clock, pair)
    entries = store.rows_sql("SELECT COUNT(*) FROM rewards_entry")
    with store.write():
        work.publish(people.JOINED, org.id, [child])
    work.drain(lambda: False)
    assert entries == store.rows_sql("SELECT COUNT(*) FROM rewards_entry")
    kinds = [entry.kind for entry in rewards.history(org.id, head)]
    assert {Kind.ARRIVE, Kind.LEAVE, Kind.GRANT} == set(kinds)


def test_what_is_forgotten_of_a_person_is_not_what_was_given(org, clock, pair) -> None:
    """The journal names nobody, so an erasure leaves its sums as they are."""
    head, _ = pair
    give(org, clock, "h", head, 10)
    people.erase(org.id, head, actor=STAFF, now=clock.now())
    assert (10, 0, 0) == has(org, clock, head)


def test_the_first_grant_since_is_found_by_either_name(org, clock, pair) -> None:
    """Given to one of them before they were one, or to the other after it."""
    head, child = pair
    start = clock.now()
    clock.advance(hours=1)
    give(org, clock, "early", child, 10)
    middle = clock.now()
    assert {child} == rewards.first_give_after(org.id, {head: start, child: start}).keys()
    join(org, clock, pair)
    clock.advance(hours=1)
    give(org, clock, "late", child, 20)
    for since, key in ((start, "early"), (middle, "late")):
        found = rewards.first_give_after(org.id, {head: since, child: since, 9: since})
        assert {head: key, child: key} == {contact: each.key for contact, each in found.items()}


def part(org: Any, pair: tuple[int, int], clock: Any) -> None:
    work.subscribe(people.PARTED, "rewards", rewards.on_contacts_parted)
    people.unmerge(org.id, pair[1], why="were two", actor=STAFF, now=clock.now())
    work.drain(lambda: False)


def test_parted_again_each_has_what_is_left_of_its_own(org, clock, pair) -> None:
    head, child = pair
    give(org, clock, "h", head, 10)
    give(org, clock, "c", child, 5)
    clock.advance(hours=1)
    join(org, clock, pair)
    one = clock.now()
    clock.advance(hours=1)
    rewards.take_many(org.id, [Take("s", head, 3, "order")], now=clock.now())
    clock.advance(hours=1)
    part(org, pair, clock)

    has_head, has_child = has(org, clock, head), has(org, clock, child)
    assert 12 == has_head[0] + has_child[0]
    assert has_child[0] in {2, 5}
    give(org, clock, "late", child, 20)
    assert has_child[0] + 20 == has(org, clock, child)[0]
    assert has_head == has(org, clock, head)
    then = rewards.balance_at(org.id, [child, head], one)
    assert {child: 15, head: 15} == {contact: each.available for contact, each in then.items()}


def test_an_account_that_was_empty_is_its_own_again(org, clock, pair) -> None:
    head, child = pair
    give(org, clock, "h", head, 10)
    join(org, clock, pair)
    part(org, pair, clock)
    part_again = store.rows_sql("SELECT COUNT(*) FROM rewards_entry")
    work.drain(lambda: False)
    assert part_again == store.rows_sql("SELECT COUNT(*) FROM rewards_entry")
    assert (0, 0, 0) == has(org, clock, child)
    give(org, clock, "late", child, 4)
    assert (4, 0, 0) == has(org, clock, child)
    assert (10, 0, 0) == has(org, clock, head)


def test_what_is_set_apart_stays_with_its_hold(org, clock, pair) -> None:
    head, child = pair
    give(org, clock, "c", child, 10)
    join(org, clock, pair)
    rewards.hold_many(org.id, [Take("hold", head, 4, "order")], now=clock.now())
    part(org, pair, clock)
    assert [] == rewards.check_points(org.id)
    (said,) = rewards.capture_many(org.id, [Capture("cap", "hold", 4)], now=clock.now())
    assert said.entry
    assert [] == rewards.check_points(org.id)
