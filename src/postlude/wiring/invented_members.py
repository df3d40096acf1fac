"""Invented members of a shop, and a month of what they do: data to look at before there is any.

Everything goes through the doors that tills use, with the moment of each sale as `now`. The same
seed gives the same month, and running it again adds nothing: every key is made of the seed.
"""

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from postlude.kernel.money import Money
from postlude.people import api as people
from postlude.people.types import Description, PersonSeen
from postlude.rewards import api as rewards
from postlude.rules import api as rules

_NAMES = "李雷 韩梅梅 王芳 陈静 刘洋 赵敏 黄磊 周杰 吴迪 郑爽 孙莉 马超 朱琳 胡军 林峰 何洁".split()
_LEVELS = ("gold", "silver", "")
_PAID = (50, 100, 100, 200, 200, 200, 300, 500)
_SHELF = (
    ("mooncake-box", ("gift-sets",), 128_00),
    ("oolong-100g", ("tea",), 88_00),
    ("teapot", ("ware",), 260_00),
    ("plum-wine", ("alcohol",), 66_00),
    ("cup", ("ware", "tea"), 35_00),
)
_CARD_TYPE = "mid-autumn"
Advance = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Month:
    """What was invented: how many of each."""

    members: int
    top_ups: int
    checkouts: int
    cards: int
    states: dict[str, int]


def invent(  # noqa: PLR0913 - a month has a size
    org: int,
    currency: str,
    *,
    seed: int,
    members: int,
    days: int,
    now: datetime,
    advance: Advance = lambda _done, _total: None,
) -> Month:
    """Invent members and the `days` before `now`; return what came of it."""
    dice = random.Random(seed)  # noqa: S311 - seeded on purpose
    contacts = _members(org, seed, members, dice, now - timedelta(days=days))
    shop = _Shop(org, currency, seed, dice)
    for day in range(days):
        for _ in range(max(1, members // 10)):
            shop.someone(dice.choice(contacts), now - timedelta(days=days - day, hours=-9))
        advance(day + 1, days)
    return Month(
        len(contacts), shop.done["top_up"], shop.done["checkout"], shop.done["card"], shop.states()
    )


def _members(org: int, seed: int, count: int, dice: random.Random, since: datetime) -> list[int]:
    seen = [
        PersonSeen(f"member-{seed}-{n}@example.test", name=dice.choice(_NAMES), source="invented")
        for n in range(count)
    ]
    found = people.recognise_many(org, seen, now=since)
    contacts = [each.contact for each in found if each.contact is not None]
    people.describe_many(
        org,
        [
            Description(
                contact,
                level=dice.choice(_LEVELS) or None,
                birthday=(dice.randint(1, 12), dice.randint(1, 28)),
            )
            for contact in contacts
        ],
    )
    return contacts


class _Shop:
    """One till: each sale has the next number, so that its keys repeat with the seed."""

    def __init__(self, org: int, currency: str, seed: int, dice: random.Random) -> None:
        self._org = org
        self._currency = currency
        self._seed = seed
        self._dice = dice
        self._number = 0
        self._before: Counter[int] = Counter()
        self._states: Counter[str] = Counter()
        self.done: Counter[str] = Counter()

    def states(self) -> dict[str, int]:
        return dict(sorted(self._states.items()))

    def someone(self, contact: int, day: datetime) -> None:
        """Let somebody come in at some minute of a day and do something."""
        at = day + timedelta(minutes=self._dice.randrange(600))
        self._number += 1
        kind = self._dice.choices(("top_up", "checkout", "card"), (6, 3, 1))[0]
        self.done[kind] += 1
        getattr(self, f"_{kind}")(contact, at)

    def _key(self, what: str) -> str:
        return f"invented:{self._seed}:{what}:{self._number}"

    def _top_up(self, contact: int, at: datetime) -> None:
        paid = Money(self._dice.choice(_PAID) * 100, self._currency)
        before = rules.Before(self._before[contact], at)
        self._before[contact] += 1
        ask = rules.ask_top_up(rules.TopUp(contact, paid, source="till", before=before))
        self._order("top-up", ask, at)

    def _checkout(self, contact: int, at: datetime) -> None:
        chosen = self._dice.sample(_SHELF, self._dice.randint(1, 3))
        items = tuple(rules.Item(product, groups, 1, price) for product, groups, price in chosen)
        amount = Money(sum(item.amount for item in items), self._currency)
        ask = rules.ask_checkout(rules.Checkout(contact, amount, items, source="till"))
        self._order("checkout", ask, at)

    def _order(self, what: str, ask: rules.Ask, at: datetime) -> None:
        key = self._key(what)
        until = at + timedelta(minutes=15)
        digest = f"{ask.contact}:{ask.amount}".encode()[:64]
        rules.reserve(self._org, rules.ReserveOrder(key, digest, ask, until), now=at)
        settle = self._dice.choices(("confirm", "cancel", "reverse"), (90, 6, 4))[0]
        if settle == "cancel":
            rules.cancel(self._org, [key], now=at + timedelta(minutes=3))
        else:
            rules.confirm(self._org, [key], now=at + timedelta(minutes=2))
        if settle == "reverse":
            rules.reverse(self._org, [key], now=at + timedelta(hours=3))
        self._states[rules.order(self._org, key).state.value] += 1

    def _card(self, contact: int, at: datetime) -> None:
        """A card is bought as a gift; most are handed on, and some of the money is spent."""
        sold = rules.SoldCard(self._key("card"), _CARD_TYPE, contact)
        card = rules.issue_card(self._org, sold, now=at)
        product, groups, price = _SHELF[self._dice.randrange(2)]
        hold = self._key("card-sale")
        cart, until = [rules.Item(product, groups, 1, price)], at + timedelta(minutes=15)
        rules.hold_card_for(self._org, card.id, cart, price, key=hold, until=until, now=at)
        rewards.take_held(self._org, hold, key=f"{hold}:taken", now=at + timedelta(minutes=1))
