"""Notices on a timetable: read as they are written, every mistake at its line, rested when gone."""

from datetime import timedelta
from types import SimpleNamespace

import pytest

from postlude.journeys import api as journeys
from postlude.journeys.models import Journey
from postlude.journeys.recurring import definitions, publishing
from postlude.kernel import clock as kernel_clock
from postlude.kernel import ids, store
from postlude.orders.models import Buyer
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import PersonSeen
from postlude.playbooks import api as playbooks

MORE = "else: {by: mail, using: invitation"
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
          - name: reminder
            send: {by: mail, using: invitation, else: {by: mail, using: invitation, within: 2 hours}}
  birth-date:
    every: monthly 1st 12:30
    once_per: month
    reaction: {points: birth date, within: 20 days}
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
    balance, gift, reminder = short.ways
    assert ("short", "last", "balance_at_least", "gift") == (
        short.name,
        short.who.text if short.who else "",
        balance.when.text if balance.when else "",
        balance.otherwise,
    )
    assert journeys.Points(100, "invite", timedelta(days=14)) == gift.give
    assert journeys.Letter("mail", "invitation", "service", timedelta(days=2), "block") == gift.send
    other = journeys.Letter("mail", "invitation", deadline=timedelta(hours=2))
    assert journeys.Letter("mail", "invitation", or_else=other) == reminder.send
    assert journeys.Awaited(timedelta(days=20), points="birth date") == kept("birth-date").reaction
    assert kept("come-back").reaction is None
    (send,) = kept("birth-date").selections[0].ways
    assert journeys.Way("send", journeys.Letter("mail", "invitation")) == send


def test_whom_it_would_reach_is_told_when_the_next_step_has_a_new_sender(chain) -> None:
    """The file brings it: until it is applied another one of its channel speaks for it."""
    chain.apply()
    org, now = orgs.by_slug("pycon").id, kernel_clock.now()
    seen = [PersonSeen("ann@example.test", source="test")]
    (found,) = people.recognise_many(org, seen, now=now)
    at = now - timedelta(days=20)
    columns = "id org_id contact orders first_at last_at spent_minor currency".split()
    with store.write():
        row = (ids.new_id(), org, found.contact, 1, at, at, 100, "TWD")
        store.insert_many(Buyer, columns, [row])
    chain.edit("else: {by: mail", "else: {by: post")
    chain.edit(
        "senders:\n", "senders:\n  post: {via: smtp, host: 127.0.0.1, from: P <p@example.test>}\n"
    )
    (changed,) = [
        each for each in playbooks.differences(chain.path, org, now=now) if each.slug == "come-back"
    ]
    assert changed.impact is not None
    assert changed.impact.people.after is not None
    assert (1, 1) == (changed.impact.people.after.selected, changed.impact.people.after.written)


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
        (
            "points: birth date,",
            "points: birth date, order: closed,",
            "reaction:",
            "A reaction is either an order or points.",
        ),
        ("within: 20 days", "within: 91 days", "reaction:", "awaited for up to 90 days"),
        (
            "    hold_out: 2.5",
            "    hold_out: 2.5\n    reaction: {points: invite}",
            "reaction:",
            "come with the notice itself",
        ),
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
        (
            "else: {by: mail, using: invitation, within",
            "else: {by: male, using: invitation, within",
            "else:",
            "There is no sender “male”.",
        ),
        ("within: 2 hours", "wihtin: 2 hours", "else:", "“wihtin”"),
        (
            "within: 2 hours}}",
            f"{MORE}, {MORE}, {MORE}" + "}" * 5,
            "else:",
            "These are 5 ways to reach somebody",
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


def test_a_way_names_its_coupon(chain: SimpleNamespace) -> None:
    chain.edit("          - name: gift\n", "          - name: gift\n            coupon: PRO10\n")
    chain.apply()
    org = orgs.by_slug("pycon").id
    assert {("come-back", 1, "gift"): "PRO10"} == journeys.coupons_named(org)
    chain.edit("        rotate:\n", "        coupon: PRO10\n        rotate:\n")
    (problem,) = playbooks.validate(chain.path)
    assert "under a way" in problem.hint
