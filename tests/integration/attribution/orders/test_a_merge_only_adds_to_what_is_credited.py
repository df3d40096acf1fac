"""I7, of credit: with verdicts held fixed, two persons who turn out to be one lose no credited order.

An order of one may find a touch of the other, and its channel may move; none becomes credited to
nothing, and parted everything is as it was (I11).
"""

import random
from datetime import timedelta

import pytest

from postlude.attribution import api as attribution
from postlude.kernel import clock as kernel_clock
from postlude.people import api as people
from postlude.people.types import Actor, PersonSeen
from support.crediting import Shop, at

STAFF = Actor("staff", "1")
NAMES = ("ann", "bob", "eve")


def world(shop: Shop, chance: random.Random) -> None:
    """Random touches of three persons, verdicts, and orders near them."""
    seen = [PersonSeen(f"{name}@example.test", reference=name) for name in NAMES]
    kept = people.recognise_many(shop.org, seen, now=kernel_clock.now())
    shop.contacts = {name: it.contact for name, it in zip(NAMES, kept, strict=True)}
    for number in range(14):
        name, when = f"k{number}", at("00:00:00") + timedelta(minutes=30 * chance.randrange(96))
        kind, channel = chance.choice(("pixel", "link")), chance.choice(("email", "sms"))
        shop.touch(name, kind, chance.choice(NAMES), when, channel=channel)
        if kind == "link":
            shop.judge(**{name: chance.random() < 0.7})
    for number in range(10):
        when = at("00:00:00") + timedelta(minutes=30 * chance.randrange(120))
        shop.order(f"o{number}", when, contact=chance.choice(NAMES))
    shop.heed()


def attributed(shop: Shop) -> tuple[set[str], set[str]]:
    """Return the orders that have an open, and those that have a click."""
    found = shop.credited()
    return (
        {name for name, (opened, _) in found.items() if opened},
        {name for name, (_, clicked) in found.items() if clicked},
    )


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.usefixtures("fixed_verdicts")
def test_what_is_credited_can_only_grow(shop, seed):
    world(shop, random.Random(seed))
    before, said = attributed(shop), shop.credited()
    people.merge(
        shop.org,
        shop.contacts["bob"],
        shop.contacts["ann"],
        why="one person",
        actor=STAFF,
        now=kernel_clock.now(),
    )
    shop.heed()
    after = attributed(shop)
    assert all(now >= then for now, then in zip(after, before, strict=True))
    people.unmerge(shop.org, shop.contacts["bob"], why="two", actor=STAFF, now=kernel_clock.now())
    shop.heed()
    assert said == shop.credited()
    checked = attribution.recompute_orders(shop.org, now=kernel_clock.now(), mend=False)
    assert () == checked.differences


def test_the_worlds_show_what_a_merge_adds(shop, fixed_verdicts):
    """The property would hold of nothing at all if no merge ever brought a credit."""
    shop.contacts = {}
    seen = [PersonSeen(f"{name}@example.test", reference=name) for name in NAMES]
    kept = people.recognise_many(shop.org, seen, now=kernel_clock.now())
    shop.contacts = {name: it.contact for name, it in zip(NAMES, kept, strict=True)}
    shop.touch("k", "link", "ann", at("10:00:00"))
    shop.judge(k=True)
    shop.order("o", at("11:00:00"), contact="bob")
    shop.heed()
    assert (set(), set()) == attributed(shop)
    people.merge(
        shop.org,
        shop.contacts["bob"],
        shop.contacts["ann"],
        why="one person",
        actor=STAFF,
        now=kernel_clock.now(),
    )
    shop.heed()
    assert ({"o"}, {"o"}) == attributed(shop)
