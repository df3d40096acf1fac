"""The shipped journey of a first visit does what its page says, with each guest once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from postlude.journeys import api as journeys
from postlude.journeys.models import Walk
from postlude.kernel import clock as kernel_clock
from postlude.kernel import jobs, work
from postlude.kernel.money import Money
from postlude.messages.models import Message
from postlude.orders import api as orders
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import Actor, CustomerSeen
from postlude.playbooks import api as playbooks
from postlude.rewards import api as rewards
from postlude.rewards.types.points import Give
from postlude.wiring import registry

FILE = Path(__file__).resolve().parents[3] / "playbooks" / "first-visit.yaml"
NOON = datetime(2026, 11, 21, 9, tzinfo=UTC)  # in Moscow
ACTOR = Actor("cli", "test")
HELD_OUT = (
    "    hold_out: 5                       # one of twenty gets nothing, to see what it is worth\n"
)


class House:
    def __init__(self, clock: kernel_clock.FrozenClock, folder: Path) -> None:
        self.clock = clock
        text = FILE.read_text(encoding="utf-8")
        assert 1 == text.count(HELD_OUT)
        file = folder / "first-visit.yaml"
        file.write_text(text.replace(HELD_OUT, ""), encoding="utf-8")
        work.unsubscribe_all()
        registry._done.clear()
        registry.register_all()
        playbooks.apply(file, org=None, actor=ACTOR, now=clock.now())
        self.org = orgs.by_slug("restaurant").id
        self.sold = 0

    def guests(self, count: int) -> list[int]:
        said = [
            CustomerSeen(f"g{n}", phone=f"+7909{1_582_149 + n}", consents=(("sms", True),))
            for n in range(count)
        ]
        kept = people.upsert_customers(self.org, said, actor=ACTOR, now=self.clock.now())
        return [each.contact or 0 for each in kept]

    def order(self, *contacts: int, past: bool = False) -> None:
        now, seen = self.clock.now(), []
        for contact in contacts:
            self.sold += 1
            price = Money(1_000_00, "RUB")
            seen.append(
                orders.ShopOrderSeen(
                    f"o{self.sold}",
                    orders.Stage.CLOSED,
                    now,
                    contact=contact,
                    amount=price,
                    past=past,
                )
            )
        orders.take_shop_orders(self.org, seen, now=now)
        self.go_on()

    def go_on(self) -> None:
        while work.drain(lambda: False) + journeys.walk_paths(jobs.Budget(20)):
            pass

    def later(self, **by: int) -> None:
        self.clock.advance(**by)
        self.go_on()

    def told(self) -> dict[int, list[str]]:
        rows = Message.objects.filter(org=self.org).order_by("id")
        found: dict[int, list[str]] = {}
        for contact, node in rows.values_list("contact", "node"):
            found.setdefault(contact, []).append(node.partition(".")[2])
        return found

    def points(self, contact: int) -> int:
        now = self.clock.now()
        return rewards.balances(self.org, [contact], now=now)[contact].available

    def stands(self) -> dict[int, tuple[str, str]]:
        rows = Walk.objects.filter(org=self.org).order_by("id")
        return {
            who: (state, node) for who, state, node in rows.values_list("contact", "state", "node")
        }


@pytest.fixture
def house(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    monkeypatch.setenv("GATEWAY_URL", "http://127.0.0.1:9/sms")
    monkeypatch.setenv("GATEWAY_KEY", "key")
    with kernel_clock.use(kernel_clock.FrozenClock(NOON - timedelta(days=30))) as clock:
        yield House(clock, tmp_path)


def test_each_guest_is_asked_back_as_they_are(house: House) -> None:
    regular, unasked, rich, plain = house.guests(4)
    house.order(regular, past=True)  # told of as history
    house.later(days=29, hours=2)
    rewards.give_many(house.org, [Give("g", rich, 30, "order")], now=house.clock.now())
    house.order(regular, unasked, rich, plain)  # the day before, at two in the afternoon
    house.later(days=1)
    house.order(unasked)
    house.later(days=2, hours=21, minutes=59)
    assert {} == house.told()
    house.later(minutes=1)  # noon, three days later, and no minute before
    assert {rich: ["own-points"], plain: ["come-again"]} == {
        who: house.told().get(who) for who in (rich, plain)
    }
    assert (100, 30) == (house.points(plain), house.points(rich))
    assert ("done", "came-unasked") == house.stands()[unasked]
    assert ("stopped", "first-order") == house.stands()[regular]

    house.order(plain)
    assert ["come-again", "glad"] == house.told()[plain]
    assert 150 == house.points(plain)
    house.later(days=14)
    assert ("done", "stayed-away") == house.stands()[rich]
    assert unasked not in house.told()
    house.order(plain, rich, unasked)
    assert (["come-again", "glad"], ["own-points"]) == (house.told()[plain], house.told()[rich])
