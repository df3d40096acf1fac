"""Whatever comes first, and whenever we look, orders are credited as if all had been known at once.

Random facts are told in random order, twice each now and then, and what waits is worked off at any
moment. What is stored in the end is what a plain reading of the rule says (I5, I6, I10), what
the walk over all orders finds (so incremental and from-scratch are one), and shifting all times
changes nothing (I9).
"""

import itertools
from datetime import date, datetime, timedelta
from functools import partial

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from postlude.attribution import api as attribution
from postlude.kernel import clock as kernel_clock
from postlude.kernel import work
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import Actor, PersonSeen
from support.crediting import Shop, at
from support.naive_credit import Told, credited, sessions

BEGIN = at("00:00:00", 8)
# A grid on which edges are hit: exactly a day, exactly half an hour.
seconds = st.builds(
    lambda half_hours, off: half_hours * 1_800 + off,
    st.integers(0, 130),
    st.sampled_from([0, 0, 0, 1, -1]),
)
who = st.sampled_from([None, "ann", "bob", "eve"])
browser = st.sampled_from([None, "v1", "v2"])
touch = st.tuples(
    st.sampled_from(["pixel", "link"]),
    who,
    browser,
    seconds,
    st.sampled_from(["email", "sms"]),
    st.sampled_from([True, True, False, None]),
    st.sampled_from([False, False, False, True]),
)
order = st.tuples(who, browser, seconds, st.sampled_from([False, False, False, True]))
look = st.tuples(st.sampled_from(["v1", "v2"]), seconds)
worlds = st.fixed_dictionaries(
    {
        "touches": st.lists(touch, max_size=9),
        "orders": st.lists(order, min_size=1, max_size=5),
        "looks": st.lists(look, max_size=6),
        "joined": st.booleans(),
        "known": st.booleans(),
        "parted": st.booleans(),
        "clicker": st.booleans(),
        "sms": st.sampled_from([None, 3_600]),
        "shift": st.integers(-100_000, 100_000),
    }
)
numbers = itertools.count()


def moment(world, second: int) -> datetime:
    return BEGIN + timedelta(seconds=second + world["shift"])


def open_shop() -> Shop:
    org = orgs.create(f"shop{next(numbers)}", "Shop", zone="Asia/Taipei", currency="TWD")
    shop = Shop(org.id)
    names = ("ann", "bob", "eve")
    seen = [PersonSeen(f"{name}@example.test", reference=name) for name in names]
    kept = people.recognise_many(org.id, seen, now=kernel_clock.now())
    shop.contacts = {name: it.contact for name, it in zip(names, kept, strict=True)}
    shop.browser("v1")
    shop.browser("v2")
    return shop


def deeds(shop: Shop, told: Told, world) -> dict[str, list[tuple[str, object]]]:
    """Return all that is told, in strands: what is in one strand comes in that order."""
    strands = []
    for number, it in enumerate(world["touches"]):
        kind, contact, visitor, second, channel, human, testing = it
        if contact is None and visitor is None:
            continue
        name = f"k{number}"
        # A touch of no message came by no channel, and is no test of one.
        way = channel if contact is not None else ""
        testing = testing and contact is not None
        told.touches[name] = (kind, contact, visitor, second, way, human, testing)
        tell = partial(
            shop.touch,
            name,
            kind,
            contact,
            moment(world, second),
            visitor=visitor,
            channel=channel,
            testing=testing,
        )
        strand = [tell, tell]
        if kind == "link" and human is not None:
            strand.append(partial(shop.judge, **{name: human}))
        strands.append(strand)
    for number, it in enumerate(world["orders"]):
        contact, visitor, second, test = it
        name = f"o{number}"
        told.orders[name] = it
        tell = partial(
            shop.order, name, moment(world, second), contact=contact, visitor=visitor, test=test
        )
        if (
            world["joined"] and world["parted"]
        ):  # first told while they are one, it stays where it is
            tell()
        strands.append([tell, tell])
    for visitor, second in world["looks"]:
        told.looks.append((visitor, second))
        strands.append([partial(shop.look, visitor, moment(world, second), late=True)])
    if world["known"]:
        strands.append([partial(shop.browser, "v1", "M1")])
        told.users["v1"] = "M1"
    if world["joined"]:
        strand = [partial(join, shop)]
        if world["parted"]:
            strand.append(partial(part, shop))
        else:
            told.persons |= {"bob": "ann"}
        strands.append(strand)
    if world["clicker"]:
        strands.append([partial(count_clickers, shop)])
        told.by_clicker = True
    if world["sms"]:
        windows = {"sms": timedelta(seconds=world["sms"])}
        strands.append(
            [lambda: attribution.credit_within(shop.org, windows, now=kernel_clock.now())]
        )
        told.windows["sms"] = world["sms"]
    return strands


def count_clickers(shop: Shop) -> None:
    begin = date(2026, 3, 1)
    now = kernel_clock.now()
    orgs.set_measuring(shop.org, from_day=begin, actor="ann", now=now, identity="clicker")


def join(shop: Shop) -> None:
    people.merge(
        shop.org,
        shop.contacts["bob"],
        shop.contacts["ann"],
        why="one person",
        actor=Actor("staff", "1"),
        now=kernel_clock.now(),
    )


def part(shop: Shop) -> None:
    people.unmerge(
        shop.org,
        shop.contacts["bob"],
        why="two after all",
        actor=Actor("staff", "1"),
        now=kernel_clock.now(),
    )


@pytest.fixture
def told_by_hand(shop, monkeypatch):
    """Verdicts are what the world says, and nobody's who looks at what browsers did."""
    wanted = {"credit", "orders"}
    kept = {key: each for key, each in work._subscriptions.items() if each.consumer in wanted}
    monkeypatch.setattr(work, "_subscriptions", kept)
    return shop


@settings(
    max_examples=12,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink takes longer than to read
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(world=worlds, chance=st.randoms(use_true_random=False))
@pytest.mark.usefixtures("told_by_hand")
def test_the_end_is_what_a_plain_reading_says(world, chance):
    shop, told = open_shop(), Told()
    strands = deeds(shop, told, world)
    while strands:
        strand = chance.choice(strands)
        strand.pop(0)()
        strands = [each for each in strands if each]
        if not chance.randrange(8):
            shop.heed()
    shop.heed()
    shop.look_again()
    told.numbers = shop.touches
    assert credited(told) == shop.credited()
    begin = moment(world, 0)
    assert sessions(told) == {
        name: tuple(int((each - begin).total_seconds()) for each in span)
        for name, span in shop.sessions().items()
    }
    checked = attribution.recompute_orders(shop.org, now=kernel_clock.now(), mend=False)
    assert () == checked.differences
