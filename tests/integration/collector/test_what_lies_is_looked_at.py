"""A hit that cannot be taken in is seen, tried again or dropped; whoever decides is written down."""

import contextlib
import json

import pytest
from django.db import DatabaseError, connection
from django.test import Client

from postlude.chatops import jobs as chat
from postlude.chatops.models import Alert
from postlude.collector import api as collecting
from postlude.collector import lying, rush
from postlude.collector.models import PutAside, Settled
from postlude.kernel import boundaries, clock, store
from postlude.kernel.jobs import Budget
from postlude.wiring import examination
from postlude.wiring.cli.commands import run

BAD = '{"kind": "nonsense", "cid": "ann@example.test"}'


def lie(count: int = 1, hit: str = BAD) -> list[int]:
    """So many hits have been tried as often as they may be."""
    with store.write():
        made = [PutAside.objects.create(kind="touch", hit=hit).id for _ in range(count)]
    for _ in range(rush.MOST_TRIES):
        collecting.take_in(Budget(10))
    return made


def told(capsys, *words: str) -> dict:
    assert 0 == run(["hits", *words, "--json"])
    return json.loads(capsys.readouterr().out)


def test_doctor_names_what_lies(db):
    assert [] == [each for each in collecting.doctor() if each.level != "ok"]
    lie(2)
    assert collecting.doctor in examination.ROOMS
    (finding,) = collecting.doctor()
    assert "warning" == finding.level
    assert "hits_left_lying: 2 hits could not be taken in (2 ValidationError)" == finding.what
    assert "postlude hits list" in finding.fix


def test_the_scrape_counts_what_lies_and_what_waits(org, settings):
    settings.POSTLUDE_METRICS_TOKEN = "scrape-me"
    lie(2)
    with store.write():
        PutAside.objects.create(kind="touch", hit=BAD)
        PutAside.objects.create(kind="touch", hit="[]", hits=50)
    page = Client().get("/metrics", headers={"Authorization": "Bearer scrape-me"}).content.decode()
    assert "postlude_hits_left_lying 2.0" in page
    assert "postlude_hits_waiting 51.0" in page


def test_the_team_hears_of_it_and_of_its_end(org):
    (hit,) = lie()
    chat.watch(Budget(5))
    assert ["hits_lying"] == [each.kind for each in Alert.objects.exclude(state="recovered")]
    collecting.drop([hit], actor="ann", reason="a test", now=clock.now())
    chat.watch(Budget(5))
    assert [] == list(Alert.objects.exclude(state="recovered"))


def test_a_look_shows_no_address(db, capsys):
    (hit,) = lie()
    listed = told(capsys, "list")
    assert (1, hit, "ValidationError") == (
        listed["total"],
        listed["hits"][0]["id"],
        listed["hits"][0]["error"],
    )
    shown = told(capsys, "show", str(hit))
    assert {"kind": "nonsense", "cid": "[e-mail]"} == shown["hit"]
    assert 3 == run(["hits", "show", str(hit + 1)])


def test_what_is_tried_again_is_taken_in_once_the_cause_is_mended(
    sent, collector, capsys, monkeypatch
):
    monkeypatch.setattr(rush, "MANY", 1)
    collector.get(f"/o/{sent.token}.gif")
    with store.write():
        PutAside.objects.update(tries=rush.MOST_TRIES, error="OperationalError")
    assert 0 == collecting.take_in(Budget(10))
    assert {"again": 1} == told(capsys, "again", "--all", "--reason", "the disk was full")
    assert {"again": 0} == told(capsys, "again", "--all")
    assert 1 == collecting.take_in(Budget(10))
    assert (0, 1) == (
        PutAside.objects.count(),
        store.rows_sql("SELECT count(*) FROM tracking_touch")[0][0],
    )
    (log,) = told(capsys, "log")["decided"]
    assert ("again", "the disk was full", "postlude", "OperationalError") == (
        log["decision"],
        log["reason"],
        log["actor"],
        log["error"],
    )


def test_what_is_dropped_needs_a_reason_and_is_dropped_once(db, capsys):
    first, second = lie(2)
    assert 3 == run(["hits", "drop", str(first), "--reason", " "])
    assert 3 == run(["hits", "drop", "--reason", "which?"])
    assert 3 == run(["hits", "drop", str(first), "--all", "--reason", "both?"])
    capsys.readouterr()
    for count in (1, 0):
        assert {"dropped": count} == told(capsys, "drop", str(first), "--reason", "of a test")
    assert [second] == [each.id for each in collecting.lying()]
    assert [(first, "dropped", "of a test")] == list(
        Settled.objects.values_list("hit", "decision", "reason")
    )


def test_what_waits_is_nobodys_to_decide(db):
    with store.write():
        waiting = PutAside.objects.create(kind="touch", hit=BAD).id
    assert 0 == collecting.drop([waiting], actor="ann", reason="no", now=clock.now())
    assert 1 == PutAside.objects.count()


def test_a_decision_stays(db):
    (hit,) = lie()
    collecting.drop([hit], actor="ann", reason="a test", now=clock.now())
    with pytest.raises(DatabaseError), store.write():
        Settled.objects.update(reason="another")


class Killed(BaseException):
    """Nothing catches it, as nothing catches SIGKILL."""


@pytest.mark.parametrize("statement", range(1, 6))
def test_a_death_in_between_leaves_both_or_neither(db, statement):
    hits = lie(3)
    left = [statement]

    def dies(execute, sql, params, many, context):
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(dies), contextlib.suppress(Killed):
        collecting.drop(hits, actor="ann", reason="a test", now=clock.now())
    assert 3 == PutAside.objects.count() + Settled.objects.count()
    collecting.drop(hits, actor="ann", reason="a test", now=clock.now())
    assert (0, 3) == (PutAside.objects.count(), Settled.objects.count())


def test_after_a_death_the_rest_is_decided_and_what_was_is_not_again(db, monkeypatch):
    hits, died = lie(3), []

    def crossing(name):
        if name == "collector.hits_settled" and not died:
            died.append(name)
            raise Killed

    monkeypatch.setattr(boundaries, "crossing", crossing)
    monkeypatch.setattr(lying, "_AT_ONCE", 2)
    with contextlib.suppress(Killed):
        collecting.drop(hits, actor="ann", reason="a test", now=clock.now())
    assert (1, 2, 1) == (PutAside.objects.count(), Settled.objects.count(), len(died))
    assert 1 == collecting.drop(hits, actor="ann", reason="a test", now=clock.now())
    assert hits == sorted(Settled.objects.values_list("hit", flat=True))
