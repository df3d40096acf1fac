"""Tabs that race never show a visitor more popups a day than the organisation's limit."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from postlude.kernel import store
from postlude.people import api as people
from postlude.people.types import Visit
from postlude.popups import api as popups
from postlude.popups import showing
from postlude.popups.types import Fate, Wish
from support.beacons import uuid7
from support.popping import ANN, welcome

TABS = 6
LIMIT = 2


@pytest.fixture
def wish(org, clock):
    popups.configure(org.id, a_day=LIMIT)
    version = popups.publish(org.id, welcome(), now=clock.now())
    (popup,) = popups.in_force(org.id).popups
    with store.write():
        (who,) = people.visit_many(org.id, [Visit(ANN, clock.now())], now=clock.now())
    return lambda uid: Wish(uid, popup.id, version, ANN, who.visitor, None)


def race(org: int, wishes: list[Wish], now) -> list[Fate]:
    barrier = Barrier(len(wishes))

    def tab(wish: Wish) -> Fate:
        try:
            barrier.wait(10)
            with store.write():
                (shown,) = popups.show_many(org, [wish], now=now)
            return shown.fate
        finally:
            connection.close()

    with ThreadPoolExecutor(len(wishes)) as pool:
        return list(pool.map(tab, wishes))


def shown() -> int:
    return store.rows_sql("SELECT COUNT(*) FROM popups_facts_exposure WHERE fate = 'shown'")[0][0]


def uid() -> str:
    return uuid7().replace("-", "")


def test_of_six_tabs_two_show(org, clock, wish) -> None:
    for _ in range(3):
        fates = race(org.id, [wish(uid()) for _ in range(TABS)], clock.now())

        assert LIMIT == fates.count(Fate.SHOWN)
        assert TABS - LIMIT == fates.count(Fate.LIMIT)
        assert LIMIT == shown()
        assert [(LIMIT,)] == store.rows_sql("SELECT shown FROM popups_seen WHERE shown > 0")
        clock.advance(days=1)
        store.execute("DELETE FROM popups_exposure")
        store.execute("DELETE FROM popups_seen")


def test_one_wish_sent_by_six_hands_is_shown_once(org, clock, wish) -> None:
    one = wish(uid())

    assert [Fate.SHOWN] * TABS == race(org.id, [one] * TABS, clock.now())

    assert 1 == shown()
    assert [(1,)] == store.rows_sql("SELECT shown FROM popups_seen")


def test_without_the_guard_the_race_would_be_seen(org, clock, wish, monkeypatch) -> None:
    """Looking first and counting later lets more through."""
    with store.write():
        popups.show_many(org.id, [wish(uid())], now=clock.now())  # there is a counter
    barrier = Barrier(TABS)

    def looked(day, wish, fate) -> bool:
        (held,) = store.rows_sql("SELECT shown FROM popups_seen")[0]
        if store.is_postgresql():  # on SQLite a writer is alone: nobody looks beside it
            barrier.wait(10)
        return held < LIMIT  # and counted after the commit, by nobody

    monkeypatch.setattr(showing, "_counted", looked)
    fates = race(org.id, [wish(uid()) for _ in range(TABS)], clock.now())

    assert fates.count(Fate.SHOWN) > LIMIT


def test_the_next_local_day_begins_anew(org, clock, wish) -> None:
    def fates() -> list[Fate]:
        with store.write():
            found = popups.show_many(org.id, [wish(uid()) for _ in range(3)], now=clock.now())
        return [each.fate for each in found]

    assert [Fate.SHOWN, Fate.SHOWN, Fate.LIMIT] == fates()
    clock.advance(hours=13, minutes=59)  # 23:59 in Taipei
    assert [Fate.LIMIT] * 3 == fates()
    clock.advance(minutes=1)
    assert [Fate.SHOWN, Fate.SHOWN, Fate.LIMIT] == fates()
