"""The pages, files, calls and commands of the channel and the cost report say the same; each number
opens into rows that are as many; nobody sees more than may."""

import csv
import io
import json
import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from postlude.journeys.models import Journey
from postlude.kernel import clock, tokens, work
from postlude.orgs import api as orgs
from postlude.orgs.types import Fee
from postlude.wiring import registry
from postlude.wiring.cli.commands import run
from support.measured import Shop
from support.worked_example import Example

PASSWORD = "correct horse battery"
CELL = re.compile(r'<a href="([^"]*/reports/channel/rows/[^"]+)">(\d+)</a>')
DAYS = "from=2026-03-10&to=2026-03-10"


@pytest.fixture
def example(db, settings, tmp_path) -> Example:
    settings.POSTLUDE_STAMP_FILE = tmp_path / "epoch.stamp"
    work.unsubscribe_all()
    registry._done.clear()
    registry.register_all()
    org = orgs.create("lantern", "Lantern", zone="Asia/Taipei", currency="TWD").id
    other = orgs.create("rival", "Rival", zone="Asia/Taipei", currency="TWD").id
    orgs.configure(org, fees={"email": Fee(50_00), "sms": Fee(10_00)})
    for role in orgs.Role:
        orgs.add_staff(org, role.value, PASSWORD, role.value)
    orgs.add_staff(other, "outsider", PASSWORD, "owner")
    it = Example(Shop(org))
    with clock.use(clock.FrozenClock(it.at("12T09:00:00"))):
        yield it.play()


def log_in(role: str = "owner") -> Client:
    client = Client()
    assert client.login(username=role, password=PASSWORD)
    return client


def url(name: str) -> str:
    return reverse(f"console:{name}", args=["lantern"])


def test_each_number_of_the_page_opens_into_as_many_rows(example: Example) -> None:
    client = log_in()
    page = client.get(f"{url('channel')}?{DAYS}").content.decode()
    assert "as of 2026-03-12 09:00:00" in page
    found = CELL.findall(page)
    assert len(found) > 20
    for href, n in found:
        rows = client.get(unescape(href)).content.decode()
        assert int(n) == rows.count("<tr>") - 1, href


def test_a_line_and_the_total_are_as_the_example_says(example: Example) -> None:
    page = log_in().get(f"{url('channel')}?{DAYS}&channel=email").content.decode()
    for said in (
        "10 = sent 8",
        "87.50%",
        "120.00%",
        "3600.00 TWD",
        "33.33%",
        "the cap on messages",
    ):
        assert said in page, said


def test_the_file_says_the_same(example: Example) -> None:
    answer = log_in().get(f"{url('channel-csv')}?{DAYS}&channel=email").content.decode("utf-8-sig")
    line, total = list(csv.DictReader(io.StringIO(answer)))
    assert ("email", "f1", "w1", "t1", "8") == tuple(
        line[name] for name in ("channel", "folder", "journey", "template", "sent")
    )
    assert ("total", "6", "1.2", "360000", "TWD") == tuple(
        total[name]
        for name in (
            "channel",
            "open_orders",
            "open_orders_rate",
            "open_orders_revenue",
            "currency",
        )
    )


def test_the_costs(example: Example) -> None:
    client = log_in()
    asked = "from=2026-03-10&to=2026-03-11"
    page = client.get(f"{url('cost')}?{asked}").content.decode()
    for said in ("720.00 %", "1500.00 %", "642.86 %", "560.00 TWD", "3600.00 TWD"):
        assert said in page, said
    answer = client.get(f"{url('cost-csv')}?{asked}").content.decode("utf-8-sig")
    rows = {row["channel"]: row for row in csv.DictReader(io.StringIO(answer))}
    assert ["email", "sms", "push", "total"] == list(rows)
    assert ("10", "2", "50000", "720.00") == tuple(
        rows["email"][name] for name in ("messages", "tests", "cost", "roas")
    )


def test_a_journey_that_is_off_can_still_be_chosen_where_it_once_sent(example: Example) -> None:
    Journey.objects.filter(slug="w1").update(active=False)
    client = log_in()
    mails = client.get(f"{url('channel')}?channel=email").content.decode()
    assert '<option value="w1"' in mails
    assert '<option value="w2"' not in mails
    page = client.get(f"{url('channel')}?{DAYS}&channel=email&journey=w1").content.decode()
    assert "87.50%" in page


def test_what_each_number_is_stands_behind_the_page(example: Example) -> None:
    client = log_in()
    assert url("report-metrics") in client.get(url("channel")).content.decode()
    assert "delivered, bounced" not in client.get(url("report-metrics")).content.decode()
    assert "session orders" in client.get(url("report-metrics")).content.decode()


def test_a_question_that_cannot_be_answered_says_how_to_ask(example: Example) -> None:
    client = log_in()
    for query, status in (
        ("from=2026-03-11&to=2026-03-10", 400),
        ("channel=pigeon", 400),
        ("journey=none", 404),
        ("counts=guess", 400),
    ):
        answer = client.get(f"{url('channel')}?{query}")
        assert status == answer.status_code, query
        assert 'role="alert"' in answer.content.decode()
    assert 400 == client.get(f"{url('channel-rows')}?number=luck").status_code


@pytest.mark.parametrize(
    "name", ["channel", "channel-rows", "channel-csv", "cost", "cost-csv", "report-metrics"]
)
def test_an_outsider_sees_nothing(example: Example, name: str) -> None:
    assert log_in("outsider").get(url(name)).status_code in {403, 404}
    assert 302 == Client().get(url(name)).status_code


def test_other_systems_ask_the_same(example: Example) -> None:
    secret, _ref = orgs.issue_key(example.shop.org, "till", ["sales.view"])
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    found = client.get(f"/api/v1/reports/channel?{DAYS}&channel=email").json()
    assert "2026-03-10" == found["from"]
    assert (8, 0.875, 5) == (
        found["total"]["sent"],
        found["total"]["delivered_rate"],
        found["total"]["opens"]["human"]["total"],
    )
    line = found["lines"][0]["line"]
    rows = client.get(
        "/api/v1/reports/channel/rows",
        {"from": "2026-03-10", "to": "2026-03-10", "number": "open_orders", "line": line},
    ).json()["items"]
    assert {"o1", "o3", "o5", "o8"} == {each["order"] for each in rows}
    assert example.people[1] in {tokens.unseal("contact", each["contact"]) for each in rows}
    costs = client.get("/api/v1/reports/cost?from=2026-03-10&to=2026-03-11").json()
    assert ("642.86", 56_000) == (costs["total"]["roas"], costs["total"]["cost"])
    assert 401 == Client().get("/api/v1/reports/channel").status_code


def test_the_command_line_says_the_same_in_80_columns(
    example: Example, capsys, monkeypatch
) -> None:
    from postlude.wiring.cli import output

    monkeypatch.setattr(output.out, "width", 80, raising=False)
    days = ["--from", "2026-03-10", "--to", "2026-03-10", "--org", "lantern"]
    assert 0 == run(["report", "channel", *days, "--channel", "email"])
    said = capsys.readouterr().out
    for part in ("entered 10 = sent 8 + blocked 1", "87.50%", "120.00%", "3600.00 TWD"):
        assert part in said, part
    assert max(len(line) for line in said.splitlines()) <= 80
    assert 0 == run(["report", "channel", *days, "--json"])
    assert 6 == json.loads(capsys.readouterr().out)["total"]["open_orders"]["total"]
    assert 0 == run(
        ["report", "cost", "--from", "2026-03-10", "--to", "2026-03-11", "--org", "lantern"]
    )
    said = capsys.readouterr().out
    assert "642.86%" in said
    assert max(len(line) for line in said.splitlines()) <= 80
    assert 0 == run(["reports", "rebuild", "--check", "--org", "lantern", "--json"])
    assert [] == json.loads(capsys.readouterr().out)["differences"]
    assert 0 == run(["report", "reactions", "--org", "lantern"])
