"""The sandbox's page: a command is typed, its answer and its file appear, a button is pressed."""

import re

import httpx
import pytest

from postlude.chatops import api as chatops
from support.selling import sell


@pytest.fixture
def page(server):
    base = f"{server.sandbox.base_url}/_sandbox/discord/try"
    with httpx.Client(base_url=base, trust_env=False, follow_redirects=True) as client:
        yield client


def test_a_command_is_typed_and_its_answer_appears(server, page) -> None:
    sell(server.org, "event_1", "Regular", 1, name="<b>PyCon</b>")
    form = {"command": "list", "role": "300000000000000001", "locale": "zh-TW"}
    shown = page.post("", data=form).text
    assert "event_1" in shown
    assert "<b>PyCon</b>" not in shown
    assert "已售: 1" in shown
    assert "None of your roles" in page.post("", data={"command": "list", "role": "9"}).text


def test_a_newcomer_finds_two_answers(server, page) -> None:
    """What is on sale, and how it stands; asked once, whoever looks again."""
    sell(server.org, "event", "Regular", 1)
    for _ in range(2):
        shown = page.get("").text
        assert 1 == shown.count("<header>/event list")
        assert 1 == shown.count("<header>/event status slug:event")
    assert 'name="slug" value="event"' in shown
    assert "no answer" not in shown


def test_a_newcomer_without_a_sale_is_told_so(server, page) -> None:
    shown = page.get("").text
    assert "<header>/event list" in shown
    assert "/event status" not in shown


def test_a_promise_becomes_a_file(server, page) -> None:
    sell(server.org, "event", "Regular", 1)
    form = {"command": "sales", "slug": "event", "role": "300000000000000001"}
    promised = page.post("", data=form).text
    assert "is thinking" in promised
    assert 'http-equiv="refresh"' in promised
    server.work()
    shown = page.get("").text
    assert "Regular,1,1" in shown
    (link,) = re.findall(r'href="(/_sandbox/discord/try/\d+/file)"', shown)
    file = httpx.get(server.sandbox.base_url + link, trust_env=False)
    assert file.content.startswith("\ufeff".encode())


def test_the_queue_is_offered_too(server, page) -> None:
    sell(server.org, "event", "Regular", 1)
    assert "<option value='queue'" in page.get("").text
    page.post("", data={"command": "queue", "slug": "event", "role": "300000000000000002"})
    server.work()
    assert "Nobody waits to be let in by hand." in page.get("").text


def test_without_an_application_the_page_says_so(server, page) -> None:
    server.sandbox.client.configure("discord", interactions_url="")
    assert "No interactions endpoint is set" in page.get("").text
    index = httpx.get(server.sandbox.base_url, trust_env=False).text
    assert "/_sandbox/discord/try" in index
    assert "/hooks/discord/" in chatops.interactions_url(server.org.slug)
