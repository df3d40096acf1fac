"""`postlude journeys …` of journeys in steps: what there is, who stands where, pausing, comparing."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from postlude.journeys import api as journeys
from postlude.kernel import clock as kernel_clock
from postlude.people.types import Actor
from postlude.playbooks import api as playbooks
from postlude.wiring.cli.commands import run

from . import paths_house
from .paths_house import BORN, DAY, Chain, path, send

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.fixture
def house(db: None) -> Any:
    with kernel_clock.use(kernel_clock.FrozenClock(NOW)) as clock:
        yield paths_house.build(clock)


@pytest.fixture
def walked(house: Chain) -> Chain:
    """One was written to and waits, one was stopped, and one has not ordered."""
    one, stopped, _ = house.people(3)
    house.born(one, 5, 5)
    house.put_up(
        path(
            journeys.Check("check", BORN, "gift"),
            send("gift", "wait"),
            journeys.Wait("wait", length=DAY),
        )
    )
    house.closes(one, stopped)
    house.go_on()
    return house


def told(capsys: pytest.CaptureFixture[str], *command: str, code: int = 0) -> dict[str, Any]:
    capsys.readouterr()
    assert code == run(["journeys", *command, "--json"])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_each_step_is_shown_with_its_people(walked: Chain, capsys: Any) -> None:
    (it,) = told(capsys, "list")["paths"]
    assert ("welcome", "order.closed", "ever", 2, 1) == tuple(
        it[key] for key in ("slug", "begins", "once_per", "entered", "walking")
    )
    (version,) = told(capsys, "show", "welcome")["versions"]
    assert (2, 1, 0, 1, 0) == tuple(
        version[key] for key in ("entered", "walking", "done", "stopped", "goal")
    )
    assert [
        ("check", 2, 1, 0, 0, {"filtered": 1}),
        ("gift", 1, 1, 0, 1, {}),
        ("wait", 1, 0, 1, 0, {}),
    ] == [
        tuple(step[key] for key in ("name", "entered", "passed", "waiting", "sent", "blocked"))
        for step in version["steps"]
    ]
    for command in (["list"], ["show", "welcome"], ["show", "nothing"]):
        assert run(["journeys", *command]) == (3 if "nothing" in command else 0)


def test_it_is_paused_and_goes_on(walked: Chain, capsys: Any) -> None:
    assert told(capsys, "pause", "welcome")["changed"]
    assert not told(capsys, "pause", "welcome")["changed"]
    (it,) = told(capsys, "list")["paths"]
    assert it["paused_at"] is not None
    assert 0 == run(["journeys", "resume", "welcome"])
    (it,) = told(capsys, "list")["paths"]
    assert it["paused_at"] is None


def test_a_preview_says_who_would_be_taken_in_and_where_they_stand(
    walked: Chain, capsys: Any
) -> None:
    one, stopped, away = sorted(walked.emails)
    found = {
        contact: told(capsys, "preview", "--for", str(contact))["paths"][0]
        for contact in (one, stopped, away)
    }
    assert ("walked", "wait") == (found[one]["why_not"], found[one]["stands_at"])
    assert ("", "") == (found[stopped]["why_not"], found[stopped]["stands_at"])
    assert ("", "") == (found[away]["why_not"], found[away]["stands_at"])
    assert 0 == run(["journeys", "preview", "--for", str(one), "--notice", "welcome"])


BOOK = """\
playbook: restaurant
organisation: {slug: rest, name: Restaurants, zone: Europe/Moscow, currency: RUB, locale: ru, region: RU}
senders:
  mail: {via: smtp, host: 127.0.0.1, from: Rest <r@example.test>}
templates:
  hello: {ru: {subject: Hello, text: "Hello\\nthere"}}
journeys:
  welcome:
    when: order.closed
    once_per: ever
    steps:
      - wait: 1 day
      - send: {by: mail, using: hello}
"""


def test_a_file_is_compared_with_what_is_in_force(
    walked: Chain, capsys: Any, tmp_path: Path
) -> None:
    file = tmp_path / "restaurant.yaml"
    file.write_text(BOOK, encoding="utf-8")
    (it,) = told(capsys, "diff", str(file), code=5)["items"]
    assert ("welcome", "changed") == (it["slug"], it["what"])
    assert [1] == [each["version"] for each in it["in_flight"]]
    actor = Actor(kind="cli", id="ann")
    playbooks.apply(file, org=None, actor=actor, now=kernel_clock.now())
    (it,) = told(capsys, "diff", str(file))["items"]
    assert "same" == it["what"]
    (flying,) = journeys.in_flight(walked.org)["welcome"]
    assert (1, 1) == (flying.version, flying.members)


def test_whom_another_version_would_take_in_is_counted(
    walked: Chain, capsys: Any, tmp_path: Path
) -> None:
    """By news: a day of what happened. By a timetable: who fits now and has not walked it."""
    (one, stopped, _), (bob, eve) = sorted(walked.emails), walked.people(2)
    walked.born(bob, 5, 5)
    walked.born(eve, 5, 5)
    walked.closes(bob)
    file = tmp_path / "restaurant.yaml"
    file.write_text(BOOK, encoding="utf-8")
    it = told(capsys, "diff", str(file), code=5)["items"][0]["entering"]
    assert (0, 0) == (it["newly"], it["no_longer"])
    by_news = it["after"]
    assert ("order.closed", True, 3, 0, 3) == tuple(
        by_news[name] for name in ("begins", "by_day", "selected", "walked", "entering")
    )

    walked.go_on()
    looked = BOOK.replace("when: order.closed", "every: daily 11:00\n    who: birthday_known")
    file.write_text(looked, encoding="utf-8")
    (difference,) = told(capsys, "diff", str(file), code=5)["items"]
    it = difference["entering"]
    assert (3, 2, 1) == tuple(it["after"][name] for name in ("selected", "walked", "entering"))
    assert ([eve], sorted([one, stopped, bob])) == (it["newly_sample"], it["no_longer_sample"])
    assert (1, 3) == (it["newly"], it["no_longer"])
    assert [(1, 2)] == [(each["version"], each["members"]) for each in difference["in_flight"]]

    newly = looked.replace("once_per: ever", "newly: true\n    once_per: entry")
    file.write_text(newly, encoding="utf-8")
    it = told(capsys, "diff", str(file), code=5)["items"][0]["entering"]
    assert (3, 0) == (it["after"]["walked"], it["after"]["entering"])  # a new question: nobody new

    file.write_text(looked.replace("    once_per", "    active: false\n    once_per"))
    capsys.readouterr()
    assert 5 == run(["journeys", "diff", str(file)])
    shown = capsys.readouterr().out
    assert "the file: nobody enters" in shown
    assert "no longer taken in: 3 (such as" in shown
    assert "stays on version 1: 2 people under way" in shown
