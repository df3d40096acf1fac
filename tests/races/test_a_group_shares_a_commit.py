"""Those who ask together share a commit, and each is answered, or refused, for itself."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections

from postlude.kernel import store
from postlude.kernel.gathering import Gathering

THREADS = 8


class Refused(ValueError):
    """No."""


def together(gathering: Gathering[Any, Any], items: Sequence[Any]) -> list[Any]:
    """Ask from `THREADS` threads; each answer, or the error as a value."""

    def one(item: Any) -> Any:
        try:
            return gathering.ask(item)
        except Exception as error:
            return error
        finally:
            connections.close_all()

    with ThreadPoolExecutor(THREADS) as pool:
        return list(pool.map(one, items))


def gather_behind(gathering: Gathering[Any, Any], first: threading.Event, rest: threading.Event):
    """Let one lead, and answer it only when everybody else waits behind it."""
    with ThreadPoolExecutor(THREADS) as pool:
        leader = pool.submit(together, gathering, [0])
        assert first.wait(10)
        others = [pool.submit(together, gathering, [n]) for n in range(1, THREADS)]
        while len(gathering._waiting) < THREADS - 1:
            pass
        rest.set()
        return [each.result(10)[0] for each in [leader, *others]]


@pytest.mark.parametrize(("most", "sizes"), [(32, [1, 7]), (3, [1, 3, 3, 1])])
def test_whoever_waits_goes_with_the_next_group(most: int, sizes: list[int], transactional_db):
    groups: list[int] = []
    first, rest = threading.Event(), threading.Event()

    def act(items: Sequence[int]) -> list[int]:
        assert connection.in_atomic_block
        groups.append(len(items))
        if len(groups) == 1:
            first.set()
            assert rest.wait(10)
        return [item * 2 for item in items]

    answers = gather_behind(Gathering(act, most=most), first, rest)
    assert [n * 2 for n in range(THREADS)] == answers
    assert sizes == groups


def test_a_refusal_is_for_the_one_who_asked(transactional_db) -> None:
    def act(items: Sequence[int]) -> list[int | Exception]:
        return [Refused(item) if item % 5 == 0 else item for item in items]

    answers = together(Gathering(act), range(100))
    refused = [n for n, each in enumerate(answers) if isinstance(each, Refused)]
    assert list(range(0, 100, 5)) == refused
    assert [n for n in range(100) if n % 5] == [n for n in answers if isinstance(n, int)]


def test_after_a_failed_group_each_tries_alone(transactional_db) -> None:
    def act(items: Sequence[int]) -> list[int]:
        if 13 in items:
            raise Refused
        return list(items)

    answers = together(Gathering(act), range(60))
    assert [13] == [n for n, each in enumerate(answers) if isinstance(each, Refused)]
    assert 59 == len([each for each in answers if isinstance(each, int)])


def test_a_group_of_the_wrong_length_is_not_committed(transactional_db) -> None:
    """Whoever is left without an answer must not be done behind its back."""
    done: list[int] = []

    def act(items: Sequence[int]) -> list[int]:
        store.after_commit(lambda: done.append(len(items)))
        return [1] * (len(items) + (len(items) > 1))

    assert [1] * 50 == together(Gathering(act), range(50))
    assert {1} == set(done)


def test_whoever_is_alone_waits_for_nobody(transactional_db) -> None:
    gathering: Gathering[int, int] = Gathering(list, patience=60)
    assert [1, 2, 3] == [gathering.ask(n) for n in (1, 2, 3)]
