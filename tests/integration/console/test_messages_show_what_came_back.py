"""The table of messages: filtered by notice, action, reaction and day; one opens into its receipt."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client

from postlude.kernel import clock as kernel_clock
from postlude.kernel import store, work
from postlude.messages.models import Message
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.rewards import api as rewards
from postlude.rewards.types.points import Give
from postlude.wiring import registry
from support.noticing import Restaurant

LIST = "/org/pycon/messages/"
DAY = timedelta(days=1)


def log_in(role: str, staff: dict[str, str]) -> Client:
    client = Client()
    assert client.login(username=role, password=staff["password"])
    return client


@pytest.fixture
def place(org, clock, settings, tmp_path) -> Restaurant:
    """Three invitations in two ways, one order; later a failed one and a request for feedback."""
    settings.POSTLUDE_STAMP_FILE = tmp_path / "epoch.stamp"
    work.unsubscribe_all()
    registry._done.clear()
    registry.register_all()
    place = Restaurant(org.id).open()
    start, who = kernel_clock.now(), [place.person(number) for number in range(4)]
    place.invited = [
        *place.send("invite", who[0], who[1], action="gift"),
        *place.send("invite", who[2], action="balance"),
    ]
    place.order(who[0], start + 2 * DAY, start + 2 * DAY, uid="A-1")
    place.order(who[0], start - DAY, start + DAY, uid="A-0")
    place.work()
    clock.advance(days=15)
    place.look()
    place.asked = place.send("feedback", who[0], action="ask")
    place.failed = place.send("invite", who[3], action="gift", outcome="failed")
    return place


def rows(client: Client, query: str = "") -> list[str]:
    """Return the rows of the table as plain text."""
    html = unescape(client.get(f"{LIST}?{query}").content.decode())
    body = html.partition("<tbody>")[2].partition("</tbody>")[0]
    return [" ".join(re.sub("<[^>]+>", " ", row).split()) for row in body.split("</tr>")[:-1]]


def counts(client: Client, query: str) -> dict[str, str]:
    html = client.get(f"{LIST}?{query}").content.decode()
    tabs = re.findall(r'<a href="\?[^"]*"[^>]*>([\w ]+) <span class="count">(\d+)', html)
    return dict(tabs)


def test_filters_leave_what_fits(place, staff) -> None:
    client = log_in("viewer", staff)
    start = kernel_clock.now() - 15 * DAY
    for query, expected in (
        ("", 5),
        ("kind=invite", 4),
        ("kind=feedback", 1),
        ("kind=invite&action=gift", 3),
        ("action=balance", 1),
        ("reaction=reacted", 1),
        ("reaction=none", 2),
        ("reaction=waiting", 1),
        ("kind=invite&state=failed", 1),
        (f"until={start:%Y-%m-%d}", 3),
        (f"since={start + DAY:%Y-%m-%d}", 2),
        ("kind=invite&reaction=reacted&action=balance", 0),
        ("kind=nobody", 0),
        ("reaction=nonsense", 5),
        ("since=2023-99-99", 5),
    ):
        assert len(rows(client, query)) == expected, query


def test_tabs_count_what_the_filters_leave_and_keep_them(place, staff) -> None:
    client = log_in("viewer", staff)
    assert counts(client, "")["all"] == "5"
    found = counts(client, "kind=invite&action=gift")
    assert (found["all"], found["accepted"], found["failed"]) == ("3", "2", "1")
    html = client.get(f"{LIST}?kind=invite&action=gift").content.decode()
    assert "?state=failed&amp;kind=invite&amp;action=gift" in html


def test_a_row_says_what_came_back(place, staff) -> None:
    client = log_in("viewer", staff)
    (reacted,) = rows(client, "reaction=reacted")
    assert reacted.startswith("invite · gift g")
    assert "reacted order · after 2.0 d" in reacted
    (failed,) = rows(client, "state=failed")
    assert "–" in failed, "what did not go awaits nothing"


def test_nobody_s_address_stands_there_without_the_permission(place, staff) -> None:
    for role in ("viewer", "owner"):
        client = log_in(role, staff)
        html = client.get(LIST).content.decode()
        assert "guest0@example.test" not in html
        (href,) = re.findall(r'<a href="(/org/pycon/messages/[^"]+)">feedback', html)
        assert "guest0@example.test" not in client.get(href).content.decode()
    assert [] == people.views(place.org)


def _opened(client: Client, query: str) -> str:
    html = client.get(f"{LIST}?{query}").content.decode()
    href = re.findall(r'<a href="(/org/pycon/messages/[^"/]+/)">', html)[0]
    return unescape(client.get(href).content.decode())


def test_a_message_opens_into_its_receipt(place, staff) -> None:
    page = _opened(log_in("viewer", staff), "reaction=reacted")
    for words in (
        "What came back",
        "invite · gift, version 1",
        "An order was placed within 14 days, and closed.",
        "2.0 days after the message",
        "1000.00 RUB",
        "this message: no newer one came before it",
        "Order A-1",
        "the reaction",
        "Order A-0",
        "begun before the message",
    ):
        assert words in page, words


def test_what_waits_says_until_when_and_what_failed_says_why(place, staff) -> None:
    client = log_in("viewer", staff)
    assert "Awaited until" in _opened(client, "reaction=waiting")
    assert "It did not go out, so it awaits nothing." in _opened(client, "state=failed")


def test_an_answer_that_changed_shows_the_old_one(place, staff) -> None:
    place.order(None, cancelled=kernel_clock.now(), uid="A-1")
    place.work()
    (changed,) = Message.objects.filter(id=place.invited[0])
    page = _opened(log_in("viewer", staff), f"kind=invite&action=gift&until={changed.day}")
    both = page + _second(log_in("viewer", staff), f"kind=invite&action=gift&until={changed.day}")
    assert "Until then: reacted A-1" in both
    assert "cancelled" in both


def _second(client: Client, query: str) -> str:
    html = client.get(f"{LIST}?{query}").content.decode()
    href = re.findall(r'<a href="(/org/pycon/messages/[^"/]+/)">', html)[1]
    return unescape(client.get(href).content.decode())


def test_points_that_came_with_it_are_told(place, staff) -> None:
    message = Message.objects.get(id=place.failed[0])
    with store.write():
        give = Give(message.key, message.contact, 100, "invite")
        rewards.give_many(place.org, [give], now=kernel_clock.now())
    page = _opened(log_in("viewer", staff), "state=failed")
    assert "100 points, reason “invite”" in page


def test_where_no_notice_was_sent_the_page_is_as_before(sale, staff) -> None:
    html = log_in("viewer", staff).get(LIST).content.decode()
    assert 'name="kind"' not in html
    assert "Reaction" not in html
    assert 'name="since"' in html


def test_strangers_see_none_of_it(place, staff) -> None:
    assert Client().get(f"{LIST}?kind=invite").status_code == 302
    assert log_in("outsider", staff).get(f"{LIST}?kind=invite").status_code == 404


def test_one_branch_is_shown_alone(place, org, staff) -> None:
    arbat = orgs.add_branch(org.id, "arbat", "Arbat")
    orgs.add_branch(org.id, "east", "East")
    rival = orgs.create("far-away", "Far away", zone="UTC", currency="EUR")
    orgs.add_branch(rival.id, "theirs", "Theirs")
    place.send("invite", place.person(9), action="gift", branch=arbat.id)
    client = log_in("viewer", staff)
    for query, expected in (("", 6), ("branch=arbat", 1), ("branch=east", 0), ("branch=theirs", 0)):
        assert expected == len(rows(client, query)), query
        assert str(expected) == counts(client, query)["all"]
    html = client.get(LIST).content.decode()
    assert ("Arbat" in html, "Theirs" in html) == (True, False)
