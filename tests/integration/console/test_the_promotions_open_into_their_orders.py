"""The promotions' pages, file and API say the same; each number opens; nobody sees more than may."""

import csv
import io
import re
from dataclasses import dataclass
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from postlude.kernel import clock, tokens
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.reports import api as reports
from postlude.rewards import api as rewards
from postlude.rules import api as rules
from postlude.rules.types import Standing
from support import a_promotion

NUMBER = re.compile(
    r'<a (?:class="card" )?href="([^"]*/promotions/rows/[^"]+)">(.*?)</a>', re.DOTALL
)
FIGURE = re.compile(r'<td class="num">([^<]+)</td></tr>')
CODE = re.compile(r"[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}")
PASSWORD = "correct horse battery"


@dataclass(frozen=True)
class House:
    """A tea house after three weeks, seen at the end of them."""

    id: int
    made: a_promotion.Promotion


@pytest.fixture
def house(db):
    org = orgs.create("lantern", "Lantern", zone="Asia/Shanghai", currency="CNY").id
    other = orgs.create("rival", "Rival", zone="Asia/Shanghai", currency="CNY").id
    for role in orgs.Role:
        orgs.add_staff(org, role.value, PASSWORD, role.value)
    orgs.add_staff(other, "outsider", PASSWORD, "owner")
    made = a_promotion.fill(org, 40, seed=9)
    rules.flush_previews()
    with clock.use(clock.FrozenClock(made.now + timedelta(hours=1))):
        yield House(org, made)


def log_in(role: str = "owner", **more) -> Client:
    client = Client(**more)
    assert client.login(username=role, password=PASSWORD)
    return client


def url(name: str, *more: str) -> str:
    return reverse(f"console:{name}", args=["lantern", *more])


def amount(text: str) -> float:
    return float(re.sub(r"<[^>]+>|\u202f", "", text).strip())


def test_every_number_of_the_pages_opens_into_rows_that_add_up(house) -> None:
    """Every link with a number leads to rows whose last column sums up to it."""
    client = log_in("viewer")
    pages = [url("promotions"), url("promotion", "first-n"), url("promotion", "weekend")]
    numbers = {
        unescape(href): re.sub(r"<dt>.*?</dt>|<dd class=\"note\">.*?</dd>", "", shown)
        for page in pages
        for href, shown in NUMBER.findall(client.get(page).content.decode())
    }
    assert len(numbers) >= 30
    for href, shown in numbers.items():
        page = client.get(href).content.decode()
        figures = [amount(each) for each in FIGURE.findall(page)]
        assert abs(sum(figures) - amount(shown)) < 0.001, href


def test_the_file_and_the_api_say_what_the_report_says(house) -> None:
    """A line of the file and an item of the API for each rule, with its counts."""
    answer = log_in().get(url("promotions-csv"))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    secret, _ = orgs.issue_key(house.id, "till", ["sales.view"], None)
    headers = {"Authorization": f"Bearer {secret}"}
    called = Client().get("/api/v1/reports/promotions", headers=headers).json()
    found = reports.promotions_as_json(reports.promotions(house.id, reports.days()))
    assert called["rules"] == found["rules"]
    for line in found["rules"]:
        mine = [each for each in lines if each["rule"] == line["rule"]]
        assert int(mine[0]["confirmed"]) == line["confirmed"]
        assert {each["reserved"] for each in mine[1:]} <= {""}
    query = {"rule": "first-n", "number": "confirmed"}
    rows = Client().get("/api/v1/reports/promotions/rows", query, headers=headers).json()
    line = next(each for each in found["rules"] if each["rule"] == "first-n")
    assert (rows["figure"], rows["total"]) == (line["confirmed"], line["confirmed"])
    contact = tokens.unseal("contact", rows["items"][0]["contact"])
    assert contact in house.made.contacts
    query["number"] = "nothing"
    refused = Client().get("/api/v1/reports/promotions/rows", query, headers=headers)
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "reports.bad_number")


def test_an_outsider_sees_nothing(house) -> None:
    """Strangers are sent to the login, people of another organisation get a 404, by every door."""
    doors = [
        ("get", url("promotions")),
        ("get", url("promotions-csv")),
        ("get", url("promotion-rows") + "?rule=first-n"),
        ("get", url("promotion", "first-n")),
        ("post", url("promotion", "first-n")),
        ("post", url("promotion-switch", "first-n")),
    ]
    outsider = log_in("outsider")
    for method, door in doors:
        assert getattr(Client(), method)(door).status_code == 302, door
        assert getattr(outsider, method)(door).status_code == 404, door
    secret, _ = orgs.issue_key(orgs.by_slug("rival").id, "till", ["sales.view"], None)
    headers = {"Authorization": f"Bearer {secret}"}
    theirs = Client().get("/api/v1/reports/promotions", headers=headers).json()
    assert theirs["rules"] == []
    query = {"rule": "first-n", "number": "reserved"}
    rows = Client().get("/api/v1/reports/promotions/rows", query, headers=headers)
    assert rows.status_code == 404


def test_another_organisations_rule_is_not_reached_through_ones_own(house) -> None:
    """Under one's own address the rule of another is not there."""
    outsider = log_in("outsider")
    for method, name in (("get", "promotion"), ("post", "promotion-switch")):
        door = reverse(f"console:{name}", args=["rival", "first-n"])
        assert getattr(outsider, method)(door).status_code == 404


def test_only_who_may_publish_takes_a_rule_off_line(house) -> None:
    """A viewer is refused; a marketer pauses and resumes, and each time their name stands there."""
    door = url("promotion-switch", "first-n")
    assert log_in("viewer").post(door, {"to": "pause"}).status_code == 403
    assert 'name="to"' not in log_in("viewer").get(url("promotions")).content.decode()
    marketer = log_in("marketer")
    for to, standing in (("pause", Standing.PAUSED), ("resume", Standing.ONLINE)):
        assert marketer.post(door, {"to": to}).status_code == 302
        assert rules.sheet(house.id, "first-n", now=clock.now()).standing is standing
    marketer.post(door, {"to": "resume"})  # nothing changes, nothing is noted
    assert [each.paused for each in rules.switches(house.id, "first-n")] == [False, True]
    assert "<td>marketer</td>" in marketer.get(url("promotion", "first-n")).content.decode()
    strict = log_in("marketer", enforce_csrf_checks=True)
    assert strict.post(door, {"to": "pause"}).status_code == 403


def test_trying_says_what_is_missing_and_changes_nothing(house) -> None:
    """188 of 200 is 12 short; nothing is held, no preview is counted, no order is written."""
    before = reports.promotions(house.id, reports.days()).rules
    page = log_in("viewer").post(url("promotion", "first-n"), {"amount": "188"})
    html = page.content.decode()
    assert "spend 12.00 CNY more" in html
    assert "✗" in html
    part = log_in("viewer").post(
        url("promotion", "first-n"), {"amount": "x"}, headers={"HX-Request": "true"}
    )
    assert "x is not an amount." in part.content.decode()
    assert "<html" not in part.content.decode()
    assert rules.flush_previews() == 0
    assert reports.promotions(house.id, reports.days()).rules == before


@pytest.mark.parametrize("given", ["-1", "1e99", "9" * 40, "\0", "1.005"])
def test_an_amount_that_is_none_is_told(house, given: str) -> None:
    """Whatever is typed, the page says what is wrong with it."""
    page = log_in("viewer").post(url("promotion", "first-n"), {"amount": given})
    assert page.status_code == 200
    assert "is not an amount." in page.content.decode()


@pytest.mark.parametrize("given", ["soon", "0001-01-01T00:00", "2026-11-01T10:00+08:00"])
def test_a_moment_that_is_none_is_told(house, given: str) -> None:
    """A moment that no calendar of ours has is told as one."""
    page = log_in("viewer").post(url("promotion", "first-n"), {"at": given})
    assert "is not a day." in page.content.decode()


def test_only_who_may_see_people_tries_with_a_buyer(house) -> None:
    """An organiser who names a buyer leaves a row in the audit; a marketer's name is ignored."""
    said = {"amount": "200", "contact": "li9-0@example.test"}
    door = url("promotion", "weekend")
    assert log_in("marketer").post(door, said).status_code == 200
    assert people.views(house.id) == []
    assert log_in("organiser").post(door, said).status_code == 200
    assert [each.contact for each in people.views(house.id)] == [house.made.contacts[0]]
    unknown = log_in("organiser").post(door, {"contact": "nobody@example.test"})
    assert "Nobody has this address." in unknown.content.decode()


def test_the_pages_are_masked_for_everybody(house) -> None:
    """Not even an owner reads an address in a list."""
    client = log_in("owner")
    for page in (url("promotions"), url("promotion-rows") + "?rule=first-n&number=reserved"):
        assert "li9-" not in client.get(page).content.decode()


def test_what_a_buyer_has_is_for_who_may_see_rewards(house) -> None:
    """An organiser reads balances and codes; a marketer sees that there are some, and no more."""
    contact = next(
        each for each in house.made.contacts if rewards.held(house.id, each, clock.now())
    )
    page = url("buyer", tokens.seal("contact", contact))
    clear = log_in("organiser").get(page).content.decode()
    code = rewards.held(house.id, contact, clock.now())[0].code
    assert code in clear
    held = rewards.balances(house.id, [contact], now=clock.now(), currency="bonus:CNY")[contact]
    assert f"<dd>{held.available / 100:,.2f}</dd>".replace(",", "\u202f") in clear
    hidden = log_in("marketer").get(page).content.decode()
    assert 'id="rewards"' in hidden
    assert "•••</dd>" in hidden
    assert not CODE.findall(hidden)
    assert "History" not in hidden


def test_a_bad_question_says_how_to_ask(house) -> None:
    """Days that cannot be read, numbers and rules that are not there."""
    client = log_in()
    bad = (
        (url("promotions") + "?since=soon", 400, "is not a day"),
        (url("promotions-csv") + "?since=2026-11-02&until=2026-11-01", 400, "before it begins"),
        (url("promotion", "first-n") + "?until=x", 400, "is not a day"),
        (url("promotion-rows") + "?rule=first-n&number=x", 400, "has no number"),
        (url("promotion-rows") + "?rule=x%00", 404, "There is no rule"),
        (url("promotion", "nothing"), 404, ""),
    )
    for door, status, words in bad:
        answer = client.get(door)
        assert (answer.status_code, words in answer.content.decode()) == (status, True), door


def test_a_version_shows_what_it_changed(house) -> None:
    """The newest first, with each setting before and after."""
    changed = [
        each if each.key != "every-100" else a_promotion.RuleDefinition(
            **{**{f: getattr(each, f) for f in each.__slots__},
               "give": {"发赠送金": {"amount": "6 CNY"}}}
        )
        for each in a_promotion.definitions()
    ]  # fmt: skip
    rules.publish(house.id, changed, a_promotion.GROUPS, now=clock.now())
    found = rules.editions(house.id, "every-100")
    assert [each.number for each in found] == [2, 1]
    assert found[0].changes == (("give.发赠送金.amount", "5 CNY", "6 CNY"),)
    html = log_in().get(url("promotion", "every-100")).content.decode()
    assert "<del>5 CNY</del>" in html
    assert "<ins>6 CNY</ins>" in html


def test_an_organisation_without_rules_is_told_how_to_begin(house) -> None:
    """The empty page says which commands to run."""
    page = log_in("outsider").get(reverse("console:promotions", args=["rival"]))
    assert "postlude apply" in page.content.decode()
