"""Invented customers of a restaurant chain, and two months of their orders.

Everything goes through the doors that a till, a site and apps use, in batches. The same seed and
day give the same customers and orders, and running it again adds nothing. Who there is: most come
every week or two, some stopped coming weeks ago; a third never told their birthday; nearly nobody
has an e-mail; four of five were asked whether they want texts, and said yes.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from postlude.kernel import store
from postlude.kernel.money import Money, exponent
from postlude.orders import api as orders
from postlude.orders.api import ShopOrderSeen, Stage
from postlude.orgs import api as orgs
from postlude.orgs.types import BranchRef, OrgRef
from postlude.people import api as people
from postlude.people.types import Actor, CustomerSeen

_BATCH = 500
_ACTOR = Actor("cli", "invent-customers")
_NAMES = "Анна Борис Вера Глеб Дарья Егор Жанна Захар Инна Кирилл Лариса Максим Нина Олег".split()
_BRANCHES = (
    ("arbat", "Арбат", ""),
    ("chistye-prudy", "Чистые пруды", ""),
    ("nevsky", "Невский", "Europe/Moscow"),
    ("vysotsky", "Высоцкий", "Asia/Yekaterinburg"),
)
# Kind, its share, and from which source how often.
_KINDS = (
    ("delivery", 55, (("Site", 30), ("App", 35), ("New app", 25), ("till", 10))),
    ("pickup", 25, (("Site", 25), ("App", 30), ("New app", 20), ("till", 25))),
    ("hall", 20, (("till", 100),)),
)
_FATES = (("closed", 955), ("cancelled", 30), ("open", 10), ("test", 5))
# How many of a whole: told their birthday, have an e-mail, order where they always do, use a code.
_BORN, _MAILED, _AT_HOME, _PRO10 = 0.65, 0.05, 0.9, 0.04
_OPENS, _SERVES = time(10), 12 * 60  # local; minutes in which orders are opened
Advance = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Chain:
    """What there is after it: how many of each, whether they are new or were there."""

    customers: int
    without_birthday: int
    orders: int
    by_fate: dict[str, int]
    by_kind: dict[str, int]
    by_source: dict[str, int]


@dataclass(frozen=True, slots=True)
class _Days:
    """The time that is invented: so many local days up to now."""

    now: datetime
    count: int
    zone: ZoneInfo

    def day(self, back: int) -> date:
        return self.now.astimezone(self.zone).date() - timedelta(days=back)


def invent(  # noqa: PLR0913 - a chain has a size
    org: OrgRef,
    *,
    seed: int,
    customers: int,
    days: int,
    now: datetime,
    advance: Advance = lambda _done, _total: None,
) -> Chain:
    """Invent customers and what they ordered in the `days` before `now`."""
    branches = _branches(org.id)
    time_there = _Days(now, days, ZoneInfo(org.zone))
    tally: Counter[tuple[str, str]] = Counter()
    for numbers in store.chunks(range(customers), _BATCH):
        # Of each customer a dice of their own: more customers leave the others as they were.
        dice = [random.Random(f"{seed}:{number}") for number in numbers]  # noqa: S311 - seeded
        seen = [_customer(seed, number, die) for number, die in zip(numbers, dice, strict=True)]
        kept = people.upsert_customers(org.id, seen, actor=_ACTOR, now=now - timedelta(days=days))
        tally["people", "unborn"] += sum(each.birthday is None for each in seen)
        told: list[ShopOrderSeen] = []
        for number, die, who in zip(numbers, dice, kept, strict=True):
            if who.contact is not None:
                habit = _Habit(
                    f"invented.{seed}.{number}", who.contact, die, branches, org.currency
                )
                told += habit.orders(time_there, tally)
        for part in store.chunks(told, _BATCH):
            orders.take_shop_orders(org.id, part, now=now)
        advance(numbers[-1] + 1, customers)
    fates = _of(tally, "fate")
    return Chain(
        customers,
        tally["people", "unborn"],
        sum(fates.values()),
        fates,
        _of(tally, "kind"),
        _of(tally, "source"),
    )


def _of(tally: Counter[tuple[str, str]], what: str) -> dict[str, int]:
    return {name: count for (kind, name), count in sorted(tally.items()) if kind == what}


def _branches(org: int) -> Sequence[BranchRef]:
    """Return the chain's branches; a chain without any gets some."""
    return orgs.branches(org) or [orgs.add_branch(org, s, n, zone=z) for s, n, z in _BRANCHES]


def _customer(seed: int, number: int, dice: random.Random) -> CustomerSeen:
    """A phone as people write it; which customer has it follows from seed and number."""
    digits = f"{(seed * 1_000_003 + number * 7_919) % 10_000_000:07}"
    phone = f"+7 (975) {digits[:3]}-{digits[3:5]}-{digits[5:]}"
    has_birthday, has_email = dice.random() < _BORN, dice.random() < _MAILED
    birthday = (dice.randint(1, 12), dice.randint(1, 28))
    return CustomerSeen(
        f"invented.{seed}.{number}",
        phone,
        f"guest-{seed}-{number}@example.test" if has_email else None,
        dice.choice(_NAMES),
        birthday if has_birthday else None,
        "ru",
        (("sms", True),) if number % 5 else (),
    )


@dataclass(frozen=True, slots=True)
class _Habit:
    """How one customer orders: how often, until when, and mostly at one branch."""

    name: str
    contact: int
    dice: random.Random
    branches: Sequence[BranchRef]
    currency: str

    def orders(self, days: _Days, tally: Counter[tuple[str, str]]) -> Iterator[ShopOrderSeen]:
        every = self.dice.choice((4, 7, 7, 10, 14, 14, 21, 30))
        stopped = self.dice.choice((0, 0, 0, 0, 10, 18, 25, 35, 45))
        home = self.dice.choice(self.branches)
        back, turn = days.count - self.dice.expovariate(1 / every), 0
        while back >= stopped:
            turn += 1
            yield from self._order(f"{self.name}.{turn}", home, days, int(back), tally)
            back -= max(1.0, self.dice.expovariate(1 / every))

    def _order(
        self,
        uid: str,
        home: BranchRef,
        days: _Days,
        back: int,
        tally: Counter[tuple[str, str]],
    ) -> Iterator[ShopOrderSeen]:
        dice = self.dice
        kind, _, sources = dice.choices(_KINDS, [share for _, share, _ in _KINDS])[0]
        source = dice.choices([name for name, _ in sources], [share for _, share in sources])[0]
        fate = dice.choices([name for name, _ in _FATES], [share for _, share in _FATES])[0]
        branch = home if dice.random() < _AT_HOME else dice.choice(self.branches)
        amount = dice.randrange(500, 3_600, 10) * 10 ** exponent(self.currency)
        coupons = ("PRO10",) if dice.random() < _PRO10 else ()
        begun = datetime.combine(days.day(back), _OPENS, ZoneInfo(branch.zone))
        opened = begun + timedelta(minutes=dice.randrange(_SERVES))
        closed = opened + timedelta(minutes=dice.randint(15, 90))
        if closed + timedelta(hours=1) > days.now:
            return
        said: dict[str, Any] = {
            "contact": self.contact,
            "branch": branch.id,
            "kind": kind,
            "source": source,
            "amount": Money(amount, self.currency),
            "coupons": coupons,
            "test": fate == "test",
        }
        for what, word in (("fate", fate), ("kind", kind), ("source", source)):
            tally[what, word] += 1
        if fate == "open":
            yield ShopOrderSeen(uid, Stage.OPENED, opened, **said)
            return
        yield ShopOrderSeen(uid, Stage.CLOSED, closed, opened_at=opened, **said)
        if fate == "cancelled":
            yield ShopOrderSeen(uid, Stage.CANCELLED, closed + timedelta(minutes=20))
