"""Many spends of one balance at once take what is there, and no unit more."""

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import IntegrityError, connection, transaction

from postlude.kernel import store
from postlude.rewards import api as rewards
from postlude.rewards.models import Account
from postlude.rewards.points import opening
from postlude.rewards.points.errors import KeyReused
from postlude.rewards.types.points import Give, Take

WORKERS = 32
ANN = 1


def together(work: Callable[[int], int]) -> list[int]:
    """Let all begin at one moment; what each of them got."""
    start = threading.Barrier(WORKERS)

    def run(number: int) -> int:
        try:
            start.wait(timeout=60)
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(run, range(WORKERS)))


@pytest.fixture
def hundred(org, clock) -> int:
    rewards.give_many(org.id, [Give("g", ANN, 100, "feedback")], now=clock.now())
    return org.id


def test_nobody_spends_what_another_has_spent(hundred, clock) -> None:
    now = clock.now()

    def spend(number: int) -> int:
        (said,) = rewards.take_many(hundred, [Take(f"s{number}", ANN, 9, "order")], now=now)
        return said.entry.amount if said.entry else 0

    got = together(spend)
    assert 11 == sum(each > 0 for each in got)
    assert 99 == sum(got)
    assert 1 == rewards.balances(hundred, [ANN], now=now)[ANN].available
    assert [] == rewards.check_points(hundred)


def test_one_key_is_one_spend(hundred, clock) -> None:
    now = clock.now()

    def spend(_: int) -> int:
        (said,) = rewards.take_many(hundred, [Take("s", ANN, 9, "order")], now=now)
        return said.entry.id

    assert 1 == len(set(together(spend)))
    assert 91 == rewards.balances(hundred, [ANN], now=now)[ANN].available


def test_one_key_for_two_people_is_one_entry(hundred, clock) -> None:
    now = clock.now()

    def give(number: int) -> int:
        try:
            rewards.give_many(hundred, [Give("same", 10 + number, 1, "x")], now=now)
        except KeyReused:
            return 0
        return 1

    assert 1 == sum(together(give))
    assert [] == rewards.check_points(hundred)


def test_crossing_batches_never_wait_in_a_circle(hundred, clock) -> None:
    now, contacts = clock.now(), list(range(2, 40))

    def give(number: int) -> int:
        turn = contacts if number % 2 else contacts[::-1]
        gives = [Give(f"{number}-{contact}", contact, 1, "x") for contact in turn]
        return len(rewards.give_many(hundred, gives, now=now))

    assert [len(contacts)] * WORKERS == together(give)
    found = rewards.balances(hundred, contacts, now=now)
    assert {WORKERS} == {each.available for each in found.values()}
    assert [] == rewards.check_points(hundred)


def test_look_compare_write_overspends(hundred, breaches) -> None:
    """The race is real: what everybody writes first gives more away than there is."""
    looked = threading.Barrier(WORKERS)

    def spend(_: int) -> int:
        available = Account.objects.get(org=hundred, contact=ANN).available
        looked.wait(timeout=60)
        if available < 9:
            return 0
        with store.write():
            Account.objects.filter(org=hundred, contact=ANN).update(available=available - 9)
        return 9

    assert 9 * WORKERS == sum(together(spend)) > 100
    breaches.clear()


def test_without_the_lock_the_database_still_refuses(hundred, clock, monkeypatch) -> None:
    """Two that decided on the same look: the checks behind the lock stop the second."""
    now, plain, looks = clock.now(), opening._load_lots, threading.Barrier(2)

    def load(org, opened) -> None:
        plain(org, opened)
        looks.wait(timeout=60)

    monkeypatch.setattr(opening, "_load_lots", load)
    monkeypatch.setattr(store, "locked", lambda *_: "")
    monkeypatch.setattr(store, "write", transaction.atomic)
    if not store.is_postgresql():  # there one writer at a time is the engine's own rule
        pytest.skip("SQLite has one writer: two never look at the same time")
    got: list[object] = []

    def spend(number: int) -> None:
        try:
            (said,) = rewards.take_many(hundred, [Take(f"s{number}", ANN, 60, "order")], now=now)
            got.append(said.entry is not None)
        except IntegrityError as error:
            got.append(type(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=spend, args=(n,)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {True, IntegrityError} == set(got)
    monkeypatch.undo()
    assert 40 == rewards.balances(hundred, [ANN], now=now)[ANN].available
    assert [] == rewards.check_points(hundred)


@pytest.mark.parametrize("after", range(1, 8))
def test_killed_between_two_statements_nothing_is_half_written(hundred, clock, after) -> None:
    now = clock.now()
    takes = [Take("s", ANN, 30, "order")]
    connection.close()
    child = os.fork()
    if child == 0:
        writes = [0]

        def die(execute, sql, *rest):
            result = execute(sql, *rest)
            writes[0] += sql.lstrip().startswith(("INSERT", "UPDATE", "DELETE", "SELECT"))
            if writes[0] == 2 * after:
                os.kill(os.getpid(), signal.SIGKILL)
            return result

        try:
            with connection.execute_wrapper(die):
                rewards.take_many(hundred, takes, now=now)
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    killed = os.WIFSIGNALED(status)
    assert [] == rewards.check_points(hundred)
    assert (100 if killed else 70) == rewards.balances(hundred, [ANN], now=now)[ANN].available
    (said,) = rewards.take_many(hundred, takes, now=now)
    assert killed != said.replayed
    assert 70 == rewards.balances(hundred, [ANN], now=now)[ANN].available
    assert [] == rewards.check_points(hundred)
