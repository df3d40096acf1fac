"""The page of an order shows its touches, which were taken, and why the others were not."""

import pytest
from django.test import Client
from django.urls import reverse

from postlude.kernel import clock as kernel_clock
from postlude.kernel import work
from postlude.orgs import api as orgs
from postlude.wiring import registry
from support.crediting import Shop, at

PASSWORD = "correct horse battery"


@pytest.fixture
def shop(org, settings, tmp_path):
    settings.POSTLUDE_STAMP_FILE = tmp_path / "epoch.stamp"
    work.unsubscribe_all()
    registry._done.clear()
    registry.register_all()
    other = orgs.create("rival", "Rival", zone="Asia/Taipei", currency="TWD").id
    orgs.add_staff(org.id, "owner", PASSWORD, "owner")
    orgs.add_staff(other, "outsider", PASSWORD, "owner")
    with kernel_clock.use(kernel_clock.FrozenClock(at("12:00:00", 12))):
        it = Shop(org.id)
        it.contacts = {"ann": 1}
        it.touch("old", "pixel", "ann", at("09:00:00"))
        it.touch("new", "pixel", "ann", at("10:00:00"))
        it.touch("robot", "link", "ann", at("11:00:00"))
        it.judge(robot=False)
        it.order("A 7/<b>", at("12:00:00"), 1_200, contact="ann")
        it.heed()
    return it


def look(who: str, **query: str):
    client = Client()
    assert client.login(username=who, password=PASSWORD)
    return client.get(reverse("console:order", args=["pycon"]), query)


def test_it_is_said_why(shop):
    answer = look("owner", number="A 7/<b>")
    text = answer.content.decode()
    assert 200 == answer.status_code
    assert all(
        words in text
        for words in (
            "A 7/&lt;b&gt;",
            "12.00",
            "a later one was taken",
            "taken",
            "no person was behind it",
            "24 h",
        )
    )
    assert 1 == text.count('<span class="tag is-good">')


def test_what_is_no_order_is_said_so(shop):
    assert "Nobody has told of this order" in look("owner", number="nothing").content.decode()
    assert "Nobody has told" in look("owner", number="A\0").content.decode()
    assert 200 == look("owner").status_code


def test_an_outsider_sees_nothing(shop):
    assert look("outsider", number="A 7/<b>").status_code in {403, 404}


def test_an_order_of_tickets_says_so_and_of_two_of_one_number_either_is_shown(shop):
    with kernel_clock.use(kernel_clock.FrozenClock(at("12:00:00", 12))):
        shop.order("7", at("13:00:00"), 300, contact="ann")
        shop.sell("7", shop.ticket("1", "ann", at("12:30:00"), 90))
        shop.sell("8", shop.ticket("2", "ann", at("12:30:00"), 80))
        shop.heed()
    one, other, alone = (
        look("owner", **query).content.decode()
        for query in ({"number": "7"}, {"number": "7", "of": "tickets"}, {"number": "8"})
    )
    assert "of the shop" in one
    assert "13:00:00" in one
    for page in (other, alone):
        assert "<span>of tickets</span>" in page
        assert "12:30:00" in page
    assert "90.00" in other
    assert "a later one was taken" in alone
