"""Notices on a timetable: read as they are written, every mistake at its line, rested when gone."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from postlude.journeys import api as journeys
from postlude.journeys.models import Journey
from postlude.journeys.recurring import definitions, publishing
from postlude.orgs import api as orgs
from postlude.playbooks import api as playbooks

NOTICES = """\
notices:
  come-back:
    title: Come back
    every: daily 12:00
    once_per: inactivity
    hold_out: 2.5
    to:
      short:
        who: last
        where:
          last: {kind: last_order_between, after: 4 weeks, before: 2 weeks}
        rotate:
          - name: balance
            when: balance_at_least
            where: {balance_at_least: {amount: 1}}
            otherwise: gift
            send: {by: mail, using: invitation}
          - name: gift
            give: {points: 100, reason: invite, expires: 14 days}
            send: {by: mail, using: invitation, class: service, within: 2 days, on_quiet: block}
  birth-date:
    every: monthly 1st 12:30
    once_per: month
    to:
      buyers:
        who: ordered_in_month && !birthday_known
        send: {by: mail, using: invitation}
alerts:
"""


@pytest.fixture
def chain(book: SimpleNamespace) -> SimpleNamespace:
    """A playbook with two notices."""
    book.edit("alerts:\n", NOTICES)
    return book


def kept(slug: str) -> journeys.Recurring:
    org = orgs.by_slug("pycon").id
    return definitions.from_json(publishing.newest(org, slug).definition)


def test_it_is_read_as_it_is_written(chain: SimpleNamespace) -> None:
    said = chain.apply().changes
    assert "notice Come back: daily 12:00, 1 selection" in said
    found = kept("come-back")
    assert (journeys.timetable("daily 12:00"), 25) == (found.timetable, found.hold_out)
    (short,) = found.selections
    balance, gift = short.ways
    assert ("short", "last", "balance_at_least", "gift") == (
        short.name,
        short.who.text if short.who else "",
        balance.when.text if balance.when else "",
        balance.otherwise,
    )
    assert journeys.Points(100, "invite", timedelta(days=14)) == gift.give
    assert journeys.Letter("mail", "invitation", "service", timedelta(days=2), "block") == gift.send
    (send,) = kept("birth-date").selections[0].ways
    assert journeys.Way("send", journeys.Letter("mail", "invitation")) == send


def test_the_same_again_is_no_new_version(chain: SimpleNamespace) -> None:
    chain.apply()
    before = publishing.newest(orgs.by_slug("pycon").id, "come-back").id
    chain.edit("title: Come back", "title: Please come back")
    chain.apply()
    org = orgs.by_slug("pycon").id
    assert 2 == publishing.newest(org, "come-back").number
    assert 1 == publishing.newest(org, "birth-date").number
    assert before != publishing.newest(org, "come-back").id


@pytest.mark.parametrize(
    ("old", "new", "line", "said"),
    [
        (
            "daily 12:00",
            "daily at noon",
            "every:",
            "“daily at noon” is no timetable; write it like",
        ),
        ("monthly 1st", "monthly 31st", "every: monthly", "Not every month has this day"),
        ("after: 4 weeks", "after: 4 wekes", "last:", "4 weeks"),
        ("who: last\n", "who: last &&\n", "who:", ""),
        ("otherwise: gift", "otherwise: gfit", "otherwise:", "There is no other way “gfit” here."),
        ("reason: invite, ", "", "give:", "“reason” is missing here."),
        ("once_per: month", "once_per: order", "once_per:", "`once_per: order` goes with `orders`"),
        (
            "{by: mail, using: invitation, class: service",
            "{by: male, using: invitation, class: service",
            "send:",
            "There is no sender “male”.",
        ),
        (
            "        send: {by: mail, using: invitation}\nalerts",
            "        send: {by: mail, using: invit}\nalerts",
            "send:",
            "There is no template “invit”.",
        ),
        ("ordered_in_month && ", "source && ", "buyers:", "“source” has no parameters"),
        ("  birth-date:", "  invite:", "invite:", "A journey is called “invite” already."),
    ],
)
def test_a_mistake_is_named_with_its_line(chain, old, new, line, said) -> None:
    chain.edit(old, new)
    problems = playbooks.validate(chain.path)
    assert problems
    text = chain.path.read_text(encoding="utf-8").splitlines()
    assert [each for each in problems if said in str(each) and line in text[each.line - 1]], [
        (str(each), text[each.line - 1]) for each in problems
    ]


def test_all_mistakes_come_at_once(chain: SimpleNamespace) -> None:
    chain.edit("daily 12:00", "daily 25:00")
    chain.edit("once_per: month", "once_per: order")
    chain.edit("using: invitation, class", "using: nothing, class")
    assert 3 <= len(playbooks.validate(chain.path))


def test_what_the_playbook_no_longer_has_rests(chain: SimpleNamespace) -> None:
    chain.apply()
    start = NOTICES.index("  birth-date:")
    chain.edit(NOTICES[start : NOTICES.index("alerts:")], "")
    report = chain.apply()
    assert any("notice birth-date: no run of it begins any more" in it for it in report.left_out)
    active = dict(Journey.objects.values_list("slug", "active"))
    assert (True, False) == (active["come-back"], active["birth-date"])
