"""Worked example 1, from the touch to the order, fact by fact."""

import random

import pytest

from postlude.orders.api import Stage
from support.crediting import Shop
from support.example_of_orders import CREDITED, SESSIONS, facts, open_shop


def tell(shop: Shop, names: list[str], told) -> None:
    """Tell in this order; a verdict is said once its touch is there."""
    waiting: set[str] = set()
    for name in names:
        _, verdict, touch = name.partition("verdict ")
        if verdict and touch not in shop.touches:
            waiting.add(touch)
            continue
        told[name]()
        if name in waiting:
            told[f"verdict {name}"]()


def test_every_order_is_credited_as_the_example_says(shop):
    told = facts(open_shop(shop))
    tell(shop, list(told), told)
    shop.settle()
    assert CREDITED == shop.credited()
    sessions = shop.sessions()
    assert SESSIONS == {name: sessions[name] for name in SESSIONS}


@pytest.mark.parametrize("seed", range(4))
def test_whatever_comes_first_the_end_is_the_same(shop, seed):
    """Facts come in any order, and what is known is worked off in between at any time."""
    told = facts(open_shop(shop))
    names, chance = list(told), random.Random(seed)
    chance.shuffle(names)
    cut = chance.randrange(len(names))
    tell(shop, names[:cut], told)
    shop.settle()
    tell(shop, names[cut:], told)
    shop.settle()
    left = [name for name in told if name.startswith("verdict")]
    tell(shop, left, told)
    shop.settle()
    assert CREDITED == shop.credited()
    assert SESSIONS == {name: shop.sessions()[name] for name in SESSIONS}


def test_by_browsers_alone_every_open_is_lost(shop):
    """The other reading: a mail program sends no cookie, so no pixel is of any browser."""
    told = facts(open_shop(shop), by_browser=True)
    tell(shop, list(told), told)
    shop.settle()
    assert {
        "o1": ("k2", "k2"),
        "o2": ("k12", "k12"),
        "o3": ("k7", "k7"),
        "o4": (None, None),
        "o5": ("k6", "k6"),
        "o6": ("k13", "k13"),
        "o7": (None, None),
        "o8": (None, None),
    } == shop.credited()


def test_an_order_that_is_edited_or_cancelled_keeps_its_row(shop):
    told = facts(open_shop(shop))
    tell(shop, list(told), told)
    shop.settle()
    before = {row[0]: row for row in shop.rows()}
    shop.order("o1", SESSIONS["o1"][1], stage=Stage.CANCELLED)
    shop.settle()
    after = {row[0]: row for row in shop.rows()}
    assert ("closed", "cancelled") == (before["o1"][4], after["o1"][4])
    assert before["o1"][5:] == after["o1"][5:]
    assert CREDITED == shop.credited()
