"""Journeys in steps, written as nested lists: each mistake at its line, and put into force."""

from pathlib import Path

import pytest

from postlude.journeys import api as journeys
from postlude.kernel import clock
from postlude.orgs import api as orgs
from postlude.people.types import Actor
from postlude.playbooks import api as playbooks

HEAD = """\
playbook: restaurant
organisation: {slug: rest, name: Restaurants, zone: Europe/Moscow, currency: RUB, locale: ru, region: RU}
senders:
  mail: {via: smtp, host: 127.0.0.1, from: Rest <r@example.test>}
templates:
  hello: {ru: {subject: Hello, text: "Hello\\nthere"}}
  again: {ru: {subject: Again, text: "Hello\\nagain"}}
"""
WELCOME = """\
journeys:
  welcome:
    title: Welcome
    when: order.closed
    orders: {kinds: [delivery]}
    once_per: ever
    goal: order.closed
    steps:
      - wait: 1 day until 10:00
      - branch:
          - reachable_by: mail
            steps:
              - give: {points: 100, reason: welcome, expires: 14 days}
                send: {by: mail, using: hello}
          - when: birthday_known
            steps:
              - end: true
        otherwise:
          - give: {points: 5, reason: welcome}
      - wait_for: order.closed
        at_most: 7 days
        otherwise:
          - send: {by: mail, using: again}
      - rotate:
          - {name: a, steps: [{send: {by: mail, using: again}}]}
          - {name: b}
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "restaurant.yaml"
    file.write_text(HEAD + text, encoding="utf-8")
    return file


def applied(folder: Path, text: str) -> int:
    actor = Actor(kind="cli", id="ann")
    playbooks.apply(written(folder, text), org=None, actor=actor, now=clock.now())
    return orgs.by_slug("rest").id


def test_what_is_nested_is_a_row_of_named_steps(db: None, tmp_path: Path) -> None:
    org = applied(tmp_path, WELCOME)
    (version,) = journeys.path_versions(org, "welcome")
    assert [
        ("wait", ("branch",)),
        ("branch", ("hello", "end", "give")),
        ("hello", ("wait-for",)),
        ("end", ()),
        ("give", ("wait-for",)),
        ("wait-for", ("rotate", "again")),
        ("again", ("rotate",)),
        ("rotate", ("again-2", "")),
        ("again-2", ("",)),
    ] == [(each.name, each.leads_to) for each in version.steps]


def test_the_same_again_is_no_new_version_and_what_is_left_out_rests(
    db: None, tmp_path: Path
) -> None:
    org = applied(tmp_path, WELCOME)
    applied(tmp_path, WELCOME + "# the same\n")
    (it,) = journeys.paths(org)
    assert (1, True, "order.closed", "ever") == (it.version, it.active, it.begins, it.once_per)
    applied(tmp_path, "")
    (it,) = journeys.paths(org)
    assert not it.active


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("using: again}\n", "using: agan}\n", 30, "There is no template “agan”."),
        ("reachable_by: mail", "reachable_by: male", 18, "There is no sender “male”."),
        ("wait: 1 day until 10:00", "wait: a while", 16, "is no length of time"),
        ("wait: 1 day until 10:00", "wait: until 25:00", 16, "no clock shows"),
        ("when: birthday_known", "when: birthday_knwn", 22, "birthday_knwn"),
        ("at_most: 7 days\n", "at_least: 7 days\n", 28, "“at_least” is not known here."),
        ("        at_most: 7 days\n", "", 27, "It may never happen."),
        ("- end: true", "- end: true\n                wait: 1 day", 24, "exactly one thing"),
        ("once_per: ever", "once_per: ticket", 13, "No ticket starts this journey."),
        ("    when: order.closed\n", "", 9, "Something starts it"),
        ("    goal: order.closed", "    newly: true", 14, "“newly” goes with"),
        ("points: 5", "points: 0", 26, "greater than or equal to 1"),
        ("- {name: b}", "- {name: a}", 33, "is used twice"),
    ],
)
def test_each_mistake_is_said_at_its_line(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    assert old in WELCOME
    found = playbooks.validate(written(tmp_path, WELCOME.replace(old, new, 1)))
    assert [line] == [each.line for each in found]
    assert words in found[0].message


LOOKED = """\
journeys:
  come-back:
    every: daily 12:00
    who: last_order_between
    where: {last_order_between: {after: 4 weeks, before: 2 weeks}}
    newly: true
    once_per: entry
    steps:
      - send: {by: mail, using: hello}
"""


def test_a_condition_on_a_timetable_starts_one(db: None, tmp_path: Path) -> None:
    org = applied(tmp_path, LOOKED)
    (it,) = journeys.paths(org)
    assert ("daily 12:00, newly", "each") == (it.begins, it.once_per)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("daily 12:00", "sometimes", 10, "is no timetable"),
        ("before: 2", "beforr: 2", 12, "beforr"),
        ("    newly: true\n", "", 13, "Nobody newly enters here."),
    ],
)
def test_mistakes_of_who_is_looked_for(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    found = playbooks.validate(written(tmp_path, LOOKED.replace(old, new, 1)))
    assert found
    assert (line, True) == (found[0].line, words in found[0].message)
