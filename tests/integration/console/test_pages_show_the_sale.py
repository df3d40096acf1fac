"""The pages count what happened, and every number opens into its rows."""

from datetime import timedelta

from django.test import Client
from django.urls import reverse

from postlude.console.readings import board as boards
from postlude.console.readings import sales as reading
from postlude.console.timeline import timeline
from postlude.kernel import clock, tokens
from postlude.orders import api as orders
from postlude.people.types import Actor


def log_in(staff: dict[str, str]) -> Client:
    client = Client()
    assert client.login(username="owner", password=staff["password"])
    return client


def test_counts_of_each_fate(sale) -> None:
    conference = orders.conferences(sale.org.id)[0]
    page = reading.page(sale.org, conference, now=clock.now())
    counts = {card.key: card.value for card in page.cards}
    assert counts == {
        "sold": 7,
        "granted": 6,
        "invited": 3,
        "delivered": 2,
        "waiting": 1,
        "unknown": 1,
        "failed": 2,
        "refunded": 1,
    }
    assert [each.count for each in page.stations if each.key != "pseudonymised"] == [7, 6, 3, 2, 1]
    assert sum(row.sold for row in page.rows) == 7
    assert page.timings.median is not None
    assert 1 <= page.timings.median <= 5
    assert not page.empty


def test_a_quiet_page_is_not_swapped(sale, staff) -> None:
    client = log_in(staff)
    html = client.get(reverse("console:sales", args=["pycon"])).content.decode()
    url = html.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    assert client.get(url).status_code == 204
    assert client.get(url.replace("v=", "v=x")).status_code == 200


def test_an_empty_organisation_says_what_to_do_first(org, staff) -> None:
    html = log_in(staff).get(reverse("console:sales", args=["pycon"])).content.decode()
    assert "No sale has arrived yet" in html
    assert "postlude sync kktix --once" in html


def test_filters_open_into_rows(sale, staff) -> None:
    client = log_in(staff)
    for state, key in (
        ("failed", "failed-5"),
        ("unknown", "unknown-3"),
        ("refunded", "refunded-7"),
    ):
        url = reverse("console:buyers", args=["pycon"])
        html = client.get(url, {"state": state}).content.decode()
        assert tokens.seal("contact", sale.contacts[key]) in html


def test_a_timeline_tells_the_story_in_order(sale) -> None:
    story = timeline(
        sale.org.id,
        sale.contacts["opened-0"],
        actor=Actor("cli", "test"),
        permissions=frozenset(),
        purpose="test",
    )
    assert story is not None
    assert story.masked
    steps = [each.step for each in story.entries]
    wanted = ["bought", "granted", "decided", "invited", "delivered", "open"]
    assert [step for step in steps if step in wanted] == wanted
    assert [each.at for each in story.entries] == sorted(each.at for each in story.entries)
    opened = next(each for each in story.entries if each.step == "open")
    assert opened.seconds_after_sale is not None
    assert opened.seconds_after_sale > 0


def test_a_message_shows_what_the_provider_said(sale, staff) -> None:
    token = tokens.seal("message", sale.messages["failed-5"])
    html = log_in(staff).get(reverse("console:message", args=["pycon", token])).content.decode()
    assert "550 no such mailbox" in html


def test_failures_are_listed_with_what_to_do(sale, staff) -> None:
    html = log_in(staff).get(reverse("console:attention", args=["pycon"])).content.decode()
    assert "Failed for good" in html
    assert "550 no such mailbox" in html
    assert "never sends a second one by itself" in html


def test_one_board_serves_all_readers_for_a_moment(sale, django_assert_num_queries) -> None:
    boards.board(sale.org.id, sale.conference)
    with django_assert_num_queries(0):
        boards.board(sale.org.id, sale.conference)


def test_old_imports_do_not_spoil_the_timings(sale) -> None:
    conference = orders.conferences(sale.org.id)[0]
    seen = boards.make(sale.org.id, conference.id)
    assert all(
        minute.p95 <= timedelta(hours=1).total_seconds() for minute in reading.timings(seen).minutes
    )
