"""`postlude journeys …`: what there is, how runs went, what would happen, pausing, comparing."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from postlude.journeys import api as journeys
from postlude.kernel import clock as kernel_clock
from postlude.kernel import jobs
from postlude.people.types import Actor
from postlude.playbooks import api as playbooks
from postlude.wiring.cli import output
from postlude.wiring.cli.commands import run

from . import notices_house
from .notices_house import Restaurants, invite, plain

NOON = datetime(2026, 11, 21, 9, tzinfo=UTC)  # 12:00 in Moscow


@pytest.fixture
def house(db):
    with kernel_clock.use(kernel_clock.FrozenClock(NOON - timedelta(hours=1))) as clock:
        it = notices_house.build(clock)
        jobs.register(jobs.Job("journeys.freeze_runs", journeys.freeze_runs, "bulk"))
        jobs.register(jobs.Job("journeys.walk_runs", journeys.walk_runs, "bulk"))
        yield it


def told(capsys, *command: str, code: int = 0) -> dict[str, Any]:
    capsys.readouterr()
    assert code == run(["journeys", *command, "--json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_run_by_hand_decides_at_once(house: Restaurants, capsys) -> None:
    """Its people, its books, and nobody again by hand or by the timetable."""
    one, two = house.people(2)
    house.people(1, consent=False)
    house.ordered(sorted(house.emails), NOON - timedelta(days=20))
    house.publish(invite())
    (it,) = told(capsys, "list")["notices"]
    assert ("invite", "daily 12:00", "2026-11-21T09:00:00+00:00", None) == (
        it["slug"],
        it["every"],
        it["next_at"],
        it["last_run"],
    )
    begun = told(capsys, "run", "invite")
    (books,) = begun["books"]
    assert ("done", 3, 0, 0) == (
        begun["state"],
        begun["selected"],
        begun["passed_over"],
        begun["left"],
    )
    assert ("short", 3, 2, {"no_consent": 1}) == (
        books["selection"],
        books["entered"],
        books["waiting"],
        books["blocked"],
    )
    assert 5 == run(["journeys", "run", "invite"])
    kernel_clock._clock.advance(hours=1)
    house.work()
    newest, first = told(capsys, "show", "invite")["runs"]
    assert (2, [{"no_consent": 1}]) == (
        newest["passed_over"],
        [each["blocked"] for each in newest["books"]],
    )
    assert 2 == first["books"][0]["sent"]
    assert [one, two] == [contact for contact, _ in house.told()]
    assert 3 == run(["journeys", "show", "nothing"])
    for command in (["list"], ["show", "invite"]):
        assert 0 == run(["journeys", *command])


def test_a_preview_says_what_and_why_not(house: Restaurants, capsys) -> None:
    served, next_one, no_word, away = [
        *house.people(2),
        *house.people(1, consent=False),
        *house.people(1),
    ]
    house.ordered([served], NOON - timedelta(days=20))
    house.publish(invite())
    told(capsys, "run", "invite")
    house.ordered([next_one, no_word], NOON - timedelta(days=20))

    def short(contact: int) -> dict[str, Any]:
        found = told(capsys, "preview", "--for", str(contact))["items"]
        return next(each for each in found if each["selection"] == "short")

    assert ("served", "2026-11-21T08:00:00+00:00") == (
        short(served)["why_not"],
        short(served)["served_at"],
    )
    assert ("", "gift", "gift", 100) == tuple(
        short(next_one)[key] for key in ("why_not", "way", "template", "points")
    )
    assert "no_consent" == short(no_word)["why_not"]
    assert "not_selected" == short(away)["why_not"]
    assert 0 == run(["journeys", "preview", "--for", str(next_one), "--notice", "invite"])
    assert (1, 0) == (house.marks(), house.points(next_one))


def test_pausing_is_seen_and_undone(house: Restaurants, capsys) -> None:
    house.publish(plain())
    assert told(capsys, "pause", "invite")["changed"]
    assert not told(capsys, "pause", "invite")["changed"]
    (it,) = told(capsys, "list")["notices"]
    assert (None, True) == (it["next_at"], it["paused_at"] is not None)
    assert 0 == run(["journeys", "resume", "invite"])
    (it,) = told(capsys, "list")["notices"]
    assert it["next_at"] is not None


BOOK = """\
playbook: restaurant
organisation: {slug: rest, name: Restaurants, zone: Europe/Moscow, currency: RUB, locale: ru, region: RU}
senders:
  mail: {via: smtp, host: 127.0.0.1, from: Rest <r@example.test>}
templates:
  ask: {ru: {subject: Ask, text: "Hello\\nthere"}}
notices:
  ask:
    every: daily 12:00
    once_per: ever
    to:
      all: {who: "!birthday_known", send: {by: mail, using: ask}}
"""


def test_a_file_is_compared_with_what_is_in_force(house: Restaurants, capsys, tmp_path) -> None:
    file = tmp_path / "restaurant.yaml"
    file.write_text(BOOK, encoding="utf-8")
    house.publish(plain())
    found = {
        each["slug"]: each["what"] for each in told(capsys, "diff", str(file), code=5)["items"]
    }
    assert {"ask": "new", "invite": "left out"} == found

    actor = Actor(kind="cli", id="ann")
    playbooks.apply(file, org=None, actor=actor, now=kernel_clock.now())
    file.write_text(BOOK.replace("daily 12:00", "daily 13:00"), encoding="utf-8")
    (it, _) = told(capsys, "diff", str(file), code=5)["items"]
    assert "changed" == it["what"]
    assert [line for line in it["lines"] if line.startswith("+") and "13:00" in line]
    assert 5 == run(["journeys", "diff", str(file)])
    file.write_text(BOOK.replace("daily 12:00", "sometimes"), encoding="utf-8")
    assert 3 == run(["journeys", "diff", str(file)])


def test_eighty_columns_are_enough(house: Restaurants, capsys, monkeypatch) -> None:
    """Of a run and of a report no heading and no figure is cut off."""
    house.people(1, consent=False)
    house.people(2)
    house.ordered(sorted(house.emails), NOON - timedelta(days=20))
    house.publish(invite(title="A notice with a long title"))
    monkeypatch.setattr(output.out, "_width", 80)
    for command in (
        ["journeys", "run", "invite"],
        ["journeys", "show", "invite"],
        ["journeys", "list"],
        ["report", "notices"],
    ):
        capsys.readouterr()
        assert 0 == run(command)
        shown = capsys.readouterr().out
        assert "…" not in shown, command
        assert max(map(len, shown.splitlines())) <= 80, command
        if command[0] == "journeys" and command[1] != "list":
            heads = ["selected", "entered", "sent", "blocked", "waiting", "unknown", "held out"]
            assert [each for each in heads if each not in shown] == []
            assert "no_consent 1" in shown
