"""The page of popups: each number opens into as many rows, and nobody sees more than may."""

import re
from html import escape, unescape

import pytest
from django.test import Client
from django.urls import reverse

from postlude.kernel import store
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import Visit
from postlude.popups import api as popups
from postlude.popups.types import Deed, Told, Wish
from postlude.tracking.types import Agent, AgentKind, Reason
from support.beacons import uuid7
from support.popping import welcome

PASSWORD = "correct horse battery"
CELL = re.compile(r'<a href="([^"]*/popups/rows/[^"]+)">(\d+)</a>')
TITLE = "<b>Hats</b>"


@pytest.fixture
def shop(org, clock) -> int:
    for role in orgs.Role:
        orgs.add_staff(org.id, role.value, PASSWORD, role.value)
    other = orgs.create("rival", "Rival", zone="UTC", currency="EUR").id
    orgs.add_staff(other, "outsider", PASSWORD, "owner")
    popups.publish(org.id, welcome(title=TITLE), now=clock.now())
    popups.publish(org.id, welcome("never", share=1e-9), now=clock.now())
    for number in range(4):
        cid, now = f"browser-of-visitor-{number:04}", clock.now()
        with store.write():
            visit = Visit(cid, now, "M1" if number == 3 else "")
            (who,) = people.visit_many(org.id, [visit], now=now)
            wishes = [
                Wish(uuid7().replace("-", ""), it.id, it.version, cid, who.visitor, who.contact)
                for it in popups.in_force(org.id).popups
            ]
            shown = [each.exposure for each in popups.show_many(org.id, wishes, now=now)]
            if number:
                agent = Agent(AgentKind.BROWSER, Reason.NONE)
                uid = uuid7().replace("-", "")
                told = Told(uid, shown[1], Deed.CLICKED, now, who.visitor, who.contact, agent)
                popups.tell_many(org.id, [told], now=now)
        clock.advance(hours=9)
    return org.id


def log_in(role: str = "owner") -> Client:
    client = Client()
    assert client.login(username=role, password=PASSWORD)
    return client


def url(org: int, name: str) -> str:
    return reverse(f"console:{name}", args=[orgs.get(org).slug])


def test_each_number_opens_into_as_many_rows(shop) -> None:
    client = log_in()
    page = client.get(url(shop, "popups")).content.decode()
    assert escape(TITLE) in page
    assert TITLE not in page
    assert "75.0" in page  # three of four clicked
    found = CELL.findall(page)
    assert len(found) > 10
    for href, number in found:
        rows = client.get(unescape(href)).content.decode()
        assert int(number) == rows.count("<tr><td"), href


def test_a_chart_shows_the_days(shop) -> None:
    page = log_in().get(url(shop, "popups")).content.decode()
    assert 'id="chart-days"' in page


def test_a_question_that_cannot_be_answered_says_how_to_ask(shop) -> None:
    client = log_in()
    bad = client.get(url(shop, "popups") + "?since=soon")
    assert (400, True) == (bad.status_code, "is not a day" in bad.content.decode())
    assert 404 == client.get(url(shop, "popup-rows") + "?popup=nope").status_code
    assert 400 == client.get(url(shop, "popup-rows") + "?number=seen").status_code


def test_the_file_is_the_report(shop) -> None:
    text = log_in().get(url(shop, "popups-csv")).content.decode("utf-8-sig")
    assert "total,,,4,4,3,0,0.75,0.0,TWD,0" in text


@pytest.mark.parametrize("name", ["popups", "popup-rows", "popups-csv"])
def test_strangers_see_nothing(shop, name) -> None:
    assert 302 == Client().get(url(shop, name)).status_code
    assert 404 == log_in("outsider").get(url(shop, name)).status_code
