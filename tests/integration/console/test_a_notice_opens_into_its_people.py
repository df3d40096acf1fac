"""The page of a notice: its books open into people, it is tried, paused and run by whoever may."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from integration.journeys import notices_house
from integration.journeys.notices_house import DISCOUNT, GIFT, SHORT, Restaurants, invite, plain
from postlude.channels import registry as channel_registry
from postlude.journeys import api as journeys
from postlude.journeys.models import Journey, Run, SendAttempt
from postlude.kernel import clock as kernel_clock
from postlude.kernel import jobs, work
from postlude.orders import api as orders
from postlude.orders.models import Buyer
from postlude.orders.shop.types import ShopOrderSeen, Stage
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.wiring import registry

NOON = datetime(2026, 11, 20, 9, tzinfo=UTC)  # 12:00 in Moscow
PASSWORD = "correct horse battery"
DAY = timedelta(days=1)
BOOKS = ("entered", "sent", "blocked", "failed", "waiting", "unknown", "held_out")


@pytest.fixture
def house(db, settings, tmp_path):
    """Twelve invited by turns, two without consent; one redeemed PRO10 a day later."""
    settings.POSTLUDE_STAMP_FILE = tmp_path / "epoch.stamp"
    with kernel_clock.use(kernel_clock.FrozenClock(NOON - timedelta(hours=1))) as clock:
        house = notices_house.build(clock)
        work.unsubscribe_all()
        registry._done.clear()
        registry.register_all()
        channel_registry.register(house.mail)
        for role in orgs.Role:
            orgs.add_staff(house.org, role.value, PASSWORD, role.value)
        rival = orgs.create("rival", "Rival", zone="Europe/Moscow", currency="RUB")
        orgs.add_staff(rival.id, "outsider", PASSWORD, "owner")
        house.guests = house.people(12)
        silent = house.people(2, consent=False)
        house.ordered([*house.guests, *silent], NOON - 20 * DAY)
        arbat = orgs.add_branch(house.org, "arbat", "Arbat")
        Buyer.objects.filter(contact=house.guests[0]).update(branch=arbat.id)
        pro10 = replace(DISCOUNT, name="pro10", coupon="PRO10")
        selection = journeys.Selection("short", (GIFT, pro10), who=SHORT)
        house.publish(plain(title="Come back"))
        clock.advance(minutes=1)
        house.publish(invite(selections=(selection,), title="Come back", hold_out=100))
        clock.advance(hours=1)
        house.work()
        jobs.run_until_idle()
        told = SendAttempt.objects.filter(outcome="sent").order_by("contact")
        seen = ShopOrderSeen(
            "A-1", Stage.CLOSED, NOON + DAY, contact=told[1].contact, coupons=("PRO10",)
        )
        orders.take_shop_orders(house.org, [seen], now=NOON + DAY)
        clock.advance(days=2)
        jobs.run_until_idle()
        yield house


def log_in(role: str) -> Client:
    client = Client()
    assert client.login(username=role, password=PASSWORD)
    return client


def url(name: str = "notice", slug: str = "rest", notice: str = "invite") -> str:
    return reverse(f"console:{name}", args=[slug, notice])


def text(html: str) -> str:
    return " ".join(unescape(re.sub("<[^>]+>", " ", html)).split())


def test_each_number_of_the_books_opens_into_as_many_people(house: Restaurants) -> None:
    client = log_in("viewer")
    for page in (url(), reverse("console:journeys", args=["rest"])):
        html = client.get(page).content.decode()
        found = re.findall(r'href="([^"]*/rows/\?run=[^"]*of=(\w+))">([\d\u202f]+)</a>', html)
        numbers = {of: int(number) for _, of, number in found}
        assert 14 == numbers["entered"]
        assert numbers["entered"] == sum(n for of, n in numbers.items() if of != "entered")
        assert {"entered", "sent", "blocked"} <= set(numbers) <= set(BOOKS)
        for link, of, number in found:
            body = client.get(unescape(link)).content.decode().partition("<tbody>")[2]
            assert int(number) == body.count("<tr>"), of
            assert "@example.test" not in body or "p0@" not in body


def test_the_rows_say_why_and_where(house: Restaurants) -> None:
    run = Run.objects.get(org=house.org).id
    client = log_in("viewer")
    page = url("notice-rows")
    blocked = text(client.get(f"{page}?run={run}&selection=short&of=blocked").content.decode())
    assert 2 == blocked.count("no consent for this kind of message")
    everybody = text(client.get(f"{page}?run={run}&selection=short&of=entered").content.decode())
    assert 1 == everybody.count("Arbat")
    for wrong in (
        f"run={run}&selection=short&of=nothing",
        f"run={run + 1}&selection=short&of=sent",
        "run=x&selection=short&of=sent",
    ):
        assert 404 == client.get(f"{page}?{wrong}").status_code
    assert 404 == client.get(url(notice="nothing")).status_code


def test_it_shows_ways_turns_texts_versions_and_what_came_back(house: Restaurants) -> None:
    shown = text(log_in("viewer").get(url()).content.decode())
    sent = SendAttempt.objects.filter(outcome="sent").count()
    assert f"{sent} turns taken in this version" in shown
    assert "Как насчет подарков? Дарим 100 бонусов на 2 недели" in shown
    assert "100 points, “invite”, 14 days" in shown
    assert "PRO10" in shown
    assert "What changed" in shown
    assert '"hold_out": 100' in shown
    assert "As of 2026-11-22 12:01:00, Europe/Moscow" in shown
    opened = text(log_in("viewer").get(url("notice-redeemed")).content.decode())
    assert 1 == opened.count("A-1 PRO10")
    (line,) = [
        each.tally
        for each in _report(house).actions
        if each.group.action == "pro10" and each.tally.redeemed
    ]
    assert 1 == line.redeemed


def _report(house: Restaurants) -> Any:
    from postlude.reports import api as reports

    return reports.notices(house.org, reports.notices_asked(house.org, kind="invite"))


def test_who_may_pauses_resumes_and_runs_it_and_that_is_kept(house: Restaurants) -> None:
    marketer, viewer = log_in("marketer"), log_in("viewer")
    assert "Run now" in marketer.get(url()).content.decode()
    assert "Run now" not in viewer.get(url()).content.decode()
    assert 403 == viewer.post(url("notice-switch"), {"to": "pause"}).status_code
    for to, paused in (("pause", True), ("resume", False)):
        assert 302 == marketer.post(url("notice-switch"), {"to": to}).status_code
        journey = Journey.objects.get(org=house.org, slug="invite")
        assert paused == (journey.paused_at is not None)
    marketer.post(url("notice-switch"), {"to": "run"})
    again = marketer.post(url("notice-switch"), {"to": "run"}, follow=True).content.decode()
    assert "this minute already" in again
    assert 1 == Run.objects.filter(scope__startswith="by-hand").count()
    told = [(each.what, each.actor) for each in journeys.switches(house.org, "invite")]
    assert ["run", "resume", "pause"] == [what for what, _ in told]
    shown = text(viewer.get(url()).content.decode())
    assert "a run was begun marketer" in shown


def test_it_is_tried_for_a_contact_who_may_be_named_and_that_is_audited(
    house: Restaurants,
) -> None:
    owner, viewer = log_in("owner"), log_in("viewer")
    before = SendAttempt.objects.count()
    email = house.emails[house.guests[0]]
    shown = text(owner.post(url(), {"contact": email}).content.decode())
    assert "served in this period already" in shown or "not selected now" in shown
    (row,) = [each for each in people.views(house.org, limit=5) if each.purpose == "tries a notice"]
    assert house.guests[0] == row.contact
    assert "Nobody has this address" in owner.post(url(), {"contact": "x@y.test"}).content.decode()
    refused = viewer.post(url(), {"contact": email}).content.decode()
    assert "Nothing is sent, nothing is marked" not in refused
    assert "served in this period" not in refused
    assert before == SendAttempt.objects.count()


def test_nobody_of_another_organisation_sees_or_changes_it(house: Restaurants) -> None:
    outsider = log_in("outsider")
    run = Run.objects.get(org=house.org).id
    for name in ("notice", "notice-rows", "notice-redeemed"):
        query = f"?run={run}&selection=short&of=sent"
        assert 404 == outsider.get(url(name) + query).status_code
        assert 404 == outsider.get(url(name, slug="rival") + query).status_code
        assert 302 == Client().get(url(name) + query).status_code
    for slug in ("rest", "rival"):
        for to in ("pause", "run", ""):
            assert 404 == outsider.post(url("notice-switch", slug), {"to": to}).status_code
    assert Journey.objects.get(org=house.org, slug="invite").paused_at is None
