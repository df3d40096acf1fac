"""We die at each boundary between a touch and what its order is credited to; then we go on."""

from datetime import timedelta

import pytest

from postlude.attribution import api as attribution
from postlude.kernel import boundaries, clock, store
from postlude.kernel.models import WorkRow
from postlude.orders.types import State
from support.crediting import Shop, at

NAMES = ("attribution.orders_judged", "attribution.rule_written")


class Died(BaseException):
    """As a kill would: nothing of ours catches it."""


def live_with_tickets(shop: Shop) -> list[tuple[object, ...]]:
    """Tickets are sold, refunded and handed on; old ones count since somebody said so."""
    shop.contacts = {"ann": 1, "bob": 2}
    now = clock.now()
    attribution.credit_within(shop.org, {}, tickets_from=at("11:00:00"), now=now)
    for number, name in enumerate(("ann", "bob", "ann")):
        sold = at("10:00:00") + timedelta(hours=number)
        shop.touch(f"open {number}", "pixel", name, sold - timedelta(minutes=30))
        shop.sell(f"order {number}", shop.ticket(str(number), name, sold))
        shop.settle()
    back = shop.ticket("2", None, at("14:00:00"), paid=False, state=State.REFUNDED)
    shop.sell("order 2", back)
    shop.sell("order 1", shop.ticket("1", "ann", at("14:00:00")))
    shop.settle()
    attribution.credit_within(shop.org, {}, tickets_from=at("09:00:00"), now=now)
    shop.look_again()
    shop.settle()
    return shop.rows()


@pytest.mark.parametrize("crossing", [1, 3, 5])
@pytest.mark.parametrize("name", ["orders.sales.committed", *NAMES])
def test_of_tickets_too(shop, monkeypatch, name, crossing):
    crossed = 0

    def die(here: str) -> None:
        nonlocal crossed
        crossed += here == name
        if here == name and crossed == crossing:
            raise Died

    monkeypatch.setattr(boundaries, "crossing", die)
    try:
        live_with_tickets(shop)
    except Died:
        WorkRow.objects.update(lease_until=None, owner="")  # its lease has run out
        live_with_tickets(shop)
    else:
        assert crossed < crossing, "it was never reached"
    found = attribution.credited(shop.org, shop.orders.values())
    assert {
        "order 0": (1, "closed", "open 0"),
        "order 1": (1, "closed", "open 0"),
        "order 2": (1, "cancelled", "open 2"),
    } == {
        name: (
            found[number].contact,
            found[number].state.value,
            {each: told for told, each in shop.touches.items()}[found[number].opened.touch],
        )
        for name, number in shop.orders.items()
    }
    assert () == attribution.recompute_orders(shop.org, now=clock.now(), mend=False).differences


def live(shop: Shop) -> list[tuple[object, ...]]:
    shop.contacts = {"ann": 1, "bob": 2}
    for name, when in (("ann", "10:00:00"), ("bob", "11:00:00")):
        shop.touch(f"open {name}", "pixel", name, at(when))
        shop.order(f"order {name}", at("12:00:00"), contact=name)
    shop.settle()
    attribution.credit_within(shop.org, {"email": timedelta(hours=1)}, now=clock.now())
    shop.look_again()
    shop.settle()
    return shop.rows()


@pytest.mark.parametrize("name", NAMES)
def test_who_goes_on_ends_where_nobody_died(shop, monkeypatch, name):
    crossed = 0

    def die(here: str) -> None:
        nonlocal crossed
        crossed += here == name
        if here == name and crossed == 1:
            raise Died

    monkeypatch.setattr(boundaries, "crossing", die)
    with pytest.raises(Died):
        live(shop)
    WorkRow.objects.update(lease_until=None, owner="")  # its lease has run out
    rows = live(shop)
    assert crossed > 0
    assert ["order ann", "order bob"] == [row[0] for row in rows]
    found = store.rows_sql(
        "SELECT uid, open_touch FROM attribution_facts_order WHERE org = %s ORDER BY uid",
        [shop.org],
    )
    assert [("order ann", None), ("order bob", shop.touches["open bob"])] == found
    assert {1} == {row[-1] for row in rows}
