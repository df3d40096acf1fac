"""I1 to I4, I7 and I8 of the specification, on random worlds."""

import random
from datetime import timedelta

import pytest

from postlude.kernel import store
from postlude.messages.models import Message
from postlude.orgs import api as orgs
from postlude.people import joining
from postlude.people.models import Contact
from postlude.reports import api as reports
from postlude.reports.types.channel import Asked, ChannelReport, Reading, Tally
from support.measured import Shop

ENDS = ("queued", "accepted", "delivered", "bounced", "failed", "unknown", "blocked", "expired")


def world(shop: Shop, chance: random.Random, people: list[int], start) -> None:
    """Random sends, touches, people nothing was written to, and orders credited to touches."""
    cycles = {name: shop.cycle(name, start, "f") for name in ("w1", "w2")}
    opened: list[int] = []
    clicked: list[int] = []
    for number in range(60):
        at = start + timedelta(minutes=chance.randrange(3 * 24 * 60))
        name = chance.choice(("w1", "w2"))
        sent = shop.send(
            chance.choice(people),
            at,
            channel="email" if name == "w1" else "sms",
            node=f"{name}.n",
            template=f"t{name}",
            cycle=cycles[name],
            state=chance.choice(ENDS),
            reason="no_consent",
        )
        for _ in range(chance.randrange(3)):
            kind = chance.choice(("open", "click"))
            human = chance.random() < 0.6 if kind == "click" else None
            touch = shop.touch(sent, kind, at + timedelta(minutes=5), human=human)
            if kind == "open" or human:
                opened.append(touch)
            if human:
                clicked.append(touch)
        if chance.random() < 0.3 and opened:
            click = chance.choice([*clicked, None])
            later = at + timedelta(minutes=30)
            session = (at, later) if chance.random() < 0.5 else None
            first = chance.choice(opened)
            shop.order(
                f"o{number}", chance.choice([*people, None]), later, 100, first, click, session
            )
    shop.unwritten(cycles["w1"], "w1.n", people[:3], start, "held_out")
    shop.unwritten(cycles["w2"], "w2.n", people[3:5], start, "blocked", "no_address")
    shop.work()


def contacts(org: int, count: int, at) -> list[int]:
    return [
        Contact.objects.create(org_id=org, source="test", first_seen_at=at).id for _ in range(count)
    ]


def seen_of(tally: Tally) -> list[tuple[int, int]]:
    return [(tally.opened(each).total, tally.clicked(each).total) for each in Reading]


def whole(org: int, start, *channels: str) -> ChannelReport:
    first = orgs.local_day(org, start)
    return reports.channel(org, Asked(first, first + timedelta(days=4), channels))


@pytest.mark.parametrize("seed", range(3))
def test_the_invariants_hold(place: Shop, clock, seed: int) -> None:
    chance, start = random.Random(seed), clock.now()
    people = contacts(place.org, 12, start)
    world(place, chance, people, start)
    found = whole(place.org, start)
    total = found.total
    # I1: whoever entered is in one number. Unwritten texts have no channel of a known letter here.
    assert Message.objects.filter(org=place.org).count() + 5 == total.entered
    assert (3, 2) == (total.held_out, total.blocked_by["no_address"])
    assert total.entered == sum(each.tally.entered for each in found.lines)
    for it in (total, *(each.tally for each in found.lines)):
        # I2, I3: each kind of order is part of the one before; I4: whoever clicked has opened.
        assert it.open_orders.orders.total >= it.click_orders.orders.total
        assert it.click_orders.orders.total >= it.session_orders.orders.total
        assert all(opened >= clicked for opened, clicked in seen_of(it))
        raw, human, filtered = seen_of(it)
        assert raw >= human >= filtered
    assert total.open_orders.orders.total == sum(
        each.tally.open_orders.orders.total for each in found.lines
    )
    # I7: two who are joined are never more people than before, and parted they are as before.
    before = seen_of(total)
    with store.write():
        joining.join(place.org, {people[0]: people[1]}, reason="test", now=start)
    joined = seen_of(whole(place.org, start).total)
    assert all(now <= then for one, other in zip(joined, before, strict=True) for now, then in zip(one, other, strict=True))  # fmt: skip
    assert total.open_orders.orders.total == whole(place.org, start).total.open_orders.orders.total
    # I8: another organisation changes nothing.
    other = Shop(orgs.create("other", "Other", zone="Asia/Taipei", currency="TWD").id)
    world(other, chance, contacts(other.org, 12, start), start)
    again = whole(place.org, start)
    assert joined == seen_of(again.total)
    assert total.entered == again.total.entered


def test_who_is_anonymous_is_asked_when_the_report_is_made(place: Shop, clock) -> None:
    """A placeholder becomes a member: the very same days, other numbers."""
    from postlude.people import placeholders

    start = clock.now()
    (guest,) = contacts(place.org, 1, start)
    with store.write():
        placeholders.mark(place.org, [guest], now=start)
    sent = place.send(guest, start, cycle=place.cycle("w1", start))
    click = place.touch(sent, "click", start + timedelta(minutes=1), human=True)
    place.order("o1", guest, start + timedelta(minutes=9), 100, click, click)
    place.work()

    def said() -> list[tuple[int, int]]:
        it = whole(place.org, start).total
        splits = (it.opened(Reading.HUMAN), it.clicked(Reading.HUMAN), it.open_orders.orders)
        return [(each.anonymous, each.member) for each in splits]

    assert [(1, 0)] * 3 == said()
    with store.write():
        placeholders.settle(place.org, [guest])
    assert [(0, 1)] * 3 == said()


def test_a_browser_that_nobody_is_known_of_counts_as_one_anonymous(place: Shop, clock) -> None:
    """Until it is somebody's: then it is that person, who may be counted already."""
    from postlude.people.models import Visitor

    start = clock.now()
    (member,) = contacts(place.org, 1, start)
    browser = Visitor.objects.create(
        org_id=place.org, cid="c" * 32, first_seen_at=start, last_seen_at=start
    )
    cycle = place.cycle("w1", start)
    sent = place.send(member, start, cycle=cycle)
    place.touch(sent, "open", start)
    place.touch(sent, "open", start, visitor=browser.id, anybody=True)
    place.work()
    it = whole(place.org, start).total.opened(Reading.HUMAN)
    assert (2, 1) == (it.total, it.anonymous)
    Visitor.objects.filter(id=browser.id).update(contact=member)
    it = whole(place.org, start).total.opened(Reading.HUMAN)
    assert (1, 0) == (it.total, it.anonymous)
