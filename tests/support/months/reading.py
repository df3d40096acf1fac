"""A plain reading of the restaurant's notices: who gets which text, by the words of the spec alone.

People are rows of a list and everything is looked at one by one. Of Postlude it knows nothing but
the order of contacts, which is the order of turns; what the gateway answered it is told.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from support.months.purse import Purse
from support.months.scene import DAY, SOURCES, Accrual, Guest, Order, Said, Scene, Spending

FEEDBACK = "Все понравилось? Оцени заказ в приложении и получи 100 баллов!"
BALANCE = "На счету {} бонусов! Потрать их в новом заказе"
GIFT = "Как насчет подарков? Дарим 100 бонусов на 2 недели"
PRO10 = "Как насчет скидки? -10% по промокоду PRO10"
PROFILE = "Привет! Заполни дату рождения у себя в профиле и получи 100 бонусов на счет!"
DISCOUNT = "У вас скоро день рождения: дарим скидку 15% на всю следующую неделю"
POINTS = "С Днем рождения! Дарим 500 бонусов на 2 недели"
_WAYS = {
    "long": ("balance", "gift", "pro10"),
    "short": ("balance", "gift"),
    "birthday": ("discount", "points"),
}
_TEXTS = {"gift": GIFT, "pro10": PRO10, "discount": DISCOUNT, "points": POINTS}
_GIVES = {"gift": 100, "points": 500}


@dataclass(slots=True)
class Row:
    """Somebody, as the spec knows them."""

    guest: Guest
    contact: int
    birthday: tuple[int, int] | None
    yes: bool
    no: bool = False
    orders: list[Order] = field(default_factory=list)
    purse: Purse = field(default_factory=Purse)

    def may_get(self, *, marketing: bool) -> bool:
        return bool(self.guest.spelled) and not self.no and (self.yes or not marketing)

    def last(self, now: datetime) -> datetime | None:
        return max((it.closed for it in self.orders if it.closed and it.counts(now)), default=None)


@dataclass(slots=True)
class Letter:
    """One text that is to arrive. `mark` is what keeps the guest from getting it again."""

    row: Row
    kind: str
    action: str
    mark: tuple[str, int | str, str]
    text: str


class Reading:
    """The state of the plain reading: marks, turns, purses, and who was stopped."""

    def __init__(self, scene: Scene, contacts: Mapping[int, int]) -> None:
        self._zone = ZoneInfo(scene.zone)
        self._published = scene.begin
        self.rows = {
            each.number: Row(each, contacts[each.number], each.birthday, each.said_yes)
            for each in scene.guests
            if each.number in contacts
        }
        self._by_contact = sorted(self.rows.values(), key=lambda row: row.contact)
        self._recent: list[Order] = []
        self._marks: set[tuple[str, int | str, str]] = set()
        self._turns: Counter[str] = Counter()
        self.blocked: Counter[str] = Counter()

    def hear(
        self,
        now: datetime,
        *,
        said: Iterable[Said] = (),
        orders: Iterable[Order] = (),
        accruals: Iterable[Accrual] = (),
        spendings: Iterable[Spending] = (),
    ) -> None:
        """Learn what was told; `orders` are those that were opened."""
        for each in said:
            row = self.rows[each.guest]
            row.birthday, row.no = each.birthday or row.birthday, row.no or each.no
        for order in orders:
            if order.guest is not None:
                self.rows[order.guest].orders.append(order)
                self._recent.append(order)
        for given in accruals:
            self.rows[given.guest].purse.give(given.minor, None, "")
        for spent in spendings:
            self.rows[spent.guest].purse.spend(spent.wanted, now)

    def run(self, kinds: Sequence[tuple[str, datetime]], now: datetime) -> list[Letter]:
        """Say what is to be sent by these runs, which begin now and were due then."""
        found = [each for kind, due in kinds for each in getattr(self, f"_{kind}")(due, now)]
        for each in found:  # of the balance it is the moment of sending that counts
            if each.action == "balance":
                each.text = BALANCE.format(each.row.purse.points(now))
        return found

    def failed(self, letter: Letter) -> None:
        """The gateway counted nought: it never was, and the guest may be chosen again."""
        self._marks.discard(letter.mark)
        letter.row.purse.take_back(f"{letter.kind} {letter.action}", letter.mark)

    def _feedback(self, due: datetime, now: datetime) -> Iterable[Letter]:
        begin = max(self._published, due - timedelta(hours=24))
        self._recent = [it for it in self._recent if it.closed is None or it.closed > now - 3 * DAY]
        asked = [
            it
            for it in self._recent
            if it.counts(now)
            and it.closed
            and begin < it.closed <= due
            and it.kind == "delivery"
            and it.source in SOURCES
        ]
        for order in asked:
            row = self.rows[order.guest or 0]
            yield from self._single("feedback", row, order.uid, FEEDBACK)

    def _profile(self, due: datetime, now: datetime) -> Iterable[Letter]:
        month = f"{due.astimezone(self._zone):%Y-%m}"
        before = _last_month(due.astimezone(self._zone).date())
        for row in self._by_contact:
            months = {
                f"{it.closed.astimezone(self._zone):%Y-%m}"
                for it in row.orders
                if it.closed and it.counts(now)
            }
            if row.birthday is None and before in months:
                yield from self._single("profile", row, month, PROFILE)

    def _single(self, kind: str, row: Row, period: str, text: str) -> Iterable[Letter]:
        mark = (kind, row.guest.number, period)
        if mark in self._marks:
            return
        if not row.may_get(marketing=False):
            self.blocked[kind] += 1
            return
        self._marks.add(mark)
        yield Letter(row, kind, "send", mark, text)

    def _invite(self, due: datetime, now: datetime) -> Iterable[Letter]:
        wall = due.astimezone(self._zone)
        two, four = (self._ago(wall, days=14), self._ago(wall, days=28))
        three_months = _months_ago(wall, 3).astimezone(UTC)
        for name, after, before in (("long", three_months, four), ("short", four, two)):
            chosen = []
            for row in self._by_contact:
                last = row.last(now)
                if last is not None and after < last < before:
                    chosen.append((row, f"{last.astimezone(self._zone):%Y-%m-%d}"))
            yield from self._by_turns("invite", name, chosen, now)

    def _birthday(self, due: datetime, now: datetime) -> Iterable[Letter]:
        today = due.astimezone(self._zone).date()
        soon = {key: day.year for day in _next_days(today, 14) for key in _kept_on(day)}
        chosen = [
            (row, str(soon[row.birthday])) for row in self._by_contact if row.birthday in soon
        ]
        yield from self._by_turns("birthday", "birthday", chosen, now)

    def _by_turns(
        self, kind: str, name: str, chosen: Iterable[tuple[Row, str]], now: datetime
    ) -> Iterable[Letter]:
        for row, period in chosen:
            mark = (kind, row.guest.number, period)
            if mark in self._marks:
                continue
            if not row.may_get(marketing=True):
                self.blocked[kind] += 1
                continue
            self._marks.add(mark)
            ways = _WAYS[name]
            action = ways[self._turns[name] % len(ways)]
            self._turns[name] += 1
            if action == "balance" and row.purse.points(now) < 1:
                action = "gift"
            if action in _GIVES:
                ends = self._ago(now.astimezone(self._zone), days=-14)
                row.purse.give(_GIVES[action], ends, f"{kind} {action}", mark)
            yield Letter(row, kind, action, mark, _TEXTS.get(action, ""))

    def _ago(self, wall: datetime, *, days: int) -> datetime:
        """The same time of another day, whatever the clocks did in between."""
        return (wall - timedelta(days=days)).astimezone(UTC)

    def points(self, now: datetime) -> dict[str, Counter[str]]:
        """Return, by kind and action, what was given and what became of it."""
        found: dict[str, Counter[str]] = defaultdict(Counter)
        for row in self.rows.values():
            row.purse.tell(found, now)
        return dict(found)


def _last_month(day: date) -> str:
    return f"{day.replace(day=1) - DAY:%Y-%m}"


def _months_ago(wall: datetime, months: int) -> datetime:
    year, month = divmod(wall.year * 12 + wall.month - 1 - months, 12)
    for day in (wall.day, 30, 29, 28):  # the same number of the day, or the month's last
        try:
            return wall.replace(year=year, month=month + 1, day=day)
        except ValueError:
            continue
    raise AssertionError(wall)


def _next_days(today: date, count: int) -> list[date]:
    return [today + timedelta(days=number) for number in range(1, count + 1)]


def _kept_on(day: date) -> list[tuple[int, int]]:
    """28 February is the day of the 29th, too, in years without one."""
    leap = (day + DAY).month == 2 or (day.month, day.day) != (2, 28)
    return [(day.month, day.day)] if leap else [(2, 28), (2, 29)]
