"""Runs the same requests again and again, each time killed (SIGKILL) at another statement.

    python killed_reservations.py EVERY OFFSET

on the database of the environment. Prints what was wrong afterwards, and how many were killed.
"""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402

from postlude.orgs import api as orgs  # noqa: E402
from postlude.rewards import api as rewards  # noqa: E402
from postlude.rewards.models import Reservation  # noqa: E402
from postlude.rewards.reserving import expiring  # noqa: E402
from postlude.rewards.types.coupons import CouponListSpec  # noqa: E402
from postlude.rewards.types.quotas import QuotaSpec  # noqa: E402
from postlude.rewards.types.reservations import (  # noqa: E402
    Claim,
    Confirm,
    LateConfirm,
    ReserveRequest,
)
from support import scarce  # noqa: E402

AT = datetime(2026, 3, 1, tzinfo=UTC)
CLAIMS = (Claim("quota:first"), Claim("coupons:gift", 2))


def prepare(name: str) -> int:
    org = orgs.create(name, name, zone="UTC", currency="EUR").id
    rewards.define_quota(org, QuotaSpec("first", 6, per_person=1))
    rewards.define_coupons(org, CouponListSpec("gift"))
    rewards.generate_codes(org, "gift", 9)
    return org


def asked(key: str, contact: int, minutes: int = 30) -> ReserveRequest:
    return ReserveRequest(key, b"d", contact, CLAIMS, AT + timedelta(minutes=minutes))


def requests(org: int) -> None:
    """Everything there is to do with reservations; every call may be repeated."""
    late = AT + timedelta(minutes=9)
    rewards.cancel_many(org, ["k5"], AT)
    rewards.reserve_many(org, [asked(f"k{n}", n, 5 if n == 1 else 30) for n in range(4)], AT)
    rewards.confirm_many(org, [Confirm("k0"), Confirm("k2", {"coupons:gift": 1})], AT)
    rewards.reserve(org, asked("k4", 0), AT)  # his cap is used up
    rewards.reserve(org, asked("k5", 5), AT)  # cancelled before
    rewards.cancel_many(org, ["k3"], AT)
    expiring.sweep(late)
    rewards.reserve_many(org, [asked(f"k{n}", n) for n in range(6, 10)], late)
    rewards.confirm_many(org, [Confirm("k1", late=LateConfirm.REACQUIRE), Confirm("k6")], late)
    rewards.reverse_reservations(org, ["k0"], late)


@contextmanager
def counting(step: Callable[[], None]) -> Iterator[None]:
    """Call `step` before each statement, and before and after each commit."""

    def wrapper(execute: Callable[..., Any], *arguments: Any) -> Any:
        step()
        return execute(*arguments)

    real = BaseDatabaseWrapper._commit

    def commit(self: BaseDatabaseWrapper) -> None:
        step()
        real(self)
        step()

    BaseDatabaseWrapper._commit = commit  # type: ignore[method-assign]
    with connection.execute_wrapper(wrapper):
        yield


def in_child(body: Callable[[], None]) -> bool:
    """Run a function in a child; return whether it was killed. Its other ends are ours."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        body()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if not os.WIFSIGNALED(status) and os.WEXITSTATUS(status):
        raise RuntimeError("the child failed")
    return os.WIFSIGNALED(status)


def killed_at(nth: int, org: int) -> bool:
    left = [nth]

    def step() -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def body() -> None:
        with counting(step):
            requests(org)

    return in_child(body)


def states(org: int) -> dict[str, str]:
    return dict(Reservation.objects.filter(org=org).values_list("key", "state"))


def main(every: int, offset: int) -> None:
    call_command("migrate", verbosity=0)
    undisturbed = prepare("undisturbed")
    requests(undisturbed)
    expected = states(undisturbed)
    wrong: list[str] = scarce.faults(undisturbed)
    killed, nth = 0, 1 + offset
    while True:
        org = prepare(f"at-{nth}")
        if not killed_at(nth, org):
            break
        killed += 1
        wrong += [f"killed at {nth}: {fault}" for fault in scarce.faults(org)]
        requests(org)
        requests(org)
        wrong += [f"after {nth} and a replay: {fault}" for fault in scarce.faults(org)]
        if states(org) != expected:
            wrong.append(f"after {nth} and a replay: {states(org)} and not {expected}")
        nth += every
    print(json.dumps({"killed": killed, "wrong": wrong, "states": expected}))


main(int(sys.argv[1]), int(sys.argv[2]))
