"""kill -9 at a statement of a rule order's life, then everything again: nothing half, nothing twice."""

import os
import random
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, connections

from postlude.kernel.money import Money
from postlude.orgs import api as orgs
from postlude.people.types import Actor
from postlude.playbooks import api as playbooks
from postlude.rewards import api as rewards
from postlude.rewards.models import Entry
from postlude.rewards.types.reservations import ReservationState
from postlude.rules import api as rules
from postlude.rules.adapters import top_up
from postlude.rules.models import RuleOrder
from support import scarce

PLAYBOOK = Path(__file__).resolve().parents[2] / "playbooks" / "gift-cards.yaml"
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)
CONFIRMED, REVERSED = ReservationState.CONFIRMED, ReservationState.REVERSED
SOME = 24  # kills in CI; with --full at every statement
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def org() -> int:
    playbooks.apply(PLAYBOOK, org=None, actor=Actor("cli", "ann"), now=NOW)
    return orgs.by_slug("lantern").id


def life(org: int, sale: str) -> None:
    """Two orders of one sale: one is confirmed and reversed, the other cancelled; then a third."""
    keys = [f"{sale}:{n}" for n in range(3)]
    for key in keys:
        ask = top_up.ask(top_up.TopUp(buyer(sale), Money(200_00, "CNY")))
        wanted = rules.ReserveOrder(key, b"x", ask, NOW + timedelta(minutes=15))
        rules.reserve(org, wanted, now=NOW)
    rules.confirm(org, [keys[0], keys[2]], now=NOW)
    rules.cancel(org, [keys[1]], now=NOW)
    rules.reverse(org, [keys[0]], now=NOW)


def buyer(sale: str) -> int:
    return 10_000 + int(sale)


class _Count:
    """Counts statements, and dies at one of them: before it is run, so in the state before it."""

    def __init__(self, last: int | None) -> None:
        self.seen, self.last = 0, last

    def __call__(self, execute, sql, params, many, context):
        self.seen += 1
        if self.seen == self.last:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(sql, params, many, context)


def in_a_child(work: Callable[[], None], dies_at: int) -> bool:
    """Run `work` in a process of its own that dies at a statement; return whether it did."""
    connections.close_all()  # what is open would be shared with the child
    child = os.fork()
    if child == 0:
        try:
            with connection.execute_wrapper(_Count(dies_at)):
                work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def half_done(org: int, sale: str) -> list[str]:
    """What is there of one thing without the other that was to be in its commit."""
    found = []
    keys = [f"{sale}:{n}" for n in range(3)]
    there = rewards.reservations(org, keys)
    written = set(RuleOrder.objects.filter(org=org, key__in=keys).values_list("key", flat=True))
    if written != {key for key, each in there.items() if each.held or each.state in _WAS_HELD}:
        found.append(f"orders {written}, reservations {there}")
    for key in written:
        given = Entry.objects.filter(org=org, key=f"rule-order:{key}:0").exists()
        if given != (there[key].state in (CONFIRMED, REVERSED)):
            found.append(f"{key} is {there[key].state}, given: {given}")
        back = Entry.objects.filter(org=org, key=f"rule-order:{key}:0:back").exists()
        if back != (there[key].state is REVERSED):
            found.append(f"{key} is {there[key].state}, taken back: {back}")
    return found


_WAS_HELD = set(ReservationState) - {ReservationState.REFUSED}


def test_killed_at_any_statement_nothing_is_half_done_or_done_twice(org: int, request) -> None:
    """After each kill what is there is whole; after everything again it is as if nobody died."""
    count = _Count(None)
    with connection.execute_wrapper(count):
        life(org, "0")
    every = list(range(1, count.seen + 1))
    full = request.config.getoption("--full")
    chosen = every if full else sorted(random.Random(5).sample(every, SOME))
    died = 0
    for at in chosen:
        sale = str(at)
        died += in_a_child(lambda sale=sale: life(org, sale), at)
        assert [] == scarce.faults(org) + half_done(org, sale)
        life(org, sale)
        states = [rules.order(org, f"{sale}:{n}").state for n in range(3)]
        assert states == [REVERSED, ReservationState.CANCELLED, CONFIRMED]
        assert [] == scarce.faults(org) + half_done(org, sale)
        bonus = rewards.balances(org, [buyer(sale)], now=NOW, currency="bonus:CNY")
        assert bonus[buyer(sale)].available == 20_00
    assert [] == rewards.check_points(org)
    assert died >= SOME * 3 // 4  # the first life reads the rules, later ones know them already
