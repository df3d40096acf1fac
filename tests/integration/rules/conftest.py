"""Members of every sort, and rules over them."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from postlude.kernel import ids, store
from postlude.orders.models import Buyer
from postlude.people import api as people
from postlude.people import joining
from postlude.people.types import Actor, Description, PersonSeen
from postlude.rewards import api as rewards
from postlude.rewards.types.points import Give, Take
from postlude.rules.conditions import registry
from postlude.rules.kinds import Binding
from postlude.rules.language.tree import And, Leaf, Template
from postlude.rules.rule import BoundLeaf, Rule

NOW = datetime(2026, 9, 1, 4, tzinfo=UTC)
TAIPEI = Binding("TWD", "Asia/Taipei")


@pytest.fixture
def recognise(org):
    def recognise(count: int, door: str = "m") -> list[int]:
        seen = [
            PersonSeen(f"{door}{i}@example.test", reference=f"{door}:{i}") for i in range(count)
        ]
        return [each.contact for each in people.recognise_many(org.id, seen, now=NOW)]

    return recognise


@pytest.fixture
def bought(org):
    """Say what contacts have bought: (contact, orders, first, last, spent, currency)."""

    def bought(*rows: tuple) -> None:
        columns = "id org_id contact orders first_at last_at spent_minor currency".split()
        numbers = ids.new_ids(len(rows))
        with store.write():
            store.insert_many(
                Buyer,
                columns,
                [(new, org.id, *row) for new, row in zip(numbers, rows, strict=True)],
            )

    return bought


@pytest.fixture
def crowd(org, recognise, bought) -> list[int]:
    """Many members of every sort, some joined to others, some forgotten."""
    random = Random(11)
    contacts = recognise(60)
    people.describe_many(org.id, [_description(random, each) for each in contacts])
    bought(*(row for each in contacts if (row := _orders(random, each))))
    gives = [
        Give(f"g{each}", each, random.choice((1, 50, 100)), "order", available_from=_ago(random))
        for each in contacts
        if random.random() < 0.6
    ]
    gives += [
        Give(f"t{each}", each, 40, "invite", expires_at=NOW + timedelta(days=random.choice((1, 9))))
        for each in contacts
        if random.random() < 0.4
    ]
    rewards.give_many(org.id, gives, now=NOW - timedelta(days=8))
    takes = [Take(f"x{each}", each, 30, "order", partial=True) for each in contacts[::3]]
    rewards.take_many(org.id, takes, now=NOW - timedelta(days=1))
    with store.write():
        joining.join(
            org.id, dict(zip(contacts[:4], contacts[10:14], strict=True)), reason="x", now=NOW
        )
    for each in contacts[20:23]:
        people.erase(org.id, each, actor=Actor("staff", "1"), now=NOW)
    return contacts


def _description(random: Random, contact: int) -> Description:
    level, day = random.choice((None, "gold", "silver")), random.choice((None, 1, 2, 14, 29))
    tags = frozenset(random.sample(("vip", "press", "staff"), random.randint(0, 2)))
    segments = frozenset(random.sample(("lapsed", "new"), random.randint(0, 1)))
    birthday = None if day is None else (random.choice((2, 8, 9)), day)
    return Description(contact, level, birthday, add_tags=tags, add_segments=segments)


def _orders(random: Random, contact: int) -> tuple | None:
    if random.random() < 0.3:
        return None
    if random.random() < 0.1:
        return (contact, 0, None, None, 0, None)
    last = NOW - timedelta(days=random.choice((1, 13, 14, 15, 27, 28, 29, 80, 100)))
    mixed = random.random() < 0.2
    spent = None if mixed else random.choice((0, 129_000, 2**53 + 1))
    return (contact, random.randint(1, 6), last, last, spent, None if mixed else "TWD")


def _ago(random: Random) -> datetime | None:
    return random.choice((None, NOW - timedelta(days=2), NOW + timedelta(days=2)))


@pytest.fixture
def a_rule():
    """Make a rule of conditions by kind; `tree` says how they are joined, else by and."""

    def a_rule(leaves: Mapping[str, Mapping[str, Any]], tree: Any = None) -> Rule:
        kinds = registry.kinds()
        bound = {
            name: BoundLeaf(name, kinds[name], kinds[name].params.model_validate(params))
            for name, params in leaves.items()
        }
        tree = tree or And(tuple(map(Leaf, leaves)))
        return Rule(1, "test", "Test", Template(tree, ()), "", bound, {}, TAIPEI)

    return a_rule
