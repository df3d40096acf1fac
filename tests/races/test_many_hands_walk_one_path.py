"""Several workers hear the same news, look at the same time and walk the same people: each once."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connections

from integration.journeys import paths_house
from integration.journeys.paths_house import BORN, ORDER, Chain, path, send
from postlude.journeys import api as journeys
from postlude.journeys import marks
from postlude.journeys.models import Mark, Walk
from postlude.journeys.paths import looking, walking
from postlude.journeys.recurring.timetables import parse
from postlude.kernel import clock as kernel_clock
from postlude.kernel import ids, jobs, work
from postlude.kernel.models import WorkRow
from postlude.kernel.work import WorkBatch
from postlude.messages.models import Message

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)  # 11:00 in Moscow
HANDS, CROWD = 4, 24


@pytest.fixture
def house(db: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(walking, "BATCH", 3)
    monkeypatch.setattr(looking, "PAGE", 5)
    with kernel_clock.use(kernel_clock.FrozenClock(NOW)) as clock:
        it = paths_house.build(clock)
        for contact in it.people(CROWD)[::2]:
            it.born(contact, 5, 5)
        yield it


def together(act: Callable[[], object]) -> None:
    """Let all hands do it at once; what one of them raises fails the test."""
    start, wrong = threading.Barrier(HANDS), list[BaseException]()

    def hand() -> None:
        try:
            start.wait()
            act()
        except BaseException as error:
            wrong.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=hand) for _ in range(HANDS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [] == wrong


def walk() -> None:
    """What a worker does, until nothing is left that nobody else has in hand."""
    for _ in range(12):
        work.drain(lambda: False)
        journeys.begin_looks(jobs.Budget(5))
        journeys.look(jobs.Budget(5))
        journeys.walk_paths(jobs.Budget(5))
        journeys.walk_selected(jobs.Budget(5))


def test_each_is_walked_once(house: Chain) -> None:
    turns = (journeys.Turn("one", "gift"), journeys.Turn("two", "discount"))
    house.put_up(path(journeys.Rotate("rotate", turns), send("gift"), send("discount")))
    looked = journeys.Selected(parse("daily 11:00"), BORN)
    house.put_up(path(send("balance"), slug="looked", trigger=looked))
    house.closes(*house.emails)
    together(walk)
    house.balance()
    house.go_on()
    texts = Counter(text for _, text in house.told())
    assert {"gift": 12, "discount": 12, "balance": 12} == texts
    assert {1} == set(Counter(house.told()).values())
    assert {"done": 36} == house.stand()


def test_news_meets_a_walk_that_has_read_the_facts(
    house: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Orders that close while people are being walked into a wait bring them on at once."""
    wait = journeys.Wait("wait", "gift", what=ORDER, at_most=paths_house.DAY)
    house.put_up(path(wait, send("gift")))
    house.closes(*house.emails)
    lock, closed = threading.Lock(), list[int]()

    def close_and_walk() -> None:
        with lock:
            first = not closed
            closed.append(1)
        if first:
            house.closes(*house.emails)
        walk()

    together(close_and_walk)
    walk()  # whoever was in hand when their second order was heard of is due now
    house.balance()
    assert CROWD == house.steps()["gift"].entered


def hear_the_same(house: Chain) -> None:
    """The same news in every hand, as if no claim kept them apart."""
    house.put_up(path(send("gift")))
    house.closes(*house.emails)
    keys = tuple(WorkRow.objects.filter(consumer=journeys.PATHS).values_list("key", flat=True))
    assert CROWD == len(keys)
    together(
        lambda: journeys.on_news(WorkBatch(house.org, journeys.PATHS, "order.closed", keys, 1))
    )


def test_the_same_news_in_every_hand_lets_each_enter_once(house: Chain) -> None:
    hear_the_same(house)
    assert CROWD == Walk.objects.count()
    walk()
    house.balance()
    assert CROWD == Message.objects.count()


def test_without_the_marks_only_the_key_of_the_walks_is_left(
    house: Chain, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shows that the test above can fail: with marks that know nothing of each other everybody
    enters in each hand, until the database refuses two walks of one order.
    """

    def make(org: int, journey: int, wanted: Any, now: datetime) -> dict[tuple[int, str], int]:
        return {pair: ids.new_id() for pair in wanted}

    monkeypatch.setattr(marks, "make", make)
    monkeypatch.setattr(marks, "held", lambda *_: set())
    with pytest.raises(AssertionError):
        hear_the_same(house)
    assert 0 == Mark.objects.count()
