"""/event list, /event status and /event sales over the sandbox's Discord; the spec's example."""

import dataclasses
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from postlude.chatops import api as chatops
from postlude.chatops.types import Stock
from postlude.kernel import clock
from postlude.orders import api as orders
from postlude.orders.types import EventSeen
from postlude.orgs import api as orgs
from support.selling import refund, sell

TAIPEI = ZoneInfo("Asia/Taipei")
NAME = "PyCon APAC 2022 Registration: Reserved【Online Conference】"
SUBMITTER, SPEAKER = "Submitter投稿者票（with Pyckage）", "Speaker 講者票（with Pyckage）"
INVITED = "Invited 預留票"


@pytest.fixture
def reserved(server):
    """The event of the spec: 10 of 10, 2 of 10 and 2 of any number are sold."""
    for ticket, total in ((SUBMITTER, 10), (SPEAKER, 10), (INVITED, None)):
        event = EventSeen(None, "2022-reserved", NAME)
        orders.ensure_happening(server.org.id, event, totals={ticket: total})
    for number, (ticket, copies) in enumerate([(SUBMITTER, 10), (SPEAKER, 2), (INVITED, 2)]):
        sell(server.org, "2022-reserved", ticket, number + 1, name=NAME, copies=copies)
    return server


def test_the_events_on_sale_are_listed(server) -> None:
    assert "No event is on sale." == server.said("list")
    sell(server.org, "2023-individual", "Regular", 1)
    sell(server.org, "2023-individual", "Regular", 2)
    said = server.said("list")
    assert said.startswith("On sale: 1")
    assert "- 2023-individual · PyCon 2023-individual · sold: 2" in said


def test_an_event_that_is_over_or_sold_out_is_not_on_sale(server) -> None:
    over = EventSeen(None, "past", "Past", ends_at=datetime(2020, 1, 1, tzinfo=UTC))
    orders.ensure_happening(server.org.id, over)
    full = EventSeen(None, "full", "Full")
    orders.ensure_happening(server.org.id, full, totals={"Regular": 1})
    sell(server.org, "past", "Regular", 1, name="Past")
    sell(server.org, "full", "Regular", 2, name="Full")
    assert "No event is on sale." == server.said("list")
    assert "已結束" in server.said("status", slug="past", locale="zh-TW")
    assert "已售完" in server.said("status", slug="full", locale="zh-TW")


def test_the_block_of_the_seed_to_the_letter(reserved) -> None:
    assert reserved.said("status", slug="2022-reserved", locale="zh-TW") == "\n".join(
        [
            "活動 slug: 2022-reserved",
            f"活動: {NAME}",
            "活動狀態: 開賣中",
            "票種:",
            f"- {SUBMITTER}: 總數:10 已售: 10",
            f"- {SPEAKER}: 總數:10 已售: 2",
            f"- {INVITED}: 總數:不限 已售: 2",
        ]
    )


def test_the_block_in_english_and_russian(reserved) -> None:
    english = reserved.said("status", slug="2022-reserved").split("\n")
    assert "Event slug: 2022-reserved" == english[0]
    assert "State of the event: on sale" == english[2]
    assert f"- {INVITED}: total: unlimited sold: 2" == english[-1]
    russian = reserved.said("status", slug="2022-reserved", locale="ru")
    assert "в продаже" in russian
    assert "без ограничений" in russian


def test_a_total_may_stand_in_the_playbook(server) -> None:
    conference = orders.ensure_conference(server.org.id, "c", name="C", pattern="*C*")
    stock = (Stock("other", "*", "*", 99), Stock(conference.slug, "*", "Reg*", 2))
    settings = chatops.discord_settings(server.org.id)
    chatops.configure_discord(server.org.id, dataclasses.replace(settings, stock=stock))
    sell(server.org, "event", "Regular", 1, name="C")
    assert "- Regular: 總數:2 已售: 1" in server.said("status", slug="event", locale="zh-TW")
    sell(server.org, "event", "Regular", 2, name="C")
    assert "已售完" in server.said("status", slug="event", locale="zh-TW")
    sell(server.org, "event", "Student", 3, name="C")
    said = server.said("status", slug="event", locale="zh-TW")
    assert "開賣中" in said
    assert "- Student: 總數:不限 已售: 1" in said


def test_only_what_is_paid_and_kept_is_sold(reserved) -> None:
    refund(reserved.org, "2022-reserved", 2)
    sell(reserved.org, "2022-reserved", SPEAKER, 9, name=NAME, paid=False)
    said = reserved.said("status", slug="2022-RESERVED", locale="zh-TW")
    assert f"- {SPEAKER}: 總數:10 已售: 0" in said


def test_before_anybody_registered_it_is_not_on_sale_yet(server) -> None:
    orders.ensure_happening(server.org.id, EventSeen(None, "next", "Next"))
    assert "尚未開賣" in server.said("status", slug="next", locale="zh-TW")


def test_the_sales_of_the_spec_to_the_cell(server) -> None:
    """Local days: the first sale is at 23:59 UTC of the day before, which is 07:59 in Taipei."""
    for number, (ticket, day) in enumerate(
        [("ticket3", "2022-03-05"), ("ticket2", "2022-03-07"), *[("ticket3", "2022-03-07")] * 2]
    ):
        at = datetime.fromisoformat(f"{day}T07:59").replace(tzinfo=TAIPEI)
        sell(server.org, "spec", ticket, number + 1, at=at.astimezone(UTC))
    early = datetime(2022, 3, 4, 15, 59, tzinfo=UTC)  # 23:59 of the 4th
    late = datetime(2022, 3, 7, 16, 0, tzinfo=UTC)  # 00:00 of the 8th
    sell(server.org, "spec", "ticket1", 10, at=early)
    sell(server.org, "spec", "ticket1", 11, at=late)
    wanted = (
        "\ufeff,2022/03/05,2022/03/06,2022/03/07,總售票數\r\n"
        "ticket1,0,0,0,0\r\n"
        "ticket2,0,0,1,1\r\n"
        "ticket3,1,0,2,3\r\n"
        "總計,1,0,3,4\r\n"
    )
    lines = server.csv(slug="spec", locale="zh-TW", **{"from": "2022/03/05~2022/03/07"})
    assert sorted(wanted.split("\r\n")) == sorted(lines.split("\r\n"))
    assert lines.startswith("\ufeff,2022/03/05")
    assert lines.endswith("總計,1,0,3,4\r\n")
    again = server.csv(slug="spec", locale="zh-TW", **{"from": "2022/03/05", "to": "2022-03-07"})
    assert lines == again
    whole = server.csv(slug="spec", locale="zh-TW")
    assert whole.split("\r\n")[-2] == "總計,1,1,0,3,1,6"
    assert "已售: 3" in server.said("status", slug="spec", locale="zh-TW")


def test_the_file_and_its_words_say_what_it_is(reserved) -> None:
    days = f"{clock.now():%Y}/01/01~{clock.now():%Y}/12/31"
    asked = reserved.ask("sales", slug="2022-reserved", **{"from": days})
    assert 5 == asked["reply"]["type"]
    reserved.work()
    message = reserved.message(asked)
    (file,) = message["attachments"]
    year = f"{clock.now():%Y}"
    assert f"2022-reserved_{year}0101-{year}1231.csv" == file["filename"]
    assert f"2022-reserved: sold from {year}/01/01 to {year}/12/31: 14" == message["content"]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({"from": "2022/04/02", "to": "2022/03/05"}, "before it begins"),
        ({"from": "2022/02/31", "to": "2022/03/05"}, "no day"),
        ({"from": "soon"}, "not a range"),
        ({"from": "2000/01/01", "to": "2022/03/05"}, "longer than"),
    ],
)
def test_a_bad_range_is_explained_at_once_and_to_the_caller(reserved, days, said) -> None:
    asked = reserved.ask("sales", slug="2022-reserved", **days)
    assert said in asked["message"]["content"]
    assert asked["message"]["flags"] & 64


@pytest.mark.parametrize("command", ["status", "sales"])
def test_an_unknown_slug_and_a_foreign_one_are_answered_alike(reserved, command) -> None:
    rival = orgs.create("rival", "Rival", zone="Asia/Tokyo", currency="JPY")
    sell(rival, "secret-event", "Regular", 1)
    foreign = reserved.ask(command, slug="secret-event")["message"]
    unknown = reserved.ask(command, slug="secret-eventt")["message"]
    assert "There is no event secret-event." in foreign["content"]
    assert foreign["content"].replace("event.", "eventt.") == unknown["content"]
    assert foreign["flags"] & 64
    assert "secret" not in str(reserved.ask(command, slug="secret", typing="slug")["reply"])


def test_the_slug_completes(reserved) -> None:
    for number in range(30):
        orders.ensure_happening(
            reserved.org.id, EventSeen(None, f"event-{number:02}", f"Event {number:02}")
        )
    reply = reserved.ask("status", slug="reserv", typing="slug")["reply"]
    assert {
        "type": 8,
        "data": {"choices": [{"name": f"2022-reserved · {NAME}", "value": "2022-reserved"}]},
    } == reply
    assert 25 == len(reserved.ask("sales", slug="", typing="slug")["reply"]["data"]["choices"])
    none = reserved.ask("status", slug="", typing="slug", role="nobody")["reply"]
    assert {"type": 8, "data": {"choices": []}} == none


def test_five_thousand_ticket_types_are_a_message_and_a_file(server) -> None:
    totals = {f"Ticket {number:04} 票": number for number in range(5_000)}
    orders.ensure_happening(server.org.id, EventSeen(None, "huge", "Huge"), totals=totals)
    sell(server.org, "huge", "Ticket 0001 票", 1, name="Huge")
    asked = server.ask("status", slug="huge")
    assert 5 == asked["reply"]["type"]
    server.work()
    message = server.message(asked)
    assert len(message["content"]) <= 2_000
    assert "more; the file has them all" in message["content"]
    (file,) = message["attachments"]
    assert "huge.txt" == file["filename"]
    csv = server.csv(slug="huge")
    assert 5_003 == len(csv.split("\r\n"))


def test_a_file_larger_than_discord_takes_is_explained(reserved) -> None:
    asked = reserved.ask("sales", slug="2022-reserved", size_limit=50)
    reserved.work()
    message = reserved.message(asked)
    assert "Ask for fewer days" in message["content"]
    assert not message["attachments"]


def test_a_ticket_type_is_no_formula(server) -> None:
    sell(server.org, "evil", "=HYPERLINK(1)", 1)
    assert "\r\n'=HYPERLINK(1),1,1\r\n" in server.csv(slug="evil")


def test_nobody_without_a_role_learns_anything(reserved) -> None:
    for command in ("list", "status", "sales"):
        asked = reserved.ask(command, role="nobody", slug="2022-reserved")
        assert "sales.view" in asked["message"]["content"]
        assert "2022" not in asked["message"]["content"]
        assert asked["message"]["flags"] & 64
