"""`postlude points`: give, spend, look; with a key a repeat is done once."""

import json
from typing import Any

import pytest

from postlude.people import api as people
from postlude.people.types import PersonSeen
from postlude.wiring.cli.commands import run

ANN = "ann@example.test"


@pytest.fixture
def ann(org: Any, clock: Any) -> int:
    (found,) = people.recognise_many(org.id, [PersonSeen(ANN, reference="t:1")], now=clock.now())
    assert found.contact is not None
    return found.contact


def told(capsys: Any, *command: str) -> tuple[int, Any]:
    code = run(["points", *command, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_points_are_given_and_spent_by_hand(ann: int, clock: Any, capsys: Any) -> None:
    give = [
        "give",
        ANN,
        "100",
        "--reason",
        "道歉",
        "--until",
        "2023-09-15T10:00",
        "--key",
        "sorry-1",
    ]
    code, said = told(capsys, *give)
    assert (0, 100, False) == (code, said["balance"]["available"], said["posted"]["replayed"])
    code, said = told(capsys, *give)
    assert (0, 100, True) == (code, said["balance"]["available"], said["posted"]["replayed"])
    code, said = told(capsys, "spend", str(ann), "30", "--key", "s")
    assert (0, 70) == (code, said["balance"]["available"])
    code, said = told(capsys, "spend", ANN, "71")
    assert (5, 1) == (code, said["posted"]["short"])
    clock.advance(days=14)
    _, said = told(capsys, "balance", ANN)
    assert 0 == said["available"]
    _, said = told(capsys, "history", ANN)
    assert [("spend", "by hand"), ("grant", "道歉")] == [
        (each["kind"], each["reason"]) for each in said["items"]
    ]


def test_a_person_reads_it_as_well(ann: int, capsys: Any) -> None:
    assert 0 == run(["points", "give", ANN, "5"])
    assert 5 == run(["points", "spend", ANN, "6"])
    assert 0 == run(["points", "balance", ANN])
    assert 0 == run(["points", "history", ANN])
    shown = capsys.readouterr().out
    for words in ("5 to spend now", "1 points too few", "available", "by hand"):
        assert words in shown


def test_what_is_wrong_is_said(ann: int, capsys: Any) -> None:
    for command, code in (
        (["give", "nobody@example.test", "5"], "not_found"),
        (["give", str(2**70), "5"], "not_found"),
        (["give", ANN, "0"], "points.bad_amount"),
        (["give", ANN, "5", "--currency", "gold"], "points.bad_currency"),
        (["give", ANN, "5", "--until", "soon"], "bad_input"),
        (["give", ANN, "5", "--until", "2001-01-01"], "points.bad_period"),
    ):
        exit_code, said = told(capsys, *command)
        assert (3, code) == (exit_code, said["error"]["code"])
