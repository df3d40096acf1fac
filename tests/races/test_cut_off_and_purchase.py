"""A purchase beside the cut-off of the pre-event mail: told through the cycle or with the
invitation, never both, never neither."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from integration.journeys import conftest
from integration.journeys.conftest import STARTS, House, notice
from postlude.access import api as access
from postlude.journeys import api as journeys
from postlude.journeys import freezing, marks, notices
from postlude.journeys.models import Cycle, Slot
from postlude.kernel import boundaries, jobs, work

house = conftest.house


@pytest.fixture
def eve(house: House, clock: Any) -> House:
    """The moment of the cut-off; six people hold tickets and were invited."""
    journeys.publish(house.org, notice(), now=house.now)
    clock.advance(seconds=(STARTS - timedelta(days=3) - clock.now()).total_seconds())
    for number in range(6):
        house.buy(f"early{number}@example.test")
    house.deliver()
    clock.advance(days=2)
    return house


def everybody(it: House) -> list[str]:
    return sorted({mail.to_address for mail in it.mail.sent if mail.subject == "Come in"})


def buy_and_invite(it: House, email: str) -> None:
    """One buyer's whole way to the decision, by hand, so that threads may share it."""
    it.buy(email)
    while work.drain(lambda: False):
        pass
    access.authorise(jobs.Budget(5))
    while work.drain(lambda: False):
        pass
    journeys.step(jobs.Budget(5))


MOMENTS = ("journeys.slot_begun", "journeys.slot_claimed", "journeys.audience_frozen")


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("invited", [True, False], ids=["invited at once", "invited later"])
def test_a_purchase_at_any_moment(
    eve: House, monkeypatch: pytest.MonkeyPatch, moment: str, invited: bool
) -> None:
    """Chunks of two, and a purchase at each moment between two commits of the cut-off."""
    monkeypatch.setattr(freezing, "CHUNK", 2)
    bought: list[str] = []

    def crossing(name: str) -> None:
        if name == moment:
            bought.append(f"beside{len(bought)}@example.test")
            (buy_and_invite if invited else House.buy)(eve, bought[-1])

    with monkeypatch.context() as patched:
        patched.setattr(boundaries, "crossing", crossing)
        assert 1 == eve.tick()
        journeys.freeze(jobs.Budget(20))
    eve.deliver()

    assert bought
    assert everybody(eve) == eve.told()
    assert eve.scheduled().progress.entered == len(everybody(eve))


def test_without_the_mark_somebody_hears_twice(eve: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the mark is for: with marks that are always fresh both ways send."""
    numbers = iter(range(1, 1_000))

    def fresh(_org: int, _journey: int, wanted: Any, _now: Any) -> dict[tuple[int, str], int]:
        return {each: next(numbers) for each in wanted}

    eve.tick()
    buy_and_invite(eve, "beside@example.test")
    monkeypatch.setattr(marks, "make", fresh)
    eve.deliver()
    assert len(eve.told()) > len(set(eve.told()))


def test_without_the_slot_somebody_hears_nothing(
    eve: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the slot is for: where the invitation does not look at it, a late buyer is missed."""
    eve.tick()
    journeys.freeze(jobs.Budget(5))
    monkeypatch.setattr(notices, "with_invitation", lambda *_: None)
    buy_and_invite(eve, "beside@example.test")
    eve.deliver()
    assert {"beside@example.test"} == set(everybody(eve)) - set(eve.told())


@pytest.mark.parametrize("turn", range(3))
def test_buyers_and_schedulers_at_once(
    eve: House, monkeypatch: pytest.MonkeyPatch, turn: int
) -> None:
    """Two schedulers that freeze and walk, three threads of buyers; nobody is missed or doubled."""
    monkeypatch.setattr(freezing, "CHUNK", 1)
    emails = [[f"t{turn}-{n}-{k}@example.test" for k in range(3)] for n in range(3)]
    for each in [email for some in emails for email in some]:
        eve.contact(each)

    def schedule() -> None:
        for _ in range(4):
            journeys.schedule(jobs.Budget(5))
            journeys.freeze(jobs.Budget(5))
            journeys.step_scheduled(jobs.Budget(5))

    def buyer(some: list[str]) -> Callable[[], None]:
        def buy() -> None:
            for email in some:
                buy_and_invite(eve, email)

        return buy

    together([schedule, schedule, *(buyer(some) for some in emails)])
    eve.deliver()
    everyone = {*everybody(eve)}
    assert 6 + 9 == len(everyone)
    assert sorted(everyone) == eve.told()
    assert 1 == Slot.objects.count() == Cycle.objects.filter(journey__slug="pre-event").count()


@pytest.mark.parametrize("turn", range(3))
def test_two_schedulers_begin_once(eve: House, turn: int) -> None:
    """The slot's unique key decides, and the second cycle is taken back."""
    together([eve.tick] * 4)
    assert 1 == Slot.objects.count()
    assert 1 == Cycle.objects.filter(journey__slug="pre-event").count()


def together(functions: list[Callable[[], Any]]) -> None:
    barrier = threading.Barrier(len(functions))

    def run(function: Callable[[], Any]) -> None:
        try:
            barrier.wait(timeout=10)
            function()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(functions)) as pool:
        list(pool.map(run, functions))
