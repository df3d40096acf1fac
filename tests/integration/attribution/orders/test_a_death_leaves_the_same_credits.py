"""We die at each boundary between a touch and what its order is credited to; then we go on."""

from datetime import timedelta

import pytest

from postlude.attribution import api as attribution
from postlude.kernel import boundaries, clock, store
from postlude.kernel.models import WorkRow
from support.crediting import Shop, at

NAMES = ("attribution.orders_judged", "attribution.rule_written")


class Died(BaseException):
    """As a kill would: nothing of ours catches it."""


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
