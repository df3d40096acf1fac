"""Worked example 1 of the shop: three mornings in March, told fact by fact."""

from collections.abc import Callable
from functools import partial

from support.crediting import Shop, at

PEOPLE = [f"A{number}" for number in range(1, 11)]
_MAIL = {"channel": "email", "node": "N1", "cycle": 1}
_TEXT = {"channel": "sms", "node": "N2", "cycle": 2}
TOUCHES = (
    ("k1", "pixel", "A1", "10:05:00", _MAIL),
    ("k2", "link", "A1", "10:06:00", _MAIL | {"visitor": "u1"}),
    ("k3", "link", "A2", "10:00:03", _MAIL | {"visitor": "s2"}),
    ("k4", "pixel", "A2", "10:00:02", _MAIL),
    ("k5", "pixel", "A3", "11:00:00", _MAIL),
    ("k6", "link", "A3", "11:01:00", _MAIL | {"visitor": "u3"}),
    ("k7", "link", "A4", "11:10:00", _MAIL | {"visitor": "u4"}),
    ("k8", "link", "A5", "11:20:00", _MAIL | {"visitor": "u5"}),
    ("k9", "link", "A6", "11:30:00", _MAIL | {"visitor": "u6"}),
    ("k10", "pixel", "A7", "11:40:00", _MAIL),
    ("k11", "pixel", "A7", "11:45:00", _MAIL),
    ("k12", "link", "A1", "12:10:00", _TEXT | {"visitor": "u1"}),
    ("k13", "link", "A2", "12:30:00", _TEXT | {"visitor": "u2"}),
)
VIEWS = (
    *(("u1", when, 10) for when in ("10:06:20", "10:25:00", "12:10:30", "12:25:00")),
    *(("u3", when, 10) for when in ("11:06:00", "19:50:00")),
    ("u4", "11:08:00", 10),
    ("u4", "11:05:00", 11),
    *(("u5", when, 10) for when in ("11:25:01", "11:38:00")),
    ("u6", "11:27:59", 10),
    ("u2", "12:31:00", 10),
    ("u7", "22:50:00", 10),
)
HUMAN = {
    "k2": True,
    "k3": False,
    "k6": True,
    "k7": True,
    "k8": False,
    "k9": False,
    "k12": True,
    "k13": True,
}
ORDERS = (
    ("o1", "A1", "10:30:00", 10, 1_000),
    ("o2", "A1", "12:40:00", 10, 500),
    ("o3", "A4", "11:10:00", 11, 800),
    ("o4", "A7", "11:45:01", 11, 300),
    ("o5", "A3", "20:00:00", 10, 700),
    ("o6", "A2", "12:50:00", 10, 400),
    ("o7", "A5", "11:40:00", 10, 600),
    ("o8", "A7", "23:00:00", 10, 200),
)
CREDITED = {
    "o1": ("k1", "k2"),
    "o2": ("k1", "k12"),
    "o3": ("k7", "k7"),
    "o4": (None, None),
    "o5": ("k5", "k6"),
    "o6": ("k4", "k13"),
    "o7": (None, None),
    "o8": ("k11", None),
}
# The example leaves out those of o4 and o7, which it credits to nothing.
SESSIONS = {
    "o1": (at("10:06:20"), at("10:30:00")),
    "o2": (at("12:10:30"), at("12:40:00")),
    "o3": (at("11:05:00", 11), at("11:10:00", 11)),
    "o5": (at("19:50:00"), at("20:00:00")),
    "o6": (at("12:31:00"), at("12:50:00")),
    "o8": (at("22:50:00"), at("23:00:00")),
}


def open_shop(shop: Shop) -> Shop:
    """Let its contacts and their browsers be known: A1 to A7 use u1 to u7; s2 is a scanner."""
    shop.contacts = {name: number for number, name in enumerate(PEOPLE, start=1)}
    for name in ("u1", "u2", "u3", "u4", "u5", "u6", "u7", "s2"):
        shop.browser(name)
    return shop


def facts(shop: Shop, *, by_browser: bool = False) -> dict[str, Callable[[], None]]:
    """Return every fact by its name, to be told in any order; a verdict needs its touch.

    `by_browser`: orders name no contact.
    """
    told: dict[str, Callable[[], None]] = {}
    for name, kind, contact, when, more in TOUCHES:
        told[name] = partial(shop.touch, name, kind, contact, at(when), **more)
    for visitor, when, day in VIEWS:
        told[f"view {visitor} {day} {when}"] = partial(shop.look, visitor, at(when, day), late=True)
    for name, human in HUMAN.items():
        told[f"verdict {name}"] = partial(shop.judge, **{name: human})
    for name, contact, when, day, amount in ORDERS:
        who = {"visitor": f"u{contact[1:]}"} | ({} if by_browser else {"contact": contact})
        told[name] = partial(shop.order, name, at(when, day), amount, **who)
    return told
