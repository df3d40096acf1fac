"""The page that a click leads to says whose browser it was, as far as that may be known."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from postlude.kernel import clock as kernel_clock
from postlude.kernel import store
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.tracking import api as tracking
from postlude.tracking.models import Uncounted
from support.beacons import SHOP, page_view, uuid7


def follow(collector, mail) -> str:
    """Follow the mail's link and return the token that the page is told, "" for none."""
    answer = collector.get(f"/c/{mail.token}/0")
    assert 302 == answer.status_code
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    return query.get("pl_click", [""])[0]


def look() -> dict:
    """Return a page view of this moment, on whatever clock."""
    return page_view(id=uuid7(int(kernel_clock.now().timestamp() * 1_000)))


def touches(mail):
    return tracking.touches_of(mail.org, [mail.message])[mail.message]


def visitors(org: int) -> list[int]:
    return [
        row[0]
        for row in store.rows_sql("SELECT visitor FROM people_facts_visitor WHERE org = %s", [org])
    ]


def test_the_address_of_an_own_site_carries_the_click_and_nothing_else_changes(
    collector, page, to_shop
):
    answer = collector.get(f"/c/{to_shop.token}/0")
    token = follow(collector, to_shop)

    assert 22 == len(token)
    before, _, after = answer.headers["location"].partition("pl_click=")
    assert (f"{SHOP}/hats?size=m&", "#red") == (before, after[22:])
    assert "HttpOnly" in answer.headers["set-cookie"]


def test_another_site_is_told_nothing_and_sets_no_cookie(collector, page, sent):
    answer = collector.get(f"/c/{sent.token}/0")

    assert "https://example.test/welcome?a=1&b=2" == answer.headers["location"]
    assert "set-cookie" not in answer.headers


def test_the_first_beacon_says_whose_click_it_was(collector, page, to_shop):
    token = follow(collector, to_shop)
    assert [None] == [each.visitor for each in touches(to_shop)]
    page.forget()  # the cookie of the link's host does not reach the shop's
    assert 204 == page.send(look(), click=token).status_code
    page.forget()
    assert 204 == page.send(look(), click=token).status_code

    one, _ = sorted(visitors(to_shop.org))
    assert [one] == [each.visitor for each in touches(to_shop)]


def test_a_browser_that_is_known_is_known_at_the_click(collector, page, to_shop):
    page.send(look())
    follow(collector, to_shop)

    assert visitors(to_shop.org) == [each.visitor for each in touches(to_shop)]


def test_a_click_that_came_twice_in_a_second_is_claimed_by_either_token(
    collector, page, to_shop, clock
):
    first = follow(collector, to_shop)
    collector.cookies.clear()
    second = follow(collector, to_shop)
    assert first != second
    assert 1 == len(touches(to_shop))
    page.forget()
    page.send(look(), click=second)

    assert visitors(to_shop.org) == [each.visitor for each in touches(to_shop)]


@pytest.mark.parametrize("click", ["A" * 22, "x", 7, None, "", ["A" * 22]])
def test_a_token_that_is_none_is_no_trouble(page, to_shop, click):
    assert 204 == page.send(look(), click=click).status_code


def test_an_address_that_was_passed_on_claims_nothing_later(collector, page, to_shop, clock):
    token = follow(collector, to_shop)
    page.forget()
    clock.advance(minutes=30, seconds=1)
    assert 204 == page.send(look(), click=token).status_code

    assert [None] == [each.visitor for each in touches(to_shop)]


def test_another_organisations_page_claims_nothing(collector, page, to_shop):
    token = follow(collector, to_shop)
    other = orgs.create("other", "Other", zone="Europe/Berlin", currency="EUR")
    assert 0 == tracking.claim(other.id, [(token, 5, kernel_clock.now())])
    assert 1 == tracking.claim(to_shop.org, [(token, 5, kernel_clock.now())])


def test_who_does_not_want_to_be_tracked_is_led_on_and_counted(collector, page, to_shop):
    """Also by a mail that was sent before they said so."""
    people.set_consent(
        to_shop.org, to_shop.contact, "tracking", granted=False, source="t", now=kernel_clock.now()
    )
    answer = collector.get(f"/c/{to_shop.token}/0")
    collector.get(f"/c/{to_shop.token}/0")
    collector.get(f"/o/{to_shop.token}.gif")

    assert f"{SHOP}/hats?size=m&pl_click=x#red" == answer.headers["location"]
    assert "set-cookie" not in answer.headers
    assert [] == touches(to_shop)
    rows = Uncounted.objects.filter(org=to_shop.org).order_by("kind")
    counted = [(row.kind, row.channel, row.hits) for row in rows]
    assert [("click", "email", 2), ("open", "email", 1)] == counted


def test_where_one_must_be_asked_silence_is_no(collector, page, to_shop):
    today = orgs.local_day(to_shop.org, kernel_clock.now())
    orgs.set_measuring(
        to_shop.org, from_day=today, actor="t", now=kernel_clock.now(), needs_consent=True
    )
    follow(collector, to_shop)
    assert [] == touches(to_shop)

    people.set_consent(
        to_shop.org, to_shop.contact, "tracking", granted=True, source="t", now=kernel_clock.now()
    )
    assert follow(collector, to_shop)
    assert 1 == len(touches(to_shop))


def test_an_opt_out_is_kept_whatever_they_said(collector, to_shop):
    people.set_consent(
        to_shop.org, to_shop.contact, "tracking", granted=False, source="t", now=kernel_clock.now()
    )
    collector.post(f"/u/{to_shop.token}", data={"List-Unsubscribe": "One-Click"})

    assert ["unsubscribe"] == [each.kind for each in touches(to_shop)]


def test_a_signal_of_the_browser_is_heeded(collector, page, to_shop):
    answer = collector.get(f"/c/{to_shop.token}/0", headers={"sec-gpc": "1"})

    assert "pl_click=x" in answer.headers["location"]
    assert "set-cookie" not in answer.headers
    assert 1 == len(touches(to_shop))


def test_a_mail_that_was_passed_on_is_counted_and_can_be_its_readers(collector, page, to_shop):
    token = follow(collector, to_shop)
    page.forget()
    page.send(look(), click=token, member="m-7")
    since, until = kernel_clock.now() - timedelta(hours=1), kernel_clock.now() + timedelta(hours=1)
    found = touches(to_shop)
    reader = people.known_members(to_shop.org, ["m-7"])["m-7"]

    assert 1 == tracking.passed_on(to_shop.org, since, until)
    assert [to_shop.contact] == list(tracking.contacts_of(to_shop.org, found).values())
    day = found[0].day
    assert day is not None
    orgs.set_measuring(
        to_shop.org, from_day=day, actor="t", now=kernel_clock.now(), identity="clicker"
    )
    assert [reader] == list(tracking.contacts_of(to_shop.org, found).values())
