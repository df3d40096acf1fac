"""Killed at each boundary and at each statement of a commit: nobody twice, nobody missed."""

import contextlib
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection

import postlude
from postlude.journeys import api as journeys
from postlude.journeys.models import SendAttempt, Turn, Walk
from postlude.journeys.paths import looking, walking
from postlude.journeys.recurring.timetables import parse
from postlude.kernel import boundaries, jobs, work
from postlude.kernel import clock as kernel_clock
from postlude.kernel.models import WorkRow
from postlude.messages.models import Message

from . import paths_house
from .paths_house import BORN, ORDER, WEEK, Chain, path, send

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)  # 11:00 in Moscow
_NAMES = sorted(
    name
    for file in (Path(postlude.__file__).parent / "journeys" / "paths").rglob("*.py")
    for name in re.findall(r'boundaries\.crossing\("([^"]+)"\)', file.read_text())
)
_ELSEWHERE = {"journeys.path_paused", "journeys.walkers_joined"}
STEPS = (
    journeys.Branch("branch", (journeys.Case("gift", BORN),), "rotate"),
    send("gift", "wait", give=journeys.Points(100, "welcome")),
    journeys.Rotate("rotate", (journeys.Turn("one", "discount"), journeys.Turn("two", "give"))),
    send("discount", "wait"),
    journeys.Give("give", journeys.Points(7, "welcome"), "wait"),
    journeys.Wait("wait", "end", what=ORDER, at_most=WEEK, otherwise="come-back"),
    send("come-back", "end"),
    journeys.End("end"),
)


class Killed(BaseException):
    """Nothing catches it, as nothing catches SIGKILL."""


@pytest.fixture
def clock(db):
    with kernel_clock.use(kernel_clock.FrozenClock(NOW)) as clock:
        yield clock


@pytest.fixture
def house(clock, monkeypatch) -> Chain:
    """Two journeys for the same twelve people: one by their orders, one by a timetable."""
    monkeypatch.setattr(walking, "BATCH", 5)
    monkeypatch.setattr(looking, "PAGE", 5)
    it = paths_house.build(clock)
    crowd = it.people(12)
    for contact in crowd[::3]:
        it.born(contact, 5, 5)
    it.put_up(path(*STEPS))
    looked = journeys.Selected(parse("daily 11:00"), BORN)
    it.put_up(path(send("balance"), slug="looked", trigger=looked))
    it.closes(*crowd)
    return it


def live(house: Chain, clock: kernel_clock.FrozenClock) -> None:
    """Two rounds now, some order again, and the week goes by."""
    for hours in (0, 0, 24, 24 * 7, 0):
        clock.advance(hours=hours)
        house.ends_the_dead()
        WorkRow.objects.update(lease_until=None, owner="")
        if hours == 24 and house.sold == 12:
            house.closes(*sorted(house.emails)[:4])
        house.go_on()


def facts(house: Chain) -> tuple[object, ...]:
    texts = Counter(text for _, text in house.told())
    each_once = Counter(house.told())
    assert not each_once or set(each_once.values()) == {1}
    points = Counter(house.points(contact) for contact in house.emails)
    turns = list(Turn.objects.values_list("selection", "turns"))
    return texts, points, turns, house.stand(), len(house.marked()), Message.objects.count()


EXPECTED = (
    {"gift": 4, "discount": 4, "come-back": 8, "balance": 4},
    {100: 4, 7: 4, 0: 4},
    [("rotate", 8)],
    {"done": 16},
    32,  # of 16 orders, 12 people and 4 who were looked for
    20,
)


def test_unharmed_everybody_walks_once(house, clock):
    live(house, clock)
    assert EXPECTED == facts(house)


def trap(monkeypatch, name: str, nth: int) -> list[str]:
    left, died = [nth], []

    def crossing(where: str) -> None:
        if where == name:
            left[0] -= 1
            if left[0] == 0:
                died.append(where)
                raise Killed

    monkeypatch.setattr(boundaries, "crossing", crossing)
    return died


@pytest.mark.parametrize("name", [each for each in _NAMES if each not in _ELSEWHERE])
@pytest.mark.parametrize("nth", [1, 2])
def test_a_death_at_any_boundary_changes_nothing(house, clock, monkeypatch, name, nth):
    died = trap(monkeypatch, name, nth)
    with contextlib.suppress(Killed):
        live(house, clock)
    assert died or nth == 2  # some are crossed once
    monkeypatch.setattr(boundaries, "crossing", lambda _: None)
    live(house, clock)
    live(house, clock)
    assert EXPECTED == facts(house)


@pytest.mark.parametrize("statement", range(0, 48, 4))
def test_a_death_inside_the_commit_undoes_all_of_it(house, clock, monkeypatch, statement):
    """Marks, turns, points, messages and books of a set go back together."""
    work.drain(lambda: False)
    left, armed = [statement], []
    monkeypatch.setattr(boundaries, "crossing", armed.append)

    def dies(execute, sql, params, many, context):
        if "journeys.walks_claimed" in armed:
            left[0] -= 1
            if left[0] < 0:
                raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(dies), pytest.raises(Killed):
        journeys.walk_paths(jobs.Budget(60))
    walked = Walk.objects.exclude(node="branch").count()
    sent = Message.objects.count()
    assert (walked == sent == 0) == ("journeys.walks_advanced" not in armed)
    assert SendAttempt.objects.count() == sent
    house.balance()
    live(house, clock)
    assert EXPECTED == facts(house)
