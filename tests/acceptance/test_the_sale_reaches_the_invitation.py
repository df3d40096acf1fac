"""From a ticket sale to an invitation, and back on a refund, over real HTTP before the sandbox."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.urls import reverse

from postlude.access import api as access
from postlude.access.types import State as Access
from postlude.journeys import api as journeys
from postlude.kernel import clock, tokens
from postlude.messages import api as messages
from postlude.messages.types import State
from postlude.orders import api as orders
from postlude.people import api as people
from postlude.sandbox import sale as sales
from postlude.sandbox.server import Sandbox
from postlude.sources import api as sources
from support.fresh_home import FreshHome
from support.whole_house import CORPORATE, INDIVIDUAL, House, whole_house

ANN = "ann@example.test"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def house(
    db: None, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Iterator[House]:
    with whole_house(sandbox, tmp_path, monkeypatch, settings) as it:
        yield it


def mails(house: House, to: str) -> list[str]:
    """Return the subjects of somebody's mails, oldest first."""
    return [each["subject"] for each in house.client.mails(to=to)]


def invited(house: House) -> Counter[str]:
    return Counter(email for mail in house.client.mails() for email in mail["recipients"])


def warehouse_rows(house: House) -> Counter[str]:
    with duckdb.connect(str(house.home / "warehouse.duckdb"), read_only=True) as file:
        tables = file.execute(
            "select table_name from information_schema.tables "
            "where table_schema = 'ods' and table_name like '%attendees'"
        ).fetchall()
        return Counter(
            {
                name: file.execute(
                    f"select count(*) from ods.{name} where not refunded"
                ).fetchone()[0]
                for (name,) in tables
            }
        )


def contact_of(house: House, email: str) -> int:
    found = people.find(house.org.id, email)
    assert found is not None
    return found


def conference(house: House) -> int:
    return orders.conferences(house.org.id)[0].id


def grants(house: House, email: str) -> dict[str, Any]:
    contact = contact_of(house, email)
    held = access.grants_of(house.org.id, [contact], conference(house))
    return {each.resource: each for each in held.get(contact, [])}


# -- one buyer ------------------------------------------------------------------------------------


def test_who_paid_is_let_in_and_invited_with_personal_links(house: House) -> None:
    house.sell(ANN, name="林安")
    house.settle()

    assert ["PyCon TW 2023：現在就可以入場了"] == mails(house, ANN)
    (mail,) = house.client.mails(to=ANN)
    assert "林安，歡迎入場" in mail["html"]
    assert "會場 Gather Town" in mail["html"]
    assert "直播 YouTube" in mail["html"]
    assert ANN in house.client.guests()
    answers = [house.visit(link) for link in house.links(ANN)]
    assert {
        "https://youtu.be/dQw4w9WgXcQ",
        "https://app.gather.town/app/sandbox0space/Conference",
    } == {each.headers["location"] for each in answers}
    assert {302} == {each.status_code for each in answers}
    assert Counter(ods_kktix_ticket_individual_attendees=1) == +warehouse_rows(house)


def test_receipts_come_back_and_a_link_that_was_used_shows(house: House) -> None:
    house.client.configure(
        "mailgun", receipts={"open": 1, "click": 1, "delivered_after_ms": 1, "read_after_ms": 1}
    )
    house.sell(ANN)
    house.settle()
    house.visit(house.links(ANN)[0])
    contact = contact_of(house, ANN)
    (message,) = messages.of_contact(house.org.id, contact)
    assert State.DELIVERED == message.state
    house.client.wait_for(lambda: _story_has(house, "Opened"))

    story = _story(house)
    for told in (
        "Bought",
        "Pseudonymised",
        "Access given",
        "Invited",
        "Delivered",
        "Access link used",
    ):
        assert told in story, told


def _story(house: House) -> str:
    token = tokens.seal("contact", contact_of(house, ANN))
    page = house.browser("viewer").get(reverse("console:buyer", args=["pycontw", token]))
    return page.content.decode()


def _story_has(house: House, words: str) -> bool:
    house.drain()
    return words in _story(house)


def test_unpaid_gets_nothing_until_the_money_comes(house: House) -> None:
    order = house.sell(ANN, paid=False)
    house.poll()
    house.settle()
    assert [] == mails(house, ANN)
    assert {} == house.client.guests()

    house.client.pay(order["order_no"])
    house.settle()
    assert 1 == len(mails(house, ANN))


def test_cancelled_before_it_was_seen_gets_nothing(house: House) -> None:
    order = house.sell(ANN, webhook=False)
    house.client.cancel(order["order_no"])
    house.poll()
    house.client.notify(order["order_no"], "order_activated_paid")
    house.settle()

    assert [] == mails(house, ANN)
    assert {} == house.client.guests()


def test_a_second_ticket_is_an_addition_and_no_second_invitation(house: House) -> None:
    house.sell(ANN)
    house.settle()
    house.sell("Ann@Example.Test ", event=CORPORATE[1], tickets=[{"name": "Corporate 企業票"}])
    house.settle()
    house.poll()
    house.settle()

    assert ["PyCon TW 2023：現在就可以入場了", "PyCon TW 2023：又收到您的一張票"] == mails(
        house, ANN
    )
    assert "Corporate 企業票" in house.client.mails(to=ANN)[-1]["html"]
    assert 1 == house.client.received("gather")["set_calls_by_email"][ANN]
    assert 2 == sum(warehouse_rows(house).values())


def test_two_tickets_of_one_order_are_one_mail_that_lists_both(house: House) -> None:
    house.sell(ANN, tickets=[{"name": "Regular 一般票"}, {"name": "Student 學生票"}])
    house.settle()

    (mail,) = house.client.mails(to=ANN)
    assert "Regular 一般票" in mail["html"]
    assert "Student 學生票" in mail["html"]


# -- refunds --------------------------------------------------------------------------------------


def test_a_refund_closes_the_links_and_lists_the_guest_for_removal(house: House) -> None:
    order = house.sell(ANN)
    house.settle()
    links = house.links(ANN)
    house.client.refund(order["order_no"])
    house.settle()

    assert [410, 410] == [house.visit(link).status_code for link in links]
    (removal,) = access.to_remove_by_hand(house.org.id)
    assert (contact_of(house, ANN), "gather") == (removal.contact, removal.kind)
    assert {Access.REVOKED} == {each.state for each in grants(house, ANN).values()}
    assert 1 == len(mails(house, ANN))
    assert 0 == sum(warehouse_rows(house).values())


def test_a_refund_of_one_ticket_leaves_the_access_of_the_other(house: House) -> None:
    first = house.sell(ANN)
    house.sell(ANN, event=CORPORATE[1])
    house.settle()
    links = house.links(ANN)
    house.client.refund(first["order_no"])
    house.settle()

    assert [302, 302] == [house.visit(link).status_code for link in links]
    assert [] == access.to_remove_by_hand(house.org.id)


def test_a_refund_that_only_polling_sees_closes_the_links_too(house: House) -> None:
    order = house.sell(ANN, webhook=False)
    house.sell("ben@example.test", webhook=False)
    house.sell("cat@example.test", webhook=False)
    house.poll()
    house.settle()
    (link, *_) = house.links(ANN)
    assert 302 == house.visit(link).status_code

    house.client.refund(order["order_no"], webhook=False)
    house.poll()
    house.settle()
    assert 410 == house.visit(link).status_code


# -- an operator's hand ---------------------------------------------------------------------------


def test_an_operators_resend_is_recorded_and_clicked_twice_is_one_mail(house: House) -> None:
    house.sell(ANN)
    house.settle()
    browser, contact = house.browser("organiser"), contact_of(house, ANN)
    page = browser.get(reverse("console:buyer", args=["pycontw", tokens.seal("contact", contact)]))
    (button,) = _forms(page.content.decode(), "resend")
    for _ in range(2):
        assert 302 == browser.post(*button).status_code
    house.settle()

    assert 2 == len(mails(house, ANN))
    history = journeys.history_of(house.org.id, contact)
    assert ["resent"] == [each.kind for each in history if each.kind == "resent"]


def _forms(html: str, name: str) -> list[tuple[str, dict[str, str]]]:
    """Return where each form of a page goes whose address ends so, and its hidden values."""
    forms = re.findall(r'<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>', html, re.DOTALL)
    field = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')
    return [(to, dict(field.findall(inner))) for to, inner in forms if to.endswith(f"/{name}/")]


# -- whole sales ----------------------------------------------------------------------------------


def bring_in(house: House, sale: Any, folder: Path) -> None:
    """Take a sale in by all three doors at once: what one knows the others only repeat."""
    files = sales.write_sale(sale, folder)
    for event in sale.events:
        attendees, bought = files[event.slug]
        report = sources.import_csv(
            house.org.id,
            attendees=attendees,
            orders=bought,
            event_slug=event.slug,
            event_name=event.name,
            kind=None,
            now=clock.now(),
        )
        assert report.imported, report.errors
        assert () == report.warnings
    assert all(each.ok for each in house.poll())


def replay(house: House, **call: Any) -> None:
    house.client.replay(duration_s=0, **call)
    house.client.wait_for(lambda: house.client.replay_status()["state"] == "done", within_s=120)


def examine(house: House, sale: Any) -> Counter[str]:
    """Compare what came of a sale with a plain reading of its rows; return who was invited."""
    expected = sales.expected_pairs(sale)
    emails = {email for email, _ in expected}
    sent = invited(house)
    assert emails == set(sent)
    assert {1} == set(sent.values())
    assert emails == set(house.client.guests())
    tables = {slug.rpartition("-")[2]: 0 for _, slug in expected}
    for event in sale.events:
        alive = {row["訂單編號"] for row in event.orders if row["票券狀態"] == "activated"}
        tables[event.kind] = sum(row["訂單編號"] in alive for row in event.attendees)
    rows = warehouse_rows(house)
    assert tables == {kind: rows[f"ods_kktix_ticket_{kind}_attendees"] for kind in tables}
    assert {"zh-Hant"} == {
        fact.locale
        for email in emails
        for fact in messages.of_contact(house.org.id, contact_of(house, email))
    }
    return sent


def test_a_made_up_sale_ends_as_its_rows_say_and_repeating_changes_nothing(
    house: House, tmp_path: Path
) -> None:
    sale = sales.generate_sale(seed=11, orders=40)
    replay(house, seed=11, orders_generated=40, webhook=False)
    bring_in(house, sale, tmp_path / "sale")
    house.settle()
    sent = examine(house, sale)

    for _ in range(2):
        bring_in(house, sale, tmp_path / "sale")
        house.settle()
    assert sent == examine(house, sale)


@pytest.mark.real
def test_the_real_sale_ends_as_its_rows_say(house: House, tmp_path: Path) -> None:
    sale = sales.load_sale()
    if sale.origin != "files":
        pytest.skip("the real exports are not beside the repository")
    assert (154, 186) == (len(sale.individual.attendees), len(sale.individual.orders))
    replay(house, webhook=False)
    bring_in(house, sale, tmp_path / "sale")
    house.settle()
    sent = examine(house, sale)

    bring_in(house, sale, tmp_path / "sale")
    house.settle()
    assert sent == examine(house, sale)


def test_a_live_sale_by_webhook_alone_leaves_nobody_out(house: House) -> None:
    sale = sales.generate_sale(seed=5, orders=30)
    replay(house, seed=5, orders_generated=30)
    house.settle()

    sent = invited(house)
    wanted = {email for email, _ in sales.expected_pairs(sale)}
    brief = {email for email, _ in sales.briefly_paid_pairs(sale)}
    assert wanted <= set(sent) <= wanted | brief
    assert {1} == {count for email, count in sent.items() if email not in brief} or _additions(
        house
    )


def _additions(house: House) -> bool:
    """Whoever bought at two events in a live sale has one invitation and one addition."""
    kinds = Counter((mail["recipients"][0], mail["subject"]) for mail in house.client.mails())
    return set(kinds.values()) == {1}


# -- the command line, as cron runs it ------------------------------------------------------------


def test_cron_syncs_a_fresh_home_and_the_next_run_changes_nothing(
    sandbox: Sandbox, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    sandbox.client.reset()
    sandbox.client.add_event(*INDIVIDUAL)
    for number in range(3):
        sandbox.client.sell(INDIVIDUAL[1], f"buyer{number}@example.test", name="王小明")
    with FreshHome(tmp_path, sandbox.base_url, pytestconfig.getoption("--engine")) as home:
        for command in (("migrate",), ("apply", "playbooks/tickets.yaml", "--json")):
            assert 0 == home.run(*command).code, command
        sandbox.client.fault("gather", "server_error", status=503, count=1)
        first = home.run("sync", "kktix", "--once", "--json")
        assert first.logs, "a vendor that fails once is worth a line"
        assert all({"at", "level", "room", "what"} <= set(line) for line in first.logs)
        assert (0, 0) == (first.code, first.answer["left"]), first.errors
        assert {"new": 3} == first.answer["polls"][0]["changes"]
        sent = Counter(mail["recipients"][0] for mail in sandbox.client.mails())
        assert {f"buyer{number}@example.test": 1 for number in range(3)} == sent

        second = home.run("sync", "kktix", "--once", "--json")
        assert (0, 0) == (second.code, second.answer["left"])
        assert {} == {k: v for k, v in second.answer["polls"][0]["changes"].items() if k != "same"}
        assert 3 == len(sandbox.client.mails())
