"""Senders on chat apps: no address of ours, their own settings, and no secret stored."""

from types import SimpleNamespace

import pytest

from postlude.messages import api as messages
from postlude.orgs import api as orgs
from postlude.playbooks import api as playbooks

SMTP = "{via: smtp, host: 127.0.0.1, from: PyCon <hello@example.test>}"
LINE = """{via: smtp, host: 127.0.0.1, from: PyCon <hello@example.test>}
  line:
    via: line
    token: ${LINE_TOKEN}
    channel_secret: ${LINE_SECRET}
    silent: true
    a_month: 500
  push:
    via: fcm
    credentials: ${FCM_CREDENTIALS}
    project: shop
  messenger:
    via: messenger
    page_token: ${PAGE_TOKEN}
    app_secret: ${APP_SECRET}
    verify_token: ${VERIFY_TOKEN}
    tag: CONFIRMED_EVENT_UPDATE
  crescendo:
    via: crescendo_line
    base_url: https://crescendo.example.test
    token: ${CRESCENDO_TOKEN}
"""


@pytest.fixture
def chatty(book: SimpleNamespace) -> SimpleNamespace:
    book.edit(SMTP, LINE)
    return book


def test_a_line_sender_is_kept_with_references_only(chatty: SimpleNamespace) -> None:
    chatty.edit("by: mail", "by: line")

    chatty.apply()

    org = orgs.by_slug("pycon").id
    sender = messages.sender(org, "line")
    assert ("line", "", True) == (sender.channel, sender.from_address, sender.settings["silent"])
    assert "${LINE_TOKEN}" == sender.settings["token"]
    assert [500] == [each.quota for each in messages.senders(org) if each.slug == "line"]


def test_a_push_sender_is_kept_with_references_only(chatty: SimpleNamespace) -> None:
    chatty.apply()

    sender = messages.sender(orgs.by_slug("pycon").id, "push")
    assert ("fcm", "") == (sender.channel, sender.from_address)
    assert {"credentials": "${FCM_CREDENTIALS}", "project": "shop"} == sender.settings


def test_crescendo_is_a_channel_of_its_own(chatty: SimpleNamespace) -> None:
    chatty.apply()

    assert "crescendo_line" == messages.sender(orgs.by_slug("pycon").id, "crescendo").channel


def test_a_messenger_sender_is_kept_with_references_only(chatty: SimpleNamespace) -> None:
    chatty.apply()

    sender = messages.sender(orgs.by_slug("pycon").id, "messenger")
    assert ("messenger", "") == (sender.channel, sender.from_address)
    assert "${PAGE_TOKEN}" == sender.settings["page_token"]
    assert "CONFIRMED_EVENT_UPDATE" == sender.settings["tag"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("tag: CONFIRMED_EVENT_UPDATE", "tag: HELLO", "“HELLO” is not known here."),
        ("    base_url: https://crescendo.example.test\n", "", "“base_url” is missing here."),
        ("    credentials: ${FCM_CREDENTIALS}\n", "", "“credentials” is missing here."),
        ("    token: ${LINE_TOKEN}\n", "", "“token” is missing here."),
        ("    channel_secret: ${LINE_SECRET}\n", "", "“channel_secret” is missing here."),
        ("token: ${LINE_TOKEN}", "token: abc", "does not stand in a playbook"),
        ("silent: true", "from: PyCon <hello@example.test>", "“from” is not known here."),
        ("a_month: 500", "rate: 2001", "less than or equal to 2000"),
    ],
)
def test_a_mistake_is_said_at_its_line(
    chatty: SimpleNamespace, old: str, new: str, said: str
) -> None:
    chatty.edit(old, new)

    (problem,) = playbooks.validate(chatty.path)

    assert said in str(problem)
