"""Whatever threads are told, there is one order of their calls in which a plain model says the same."""

import copy
import itertools
import random
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections

from postlude.kernel import ids
from postlude.orgs import api as orgs
from postlude.rewards import api as rewards
from postlude.rewards.errors import NotReserved
from postlude.rewards.types.quotas import QuotaSpec
from postlude.rewards.types.reservations import Claim, Confirm, ReserveRequest
from support.reservation_model import Model

THREADS, STEPS, LIMIT = 4, 3, 2
Step = tuple[str, str]


@dataclass
class Call:
    """A call, when it began and ended (by one count for all threads), and what it said."""

    step: Step
    began: int
    ended: int
    said: str


def in_the_model(model: Model, step: Step) -> str:
    verb, key = step
    if verb == "reserve":
        return model.reserve(key, {"quota:a": 1}, int(key[1:]), "d", 99)
    return {"confirm": model.confirm, "cancel": model.cancel, "reverse": model.reverse}[verb](key)


def is_linearizable(calls: Sequence[Call]) -> bool:
    """Look for an order of the calls, none before one that had ended when it began."""

    def search(rest: list[Call], model: Model) -> bool:
        if not rest:
            return True
        first_end = min(call.ended for call in rest)
        for call in rest:
            if call.began > first_end:
                continue
            tried = copy.deepcopy(model)
            if in_the_model(tried, call.step) == call.said and search(
                [each for each in rest if each is not call], tried
            ):
                return True
        return False

    strict = [call for call in calls if not _on_its_way(call, calls)]
    return search(strict, Model({"quota:a": LIMIT}, {"quota:a": 1}))


def _on_its_way(call: Call, calls: Sequence[Call]) -> bool:
    """A retriable 404 says no more than "not yet": its key may be in the making that moment."""
    return call.said == "nothing" and any(
        each.step[1] == call.step[1]
        and each.step[0] in {"reserve", "cancel"}
        and each.began < call.ended
        and call.began < each.ended
        for each in calls
    )


def in_the_product(org: int, clock: Any, step: Step) -> str:
    verb, key = step
    now = clock.now()
    if verb == "reserve":
        until = now + timedelta(minutes=99)
        request = ReserveRequest(key, b"d", int(key[1:]), (Claim("quota:a"),), until)
        return str(rewards.reserve(org, request, now).state)
    said: Any = {
        "confirm": lambda: rewards.confirm_many(org, [Confirm(key)], now),
        "cancel": lambda: rewards.cancel_many(org, [key], now),
        "reverse": lambda: rewards.reverse_reservations(org, [key], now),
    }[verb]()[0]
    return "nothing" if isinstance(said, NotReserved) else str(said.state)


def play(programs: Sequence[Sequence[Step]], act: Callable[[Step], str]) -> list[Call]:
    """Run one program a thread, all beginning together."""
    tick, start = itertools.count(), threading.Barrier(len(programs))
    calls: list[Call] = []

    def run(program: Sequence[Step]) -> None:
        try:
            connection.ensure_connection()
            start.wait(60)
            for step in program:
                began = next(tick)
                said = act(step)
                calls.append(Call(step, began, next(tick), said))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(program,)) for program in programs]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return calls


def programs(dice: random.Random) -> list[list[Step]]:
    verbs = ("reserve", "reserve", "reserve", "confirm", "cancel", "reverse")
    return [
        [(dice.choice(verbs), f"k{dice.randrange(4)}") for _ in range(STEPS)]
        for _ in range(THREADS)
    ]


def test_histories_of_reservations_are_linearizable(
    transactional_db: None, clock: Any, pytestconfig: pytest.Config
) -> None:
    for seed in range(400 if pytestconfig.getoption("--full") else 30):
        org = orgs.create(f"h{ids.new_id()}", "H", zone="UTC", currency="EUR").id
        rewards.define_quota(org, QuotaSpec("a", LIMIT, per_person=1))

        def act(step: Step, org: int = org) -> str:
            return in_the_product(org, clock, step)

        calls = play(programs(random.Random(seed)), act)
        assert THREADS * STEPS == len(calls)
        history = "\n".join(f"{e.began:3}-{e.ended:3} {e.step} {e.said}" for e in calls)
        assert is_linearizable(calls), f"seed {seed}\n{history}"


def test_a_history_that_no_order_explains_is_seen() -> None:
    """Three are held of two; and one is refused though the place was free all the time."""
    reserve = [Call(("reserve", f"k{n}"), 0, 9, "held") for n in range(3)]
    assert not is_linearizable(reserve)
    assert is_linearizable(reserve[:2])
    assert not is_linearizable([Call(("reserve", "k1"), 0, 1, "refused")])
    unseen = [Call(("reserve", "k1"), 0, 1, "held"), Call(("confirm", "k1"), 2, 3, "nothing")]
    assert not is_linearizable(unseen)
    cancelled = [Call(("cancel", "k1"), 0, 1, "cancelled"), Call(("reserve", "k1"), 2, 3, "held")]
    assert not is_linearizable(cancelled)
