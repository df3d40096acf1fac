"""A journey at a set time: read as it is written, refused with its line, or resting aloud."""

from datetime import datetime, timedelta
from types import SimpleNamespace

import pytest

from postlude.journeys import api as journeys
from postlude.journeys import calendars
from postlude.journeys.types import NoticeNode, Schedule, ScheduleState
from postlude.kernel import clock as kernel_clock
from postlude.orders import api as orders
from postlude.orgs import api as orgs
from postlude.playbooks import api as playbooks

NOTICE = """\
  eve:
    title: Before the event
    before_start: 1 day
    who: holders of pycon-2023
    send: {by: mail, using: {"*": invitation}, class: service}
alerts:
"""
DATES = "starts: 2023-09-02 09:00\n    ends: 2023-09-03 18:00"


@pytest.fixture
def eve(book: SimpleNamespace) -> SimpleNamespace:
    """A playbook with a mail a day before."""
    book.edit("ends: 2023-09-03 18:00", DATES)
    book.edit("alerts:\n", NOTICE)
    return book


def test_it_is_read_as_it_is_written(eve: SimpleNamespace) -> None:
    report = eve.apply()
    assert () == report.warnings
    said = "journey Before the event: 1 day before the start, to the holders of pycon-2023"
    assert said in report.changes
    org = orgs.by_slug("pycon").id
    (ref,) = [each for each in journeys.journeys(org) if each.slug == "eve"]
    found = journeys.definition(org, ref.id)
    (node,) = found.nodes
    assert isinstance(node, NoticeNode)
    assert ("mail", {"*": "invitation"}, "service") == (node.sender, node.templates, node.klass)
    assert "eve" == node.name  # what the pages call its mails
    assert ("schedule", ("pycon-2023",)) == (found.trigger, found.conferences)
    assert Schedule(before_start=timedelta(days=1)) == found.schedule


def test_a_time_is_on_the_clocks_of_the_organisation(eve: SimpleNamespace) -> None:
    eve.edit("before_start: 1 day", "at: 2023-09-01 20:00")
    assert "journey Before the event: at 2023-09-01 20:00" in " ".join(eve.apply().changes)
    org = orgs.by_slug("pycon").id
    (found,) = journeys.scheduled(org, now=kernel_clock.now())
    assert datetime.fromisoformat("2023-09-01 12:00+00:00") == found.due_at
    assert ScheduleState.AHEAD == found.state


def test_the_occasion_is_kept(eve: SimpleNamespace) -> None:
    eve.edit(DATES, DATES + "\n    place: Academia Sinica\n    website: https://tw.pycon.org/2023")
    eve.apply()
    org = orgs.by_slug("pycon").id
    (conference,) = orders.conferences(org)
    file = calendars.calendar(org, conference)
    assert file is not None
    assert b"LOCATION:Academia Sinica" in file.content
    assert b"URL:https://tw.pycon.org/2023" in file.content


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("holders of pycon-2023", "holders of pycon-2032", "There is no conference “pycon-2032”.\n    fix: Did you mean “pycon-2023”?"),
        ("holders of pycon-2023", "everybody", "fix: Write it like: holders of pycon-2027."),
        ("before_start: 1 day", "before_start: 1 day\n    at: 2023-09-01 09:00", "Say either `at` or `before_start`."),
        ("    before_start: 1 day\n", "", "Say either `at` or `before_start`."),
        ("before_start: 1 day", "at: 2023-09-03 18:00", "At this time pycon-2023 is over."),
        ("before_start: 1 day", "at: some day", "“some day” is no time"),
        ("    who: holders of pycon-2023\n", "", "“who” is missing here."),
        ('    send: {by: mail, using: {"*": invitation}, class: service}\n', "", "“send” is missing here."),
        ('{by: mail, using: {"*": invitation}, class: service}', '{by: mial, using: {"*": invitation}}', "There is no sender “mial”."),
        ("class: service", "class: marketing", "“marketing” is not known here."),
        ("    title: Before the event\n", "    when: ticket.paid\n", "A journey at a set time has no `when`."),
        ("    title: Before the event\n", "    do:\n      - wait: {}\n", "A journey at a set time has no `do`."),
        (DATES, DATES + "\n    website: tw.pycon.org", "fix: A web address, such as"),
    ],
)  # fmt: skip
def test_what_is_said(eve: SimpleNamespace, old: str, new: str, said: str) -> None:
    eve.edit(old, new)
    problems = [str(each) for each in playbooks.validate(eve.path)]
    assert any(said in each for each in problems), problems


def test_a_journey_that_does_nothing_is_said(book: SimpleNamespace) -> None:
    """`do` is missing, and nothing of a mail at a set time is there either."""
    text = book.path.read_text(encoding="utf-8")
    start, end = text.index("    do:\n"), text.index("alerts:\n")
    book.path.write_text(text[:start] + "    title: Nothing\n" + text[end:], encoding="utf-8")
    (problem,) = playbooks.validate(book.path)
    assert "“do” is missing here." in str(problem)
    assert "  invite:" == book.path.read_text(encoding="utf-8").splitlines()[problem.line - 1]


@pytest.mark.parametrize(
    ("dates", "lacking"), [("", "`starts` and `ends`"), ("ends: 2023-09-03 18:00", "`starts`")]
)
def test_without_dates_it_rests_and_says_so(eve: SimpleNamespace, dates: str, lacking: str) -> None:
    """It is applied, each time with its line and what would wake it."""
    eve.edit(f"    {DATES}\n", f"    {dates}\n" if dates else "")
    assert [] == playbooks.validate(eve.path)
    line = eve.path.read_text(encoding="utf-8").splitlines().index("  eve:") + 1
    for _ in range(2):
        report = eve.apply()
        (warning,) = report.warnings
        assert f"rests: pycon-2023 has no {lacking}." in str(warning)
        assert line == warning.line
        assert any("conferences.pycon-2023" in each for each in report.lines())
    org = orgs.by_slug("pycon").id
    (found,) = journeys.scheduled(org, now=kernel_clock.now())
    assert ScheduleState.RESTS == found.state


def test_a_journey_that_is_left_out_rests(eve: SimpleNamespace) -> None:
    eve.apply()
    eve.edit(NOTICE, "alerts:\n")
    eve.apply()
    org = orgs.by_slug("pycon").id
    (found,) = journeys.scheduled(org, now=kernel_clock.now())
    assert ScheduleState.INACTIVE == found.state
