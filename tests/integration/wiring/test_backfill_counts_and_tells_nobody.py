"""`postlude people backfill-last-order` writes what buyers come to, and nothing else at all."""

import json
from datetime import timedelta
from typing import Any

from django.apps import apps

from postlude.kernel import work
from postlude.kernel.money import Money
from postlude.messages.models import Outbox
from postlude.orders import api as orders
from postlude.orders.models import Buyer
from postlude.orders.shop.types import ShopOrderSeen, Stage
from postlude.people import api as people
from postlude.people.types import PersonSeen
from postlude.wiring.cli.commands import run

BUYERS = 40


def sell(org: Any, clock: Any) -> None:
    """Let everybody order twice; some of the last orders are cancelled."""
    seen = [PersonSeen(f"b{each}@example.test") for each in range(BUYERS)]
    contacts = [each.contact for each in people.recognise_many(org.id, seen, now=clock.now())]
    at, price = clock.now() - timedelta(days=40), Money(700_00, "RUB")
    told = []
    for number, contact in enumerate(contacts):
        for turn in range(2):
            uid, closed = f"{number}.{turn}", at + timedelta(days=turn, minutes=number)
            told.append(ShopOrderSeen(uid, Stage.CLOSED, closed, contact, amount=price))
        if number % 5 == 0:
            told.append(ShopOrderSeen(f"{number}.1", Stage.CANCELLED, clock.now()))
    orders.take_shop_orders(org.id, told, now=clock.now())


def everything(*, but: type) -> dict[str, list[Any]]:
    """Return every row of every table but one."""
    tables = [each for each in apps.get_models() if each is not but]
    return {each.__name__: sorted(each.objects.values_list(), key=repr) for each in tables}


def buyers() -> list[Any]:
    return sorted(
        Buyer.objects.values_list("contact", "orders", "first_at", "last_at", "spent_minor")
    )


def test_it_puts_right_what_is_wrong_and_touches_nothing_else(
    org, clock, capsys, monkeypatch
) -> None:
    """No message, no outbox row, no work row (with consumers for the news), no mark, no cycle."""
    for topic in (orders.CLOSED, orders.CANCELLED):
        monkeypatch.setitem(work._subscriptions, (topic, "listener"), work.Subscription(topic, "listener", print, 500, "urgent"))  # fmt: skip
    sell(org, clock)
    wanted, others = buyers(), everything(but=Buyer)
    assert others["WorkRow"]
    Buyer.objects.filter(orders=2).update(last_at=None, orders=9)
    Buyer.objects.filter(orders=1).delete()
    for changed in (BUYERS, 0):
        clock.advance(days=3)
        assert 0 == run(["people", "backfill-last-order", "--json"])
        assert {"org": "pycon", "changed": changed} == json.loads(capsys.readouterr().out)
        assert wanted == buyers()
        assert others == everything(but=Buyer)
    assert not Outbox.objects.exists()


def test_a_person_sees_how_many_were_put_right(org, clock, capsys) -> None:
    sell(org, clock)
    Buyer.objects.all().delete()
    assert 0 == run(["people", "backfill-last-order"])
    assert "40 had to be put right" in capsys.readouterr().out
    assert 0 == run(["people", "backfill-last-order"])
    assert "all was right" in capsys.readouterr().out
