"""Months that are lived: told, run, sent and read side by side, and written down for others."""

import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from postlude.orders.api import Stage
from support.months.house import Call, House
from support.months.reading import Reading
from support.months.scene import DAY, Accrual, Scene, at

Runs = Sequence[tuple[str, datetime]]
Advance = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Tick:
    """A moment at which the house looks around, and the runs that are due by the timetable."""

    now: datetime
    runs: Runs = ()


@dataclass
class Months:
    """A scene that is being lived in a house; `calls` is the gateway's log."""

    scene: Scene
    house: House
    reading: Reading = field(init=False)
    calls: list[Call] = field(default_factory=list)
    given: list[Accrual] = field(default_factory=list)

    def live(self, playbook: Path, advance: Advance = lambda _done, _all: None) -> None:
        """Live through all of it; raise where a text was sent that was not to be, or was not."""
        self.house.open(playbook, self.scene.guests)
        self.reading = Reading(self.scene, self.house.contacts)
        facts = Facts(self.scene)
        ticks = list(timetable(self.scene))
        for number, tick in enumerate(ticks, start=1):
            self.house.go(tick.now)
            self._tell(facts, tick.now)
            self._compare(tick, self.house.work(thoroughly=not tick.runs))
            advance(number, len(ticks))
        self.house.rest()

    def _tell(self, facts: "Facts", now: datetime) -> None:
        told = facts.until(now)
        accruals = [
            Accrual(it.guest, it.reason, now, it.order, it.minor) for it in told["accruals"]
        ]
        self.house.say(told["said"])
        self.house.order(told["orders"])
        self.house.give(accruals)
        self.house.spend(told["spendings"])
        self.given += accruals
        opened = [order for order, stage in told["orders"] if stage is Stage.OPENED]
        self.reading.hear(
            now,
            said=told["said"],
            orders=opened,
            accruals=accruals,
            spendings=told["spendings"],
        )

    def _compare(self, tick: Tick, calls: list[Call]) -> None:
        letters = self.reading.run(tick.runs, tick.now)
        wanted = Counter((each.row.guest.spelled, each.text) for each in letters)
        asked = Counter((each.to, each.text) for each in calls)
        assert wanted == asked, (
            f"{tick.now}: not sent {list((wanted - asked).items())[:5]}, "
            f"not to be sent {list((asked - wanted).items())[:5]}"
        )
        answers: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for call in calls:
            answers[call.to, call.text].append(call.answer)
        for letter in letters:
            if answers[letter.row.guest.spelled, letter.text].pop() == "0":
                self.reading.failed(letter)
        self.calls += calls

    def write(self, folder: Path) -> None:
        """Write down what others may count from, in files of their own."""
        end = self.scene.end
        _write(folder, "sink", ("at", "phone", "text", "answer"), self.calls)
        people = [{"number": it.number, "phone": it.spelled} for it in self.scene.guests]
        _write(folder, "customers", ("number", "phone"), people)
        told = [
            {
                "uid": it.uid,
                "number": it.guest,
                "kind": it.kind,
                "source": it.source,
                "minor": it.minor,
                "opened": it.opened,
                "closed": it.closed if it.closed and it.closed <= end else None,
                "cancelled": it.cancelled if it.cancelled and it.cancelled <= end else None,
            }
            for it in self.scene.orders
            if it.opened <= end and not it.test
        ]
        _write(folder, "orders", tuple(told[0]), told)
        _write(folder, "accruals", ("number", "reason", "at", "order"), self.given)


class Facts:
    """All that happens, in the order in which it does; handed out once."""

    def __init__(self, scene: Scene) -> None:
        found: list[tuple[datetime, str, Any]] = []
        found += [(it.at, "said", it) for it in scene.said]
        found += [(it.at, "accruals", it) for it in scene.accruals]
        found += [(it.at, "spendings", it) for it in scene.spendings]
        for it in scene.orders:
            stages = ((Stage.OPENED, it.opened), (Stage.CLOSED, it.closed))
            for stage, when in (*stages, (Stage.CANCELLED, it.cancelled)):
                if when is not None:
                    found.append((when, "orders", (it, stage)))
        self._found = sorted(found, key=lambda each: each[0])
        self._next = 0

    def until(self, now: datetime) -> dict[str, list[Any]]:
        told: dict[str, list[Any]] = {"said": [], "accruals": [], "spendings": [], "orders": []}
        while self._next < len(self._found) and self._found[self._next][0] <= now:
            _, what, it = self._found[self._next]
            told[what].append(it)
            self._next += 1
        return told


def timetable(scene: Scene) -> Iterator[Tick]:
    """Yield the moments of all days."""
    zone, here = scene.zone, ZoneInfo(scene.zone)
    day, last = scene.begin.astimezone(here).date(), scene.end.astimezone(here).date()
    while day <= last:
        yield from _down(day, zone) if day == scene.downtime else _day(day, zone)
        day += DAY
    yield Tick(scene.end)


def _day(day: date, zone: str) -> Iterator[Tick]:
    yield Tick(at(day, time(9), zone))
    for hour in range(11, 23):
        due = at(day, time(hour), zone)
        runs = [("feedback", due)]
        runs += [("invite", due)] if hour == 12 else []
        runs += [("birthday", due)] if hour == 13 else []
        yield Tick(due, runs)
        half = due + timedelta(minutes=30)
        if hour == 12 and day.day == 1:
            yield Tick(half, [("profile", half)])


def _down(day: date, zone: str) -> Iterator[Tick]:
    """The machine is back at 12:40: of the hours that were missed the last one is made up for."""
    noon = at(day, time(12), zone)
    late = at(day, time(12, 40), zone)
    runs = [("feedback", noon), ("invite", noon)]
    runs += [("profile", at(day, time(12, 30), zone))] if day.day == 1 else []
    yield Tick(late, runs)
    yield from (tick for tick in _day(day, zone) if tick.now > late)


def _write(folder: Path, name: str, columns: Sequence[str], rows: Sequence[Any]) -> None:
    names = {"phone": "to", "number": "guest"}
    with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(columns)
        for row in rows:
            cells = [
                row[each] if isinstance(row, dict) else getattr(row, names.get(each, each))
                for each in columns
            ]
            writer.writerow([it.isoformat() if isinstance(it, datetime) else it for it in cells])
