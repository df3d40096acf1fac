"""Who the customers are and what they do, day by day: the same for the same seed, and no more.

It knows nothing of Postlude. What is told of an order is told when it happens; when a guest orders
does not depend on what was written to them.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SOURCES = ("Site", "App", "New app")
DAY = timedelta(days=1)
_BEFORE = 120 * DAY
_SHORT = 3  # runs between two orders of one guest at least
_PACES = (7, 14, 14, 21, 21, 30, 30, 30, 45, 45, 45, 60, 60, 60, 90, 90)
_RUNS_A_DAY = 12


@dataclass(frozen=True, slots=True)
class Order:
    """`closed` and `cancelled` are None of what never is; `guest` is None of a walk-in."""

    uid: str
    guest: int | None
    kind: str
    source: str
    minor: int
    opened: datetime
    closed: datetime | None
    cancelled: datetime | None
    test: bool = False

    def counts(self, now: datetime) -> bool:
        """Say whether it is closed by now, and not cancelled."""
        gone = self.cancelled is not None and self.cancelled <= now
        return self.closed is not None and self.closed <= now and not gone and not self.test


@dataclass(frozen=True, slots=True)
class Accrual:
    """Points that an app gives: what for, word for word, and of which order if it says so."""

    guest: int
    reason: str
    at: datetime
    order: str = ""
    minor: int = 100


@dataclass(frozen=True, slots=True)
class Spending:
    guest: int
    key: str
    at: datetime
    wanted: int


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody says of themselves later: a birthday, or a no to texts."""

    guest: int
    at: datetime
    birthday: tuple[int, int] | None = None
    no: bool = False


@dataclass(frozen=True, slots=True)
class Guest:
    """`phone` as it was typed, `spelled` as the gateway spells it ("" for one it never gets)."""

    number: int
    phone: str
    spelled: str
    birthday: tuple[int, int] | None
    said_yes: bool
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Scene:
    zone: str
    begin: datetime
    end: datetime
    downtime: date
    guests: list[Guest] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    accruals: list[Accrual] = field(default_factory=list)
    spendings: list[Spending] = field(default_factory=list)
    said: list[Said] = field(default_factory=list)


def invent(*, seed: int, guests: int, first: date, days: int, zone: str) -> Scene:
    """Invent what happens in `days` from the first one on, and in the four months before it."""
    begin = at(first, time(9), zone)
    end = at(first + timedelta(days=days - 1), time(23, 30), zone)
    scene = Scene(zone, begin, end, first + timedelta(days=days // 3))
    for number in range(guests):
        dice = random.Random(f"{seed}:{number}")
        guest = _guest(number, dice, first)
        scene.guests.append(guest)
        if guest.kept:
            scene.orders.extend(_orders(scene, number, dice))
            _talk(scene, guest, dice)
    dice = random.Random(f"{seed}:doing")
    for order in list(scene.orders):
        _around(scene, order, dice)
    for number in range(max(1, len(scene.orders) // 50)):
        scene.orders.append(_walk_in(scene, number, dice))
    return scene


def at(day: date, wall: time, zone: str) -> datetime:
    """Return the instant at which the clocks of a zone show a time."""
    return datetime.combine(day, wall, ZoneInfo(zone)).astimezone(UTC)


def _guest(number: int, dice: random.Random, first: date) -> Guest:
    digits = f"{number * 7_919 % 10_000_000:07}"
    typed = dice.choice(("+7 (909) {}-{}-{}", "8909{}{}{}", "7 909 {} {} {}"))
    phone = typed.format(digits[:3], digits[3:5], digits[5:])
    spelled, kept = f"8909{digits}", True
    oddity = dice.random()
    if oddity < 0.005:
        phone, spelled, kept = digits[:4], "", False  # no phone at all
    elif oddity < 0.01:
        phone, spelled = f"+7701{digits}", ""  # of a country that the gateway does not reach
    day = first + timedelta(days=dice.randrange(366))
    birthday = (2, 29) if dice.random() < 0.01 else (day.month, day.day)
    knows = dice.random() < 0.65
    return Guest(number, phone, spelled, birthday if knows else None, dice.random() < 0.8, kept)


def _orders(scene: Scene, number: int, dice: random.Random) -> Iterator[Order]:
    """Yield a guest's orders. No two of them are asked about by one run, or by the next two."""
    pace, turn, last = dice.choice(_PACES), 0, -_SHORT
    moment = scene.begin - _BEFORE + timedelta(days=dice.expovariate(1 / pace))
    while moment < scene.end:
        order = _order(scene, f"{number}-{turn}", number, moment.date(), dice)
        run = run_of(scene, order.closed or order.opened)
        if order.opened < scene.end and run - last >= _SHORT:
            yield order
            last, turn = run, turn + 1
        moment += timedelta(days=max(0.3, dice.expovariate(1 / pace)))


def run_of(scene: Scene, closed: datetime) -> int:
    """Return the number of the run that is the first to see an order: 12 a day, from 11:00 on.

    On the day when the machine is down until after noon, the second run sees all before it.
    """
    wall = closed.astimezone(ZoneInfo(scene.zone))
    hour = wall.hour + (wall.minute + wall.second > 0)
    day, place = wall.date(), max(0, hour - 11)
    if place >= _RUNS_A_DAY:
        day, place = day + DAY, 0
    if day == scene.downtime:
        place = max(place, 1)
    return day.toordinal() * _RUNS_A_DAY + place


def _order(scene: Scene, uid: str, guest: int | None, day: date, dice: random.Random) -> Order:
    opened = at(day, time(10), scene.zone) + timedelta(minutes=dice.randrange(13 * 60))
    closed: datetime | None = opened + timedelta(seconds=dice.randrange(15 * 60, 90 * 60))
    cancelled = None
    kind = dice.choices(("delivery", "pickup", "hall"), (55, 25, 20))[0]
    source = dice.choices((*SOURCES, "till"), (30, 35, 25, 10))[0]
    match dice.choices(("closed", "cancelled", "never", "open", "late"), (935, 35, 10, 10, 10))[0]:
        case "cancelled":
            cancelled = opened + timedelta(minutes=dice.randrange(95, 3_000))
        case "never":
            closed, cancelled = None, opened + timedelta(minutes=40)
        case "open":
            closed = None
        case "late":
            closed = opened + timedelta(days=dice.randrange(5, 32))
    minor = dice.randrange(500, 3_600, 10) * 100
    return Order(uid, guest, kind, source, minor, opened, closed, cancelled, dice.random() < 0.005)


def _walk_in(scene: Scene, number: int, dice: random.Random) -> Order:
    day = scene.begin.date() + timedelta(days=dice.randrange((scene.end - scene.begin).days))
    return _order(scene, f"walk-in-{number}", None, day, dice)


def _talk(scene: Scene, guest: Guest, dice: random.Random) -> None:
    """Let some bring old points, some tell their birthday, for new ones, and some say no."""
    if dice.random() < 0.25:
        old = Accrual(guest.number, "order", scene.begin, minor=dice.randrange(1, 90))
        scene.accruals.append(old)
    span = scene.end - scene.begin - 2 * DAY
    when = scene.begin + span * dice.random()
    if guest.birthday is None and dice.random() < 0.3:
        day = when.date() + timedelta(days=dice.randrange(366))
        scene.said.append(Said(guest.number, when, birthday=(day.month, day.day)))
        reason = "profile" if dice.random() < 0.9 else "profile "  # as it is, so another word
        scene.accruals.append(Accrual(guest.number, reason, when))
    elif dice.random() < 0.03:
        scene.said.append(Said(guest.number, when, no=True))


def _around(scene: Scene, order: Order, dice: random.Random) -> None:
    """Points for a rating, points for what was paid, points that are spent."""
    if order.closed is None or order.guest is None or order.test or order.closed < scene.begin:
        return
    if order.kind == "delivery" and dice.random() < 0.25:
        when = order.closed + timedelta(hours=2 + dice.expovariate(1 / 90))
        named = order.uid if dice.random() < 0.7 else ""
        if when < scene.end - 2 * DAY:
            scene.accruals.append(Accrual(order.guest, "feedback", when, named))
    if order.closed < scene.end and dice.random() < 0.3:
        earned = order.minor // 5_000
        scene.accruals.append(Accrual(order.guest, "order", order.closed, order.uid, earned))
    if order.closed < scene.end and dice.random() < 0.3:
        spent = Spending(order.guest, f"spend:{order.uid}", order.closed, dice.randrange(20, 600))
        scene.spendings.append(spent)
