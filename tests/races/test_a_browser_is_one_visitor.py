"""First hits of one browser that arrive at the same moment make one visitor."""

import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from postlude.kernel import store
from postlude.people import api as people
from postlude.people import visiting
from postlude.people.types import Visit

WORKERS = 3
CIDS = [f"browser-{number:012}" for number in range(3)]


@pytest.fixture
def meet(monkeypatch):
    """Let each worker look before any of them writes, as far as the locks let them."""
    barrier = threading.Barrier(WORKERS)
    plain = visiting._held

    def held(org, cids):
        known = plain(org, cids)
        # Broken: the others wait for our transaction, or look a second time.
        with contextlib.suppress(threading.BrokenBarrierError):
            barrier.wait(timeout=0.5)
        return known

    monkeypatch.setattr(visiting, "_held", held)
    return barrier


def together(org: int, now, members):
    def work(member):
        try:
            with store.write():
                visits = [Visit(cid, now, member) for cid in CIDS]
                return people.visit_many(org, visits, now=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(work, members))


@pytest.mark.parametrize(
    ("members", "visitors"),
    [(("", "", ""), 1), (("m1", "m1", "m1"), 1), (("", "m1", "m1"), 1), (("m1", "m2", "m1"), 2)],
)
def test_there_are_as_many_as_one_after_the_other(org, clock, meet, members, visitors) -> None:
    for _ in range(2):
        answers = together(org.id, clock.now(), members)

        rows = store.rows_sql("SELECT visitor, contact FROM people_facts_visitor")
        if "" not in members:
            assert len(CIDS) * visitors == len(rows)
        else:  # who came before the login may have been given a visitor that is nobody's yet
            assert len(CIDS) * visitors <= len(rows) <= len(CIDS) * 2
        known = dict(rows)
        assert all(each.visitor in known for answer in answers for each in answer)
        for answer, member in zip(answers, members, strict=True):
            assert not member or {each.contact for each in answer} == {
                known[each.visitor] for each in answer
            }
        meet.reset()
