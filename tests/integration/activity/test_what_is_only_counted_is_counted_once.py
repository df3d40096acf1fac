"""Of hits that may not be kept there is a number, right however often and in whatever pieces told."""

import contextlib
from datetime import timedelta

import pytest
from django.db import connection

from postlude.activity import api as activity
from postlude.activity.counting import forget_counted
from postlude.activity.models import Counted, Uncounted
from postlude.activity.types import Kind
from postlude.kernel import clock as kernel_clock
from postlude.kernel.jobs import Budget
from postlude.orgs import api as orgs

HITS = [(Kind.PAGE, "", "1" * 32), (Kind.PAGE, "", "2" * 32), (Kind.EVENT, "login", "3" * 32)]
WHOLE = [("event", "login", 1), ("page", "", 2)]


def count(org: int, *hits: tuple[Kind, str, str]) -> None:
    activity.count_many(org, hits or HITS, now=kernel_clock.now())


def counted(org: int) -> list[tuple[str, str, int]]:
    rows = Uncounted.objects.filter(org=org).order_by("kind", "action")
    return list(rows.values_list("kind", "action", "hits"))


def test_told_again_in_whatever_pieces_it_is_the_same(org, clock):
    count(org.id, *HITS, HITS[0])
    for each in HITS:
        count(org.id, each, each)
    clock.advance(seconds=30 * 86_400)  # as late as the collector lets a hit come
    count(org.id)
    assert WHOLE == counted(org.id)


def test_another_organisation_counts_for_itself(org, clock):
    other = orgs.create("other", "Other", zone="Asia/Taipei", currency="TWD").id
    for each in (org.id, other, org.id):
        count(each)
    assert (WHOLE, WHOLE) == (counted(org.id), counted(other))
    hits = [
        set(Counted.objects.filter(org=each).values_list("hit", flat=True))
        for each in (org.id, other)
    ]
    assert (3, 3) == tuple(map(len, hits))
    assert not hits[0] & hits[1], "each organisation has a key of its own"


class Killed(BaseException):
    """Nothing catches it, as nothing catches SIGKILL."""


@pytest.mark.parametrize("statement", range(1, 9))
def test_a_death_between_any_two_statements_counts_once(org, clock, statement):
    left = [statement]

    def dies(execute, sql, params, many, context):
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        return execute(sql, params, many, context)

    with contextlib.suppress(Killed), connection.execute_wrapper(dies):
        count(org.id)
    count(org.id)
    assert WHOLE == counted(org.id)


def test_hashes_are_forgotten_and_the_number_stays(org, clock):
    count(org.id)
    assert 0 == forget_counted(Budget(5))
    clock.advance(seconds=timedelta(days=33).total_seconds())
    assert 3 == forget_counted(Budget(5))
    assert WHOLE == counted(org.id)
