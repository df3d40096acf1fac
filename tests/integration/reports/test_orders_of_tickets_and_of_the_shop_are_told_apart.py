"""Both sorts of orders count; either may be asked for alone, and a row says which it is."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from postlude.orgs import api as orgs
from postlude.reports import api as reports
from postlude.reports.errors import ReportError
from support.measured import Shop

TENTH = date(2026, 3, 10)
PASSWORD = "correct horse battery"


@pytest.fixture
def sold(place: Shop) -> Shop:
    """After one mail an order of the shop and one of tickets, both of the number 7."""
    when = place.at("2026-03-10 10:00:00")
    mail = place.send(1, when, cycle=place.cycle("spring", when))
    opened = place.touch(mail, "open", place.at("2026-03-10 10:01:00"))
    bought = place.at("2026-03-10 11:00:00")
    place.order("7", 1, bought, 20_00, opened)
    place.order("7", 1, bought, 5_00, opened, sort="tickets")
    place.order("8", 1, bought, 0, opened, sort="tickets")
    place.order("9", 1, bought, 9_00, opened, sort="tickets", state="cancelled")
    place.work()
    return place


@pytest.mark.parametrize(
    ("which", "count", "amount"), [("", 3, 25_00), ("shop", 1, 20_00), ("tickets", 2, 5_00)]
)
def test_each_report_counts_what_is_asked(sold: Shop, which, count, amount) -> None:
    asked = reports.channel_asked(sold.org, since=TENTH, until=TENTH, orders=which)
    total = reports.channel(sold.org, asked).total.open_orders
    assert (count, {"TWD": amount}) == (total.orders.total, dict(total.revenue))
    for basis in ("order", "send"):
        wanted = reports.cost_asked(sold.org, since=TENTH, until=TENTH, orders=which, basis=basis)
        bill = reports.cost(sold.org, wanted).channels["email"]
        assert (count, amount) == (bill.orders, bill.revenue), basis
    page = reports.channel_rows(sold.org, asked, "open_orders")
    assert count == len(page.rows)
    assert {which or row.sort for row in page.rows} == {row.sort for row in page.rows}
    assert (which or "all") == reports.channel_as_json(reports.channel(sold.org, asked))["orders"]


def test_the_page_leads_from_a_row_to_the_order_that_is_meant(sold: Shop) -> None:
    orgs.add_staff(sold.org, "owner", PASSWORD, "owner")
    slug = orgs.get(sold.org).slug
    client = Client()
    assert client.login(username="owner", password=PASSWORD)
    days = {"from": "2026-03-10", "to": "2026-03-10", "orders": "tickets"}
    page = client.get(reverse("console:channel", args=[slug]), days).content.decode()
    assert '<option value="tickets" selected>' in page
    assert "orders=tickets" in page, "links keep what was asked"
    wanted = {**days, "number": "open_orders"}
    rows = client.get(reverse("console:channel-rows", args=[slug]), wanted).content.decode()
    assert "number=7&amp;of=tickets" in rows
    assert "of=shop" not in rows


def test_a_sort_that_is_not_known_says_which_are(sold: Shop) -> None:
    with pytest.raises(ReportError) as caught:
        reports.channel_asked(sold.org, orders="meals")
    assert "tickets" in f"{caught.value} {caught.value.hint}"
