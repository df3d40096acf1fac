"""The funnel's page, file and API say the same, and every number opens into its tickets."""

import csv
import io
import re
from html import unescape

import pytest
from django.test import Client
from django.urls import reverse

from postlude.kernel import tokens
from postlude.orgs import api as orgs
from postlude.reports import api as reports

from .conftest import SECRET

NUMBER = re.compile(r'<a href="([^"]*/funnel/rows/[^"]+)">([\d\u202f]+)</a>')


def log_in(role: str = "owner") -> Client:
    client = Client()
    assert client.login(username=role, password="correct horse battery")
    return client


def key(org: int, *scopes: str) -> dict[str, str]:
    secret, _ = orgs.issue_key(org, "test", scopes, expires=None)
    return {"Authorization": f"Bearer {secret}"}


def counts(org: int, **filters: str) -> list[int]:
    return list(reports.funnel(org, reports.scope(org, **filters)).total.counts)


def test_each_fate_is_where_it_belongs(sale) -> None:
    """Eight tickets: one refunded, one waits for access, one failed, one unknown, one bounced."""
    assert counts(sale.org.id) == [8, 7, 6, 4, 2, 1, 1, 0]
    total = reports.funnel(sale.org.id, reports.scope(sale.org.id)).total
    assert list(total.asides) == [0, 0, 1]
    assert total.medians[reports.STEPS.index("opened")] == 1.0


@pytest.mark.parametrize("by", ["type", "day", "both"])
def test_every_number_of_the_page_opens_into_as_many_tickets(sale, staff, by: str) -> None:
    client = log_in("viewer")
    html = client.get(reverse("console:funnel", args=["pycon"]), {"by": by}).content.decode()
    numbers = NUMBER.findall(html)
    assert len(numbers) >= 16
    for href, number in numbers:
        page = client.get(unescape(href)).content.decode()
        assert page.count('<td class="mono">') == int(number.replace("\u202f", "")), href


def test_rows_show_masked_people_only(sale, staff) -> None:
    """Not even an owner sees a name in a list; the buyer's own page asks for a reason."""
    url = reverse("console:funnel-rows", args=["pycon"])
    html = log_in("owner").get(url, {"step": "opened"}).content.decode()
    assert SECRET.lower() not in html.lower()
    contact = sale.contacts["opened-0"]
    assert reverse("console:buyer", args=["pycon", tokens.seal("contact", contact)]) in html
    assert "•••@" in html


def test_the_file_and_the_api_say_what_the_page_says(sale, staff) -> None:
    answer = log_in().get(reverse("console:funnel-csv", args=["pycon"]))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.content.startswith(b"\xef\xbb\xbf")
    lines = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    called = Client().get("/api/v1/reports/funnel", headers=key(sale.org.id, "sales.view")).json()
    for step in reports.STEPS:
        total = called["total"]["counts"][step]
        assert int(lines[-1][step]) == total
        for cut in ("events", "ticket_types", "days", "cells"):
            assert sum(line["counts"][step] for line in called[cut]) == total
        assert sum(int(line[step]) for line in lines[:-1]) == total
    assert lines[-1]["day"] == "total"
    assert called["zone"] == "Asia/Taipei"
    assert "ticket_type" not in called["days"][0]


def test_the_api_opens_a_number(sale, staff) -> None:
    headers = key(sale.org.id, "sales.view")
    url = "/api/v1/reports/funnel/rows"
    found = Client().get(f"{url}?step=invited&stopped=1&limit=1", headers=headers).json()
    assert (found["total"], found["next_offset"], len(found["items"])) == (2, 1, 1)
    item = found["items"][0]
    assert item["furthest"] == "invited"
    assert "•••" in item["email"]
    assert set(item["times"]) <= {"registered", "paid", "granted", "invited"}
    assert SECRET.lower() not in str(found).lower()


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("since=2023-09-02&until=2023-09-01", 400, "reports.bad_range"),
        ("since=tomorrow", 400, "reports.bad_day"),
        ("until=2023-02-30", 400, "reports.bad_day"),
        ("event=nothing", 404, "reports.unknown_event"),
        ("ticket_type=nothing", 404, "reports.unknown_ticket_type"),
    ],
)
def test_a_bad_question_says_how_to_ask(sale, staff, query: str, status: int, code: str) -> None:
    headers = key(sale.org.id, "sales.view")
    for path in ("funnel", "funnel/rows"):
        answer = Client().get(f"/api/v1/reports/{path}?{query}", headers=headers)
        assert answer.status_code == status
        error = answer.json()["error"]
        assert error["code"] == code
        assert error["hint"]
    client, typed = log_in(), query.replace("ticket_type", "type")
    for name in ("funnel", "funnel-rows", "funnel-csv"):
        page = client.get(f"{reverse(f'console:{name}', args=['pycon'])}?{typed}")
        assert page.status_code == status
        assert 'role="alert"' in page.content.decode()


def test_an_unknown_step_is_refused(sale, staff) -> None:
    headers = key(sale.org.id, "sales.view")
    answer = Client().get("/api/v1/reports/funnel/rows?step=eaten", headers=headers)
    assert answer.json()["error"]["code"] == "reports.bad_step"
    assert "refunded" in answer.json()["error"]["hint"]


def test_another_organisation_has_other_numbers(sale, staff) -> None:
    other = orgs.by_slug("rival").id
    assert counts(other) == [0] * 8
    for path in ("funnel", "funnel/rows"):
        mine = Client().get(f"/api/v1/reports/{path}", headers=key(other, "sales.view"))
        assert mine.status_code == 200
        assert "pycon" not in mine.content.decode().lower()
        weak = Client().get(f"/api/v1/reports/{path}", headers=key(other, "ops.view"))
        assert weak.status_code == 403
    # An event of the one is unknown to the other, whatever its name.
    answer = Client().get("/api/v1/reports/funnel?event=ind", headers=key(other, "sales.view"))
    assert answer.json()["error"]["code"] == "reports.unknown_event"


def test_an_empty_sale_says_so(org, staff) -> None:
    client = log_in()
    html = client.get(reverse("console:funnel", args=["pycon"])).content.decode()
    assert "No ticket here" in html
    answer = client.get(reverse("console:funnel-csv", args=["pycon"]))
    assert len(answer.content.decode("utf-8-sig").splitlines()) == 2


def test_filters_keep_their_words(sale, staff) -> None:
    """What was chosen stands in the form again, escaped."""
    client = log_in()
    url = reverse("console:funnel", args=["pycon"])
    html = client.get(url, {"event": "ind", "type": "學生票 Student"}).content.decode()
    assert '<option value="學生票 Student" selected>' in html
    assert '<option value="ind" selected>' in html
    bad = client.get(url, {"event": "<script>alert(1)</script>"}).content.decode()
    assert "<script>alert(1)" not in bad


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh-hant", ["沒有「nothing」這個活動。", "請以代稱指定活動或研討會："]),
        ("ru", ["Нет мероприятия «nothing».", "Назовите мероприятие"]),
    ],
)
def test_a_bad_question_is_explained_in_the_readers_language(sale, staff, language, words) -> None:
    """With what there is, filled into the hint."""
    client = log_in("viewer")
    url = reverse("console:funnel", args=["pycon"])
    page = client.get(url, {"event": "nothing"}, headers={"Accept-Language": language})
    html = unescape(page.content.decode())
    assert [] == [text for text in words if text not in html]
