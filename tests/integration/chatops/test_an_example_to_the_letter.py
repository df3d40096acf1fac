"""One event of the team's own example: the block of its state and the file of its sales, whole."""

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from postlude.chatops import api as chatops
from postlude.chatops.types import Stock
from postlude.orders import api as orders
from postlude.orders.types import EventSeen
from support.selling import refund, sell

SLUG = "2022-reserved"
NAME = "PyCon APAC 2022 Registration: Reserved【Online Conference】"
TYPES = ("ticket1", "ticket2", "ticket3")
BEFORE = datetime(2022, 3, 1, 4, tzinfo=UTC)
# What was sold on which day of March, by type.
SOLD = {"ticket1": (), "ticket2": (7,), "ticket3": (5, 7, 7)}


@pytest.fixture
def event(server):
    orders.ensure_happening(
        server.org.id, EventSeen(None, SLUG, NAME), totals=dict.fromkeys(TYPES, 10)
    )
    number = 0
    for ticket, days in SOLD.items():
        for day in days:
            number += 1
            at = datetime(2022, 3, day, 4, tzinfo=UTC)  # noon in Taipei
            sell(server.org, SLUG, ticket, number, name=NAME, at=at)
    return server


def test_the_file_to_the_byte(event) -> None:
    """UTF-8 with its mark, rows as the event has them, days nobody bought on, both totals."""
    wanted = (
        "\ufeff,2022/03/05,2022/03/06,2022/03/07,總售票數\r\n"
        "ticket1,0,0,0,0\r\n"
        "ticket2,0,0,1,1\r\n"
        "ticket3,1,0,2,3\r\n"
        "總計,1,0,3,4\r\n"
    )
    days = {"from": "2022/03/05", "to": "2022/03/07"}
    assert wanted == event.csv(slug=SLUG, locale="zh-TW", **days)
    one = {"from": "2022/03/05~2022/03/07"}
    assert wanted == event.csv(slug=SLUG, locale="zh-TW", **one)


def test_over_the_whole_sale_each_total_is_what_the_block_says_is_sold(event) -> None:
    sell(event.org, SLUG, "ticket1", 50, name=NAME, at=BEFORE, copies=3)
    sell(event.org, SLUG, "ticket2", 51, name=NAME, at=BEFORE + timedelta(days=20))
    sell(event.org, SLUG, "ticket3", 52, name=NAME, at=BEFORE)
    refund(event.org, SLUG, 52)
    sell(event.org, SLUG, "ticket3", 53, name=NAME, at=BEFORE, paid=False)
    rows = event.csv(slug=SLUG, locale="zh-TW").split("\r\n")[1:-2]
    totals = {row.split(",")[0]: row.split(",")[-1] for row in rows}
    assert {"ticket1": "3", "ticket2": "2", "ticket3": "3"} == totals
    block = event.said("status", slug=SLUG, locale="zh-TW").split("\n")
    assert [f"- {each}: 總數:10 已售: {totals[each]}" for each in TYPES] == block[-3:]


def test_a_total_may_come_from_the_playbook(server) -> None:
    sell(server.org, SLUG, "Submitter投稿者票（with Pyckage）", 1, name=NAME, copies=10)
    sell(server.org, SLUG, "Invited 預留票", 2, name=NAME, copies=2)
    settings = chatops.discord_settings(server.org.id)
    (conference,) = orders.conferences(server.org.id)
    stock = (Stock(conference.slug, "*Reserved*", "Submitter*", 10),)
    chatops.configure_discord(server.org.id, dataclasses.replace(settings, stock=stock))
    block = server.said("status", slug=SLUG, locale="zh-TW").split("\n")
    assert [
        "- Submitter投稿者票（with Pyckage）: 總數:10 已售: 10",
        "- Invited 預留票: 總數:不限 已售: 2",
    ] == block[-2:]
