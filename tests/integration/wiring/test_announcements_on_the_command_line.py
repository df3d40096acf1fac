"""An operator tells all holders of a conference something, and sees how far it is."""

import json

import pytest

from postlude.channels import api as channels
from postlude.channels.klaviyo import polling
from postlude.kernel import clock
from postlude.messages import api as messages
from postlude.messages.types import LocaleText
from postlude.sandbox.server import Sandbox
from postlude.wiring import registry
from postlude.wiring.cli import commands
from support import ticket_sales

ANN, BOB = "ann@example.test", "bob@example.test"
SEND = "--to pycon --template see-you --sender news --json".split()


@pytest.fixture
def sandbox(monkeypatch):
    with Sandbox() as running:
        monkeypatch.setenv("KLAVIYO_API_KEY", "sandbox-klaviyo-key")
        yield running
    polling.close()


@pytest.fixture
def stand(org, sandbox):
    registry.register_all()
    channels.register_all()
    messages.ensure_sender(
        org.id,
        "news",
        "klaviyo_campaign",
        settings={"api_key": "${KLAVIYO_API_KEY}", "base_url": sandbox.url("klaviyo")},
        rate=10,
        from_address="hello@example.test",
    )
    text = LocaleText("zh-Hant", subject="明天見", html="<p>Hi {{ contact.name }}</p>")
    messages.publish_template(org.id, "see-you", "email", [text], now=clock.now())
    ticket_sales.sell(org.id, ANN, BOB)
    return sandbox


def said(capsys, *command):
    capsys.readouterr()
    code = commands.run(command)
    return code, json.loads(capsys.readouterr().out)


def test_it_is_written_sent_and_shown(stand, capsys):
    code, told = said(capsys, "announce", "tomorrow", *SEND, "--wait")

    assert (0, "sent", 2) == (code, told["state"], told["people"])
    assert 2 == sum(told["messages"].values())
    assert [ANN, BOB] == sorted(each["to"] for each in stand.client.received("klaviyo")["mails"])

    _, listed = said(capsys, "announcements", "list", "--json")
    assert ["tomorrow"] == [each["name"] for each in listed["announcements"]]
    _, shown = said(capsys, "announcements", "show", "tomorrow", "--json")
    assert {"template", "list", "campaign", "message"} == set(shown["klaviyo"])
    assert "imported" not in shown["klaviyo"]


def test_it_can_be_cancelled_before_it_is_handed_over(stand, capsys):
    said(capsys, "announce", "later", *SEND, "--at", "2099-12-01T09:00")

    code, told = said(capsys, "announcements", "cancel", "later", "--json")

    assert (0, "cancelled", {"cancelled": 2}) == (code, told["state"], told["messages"])


@pytest.mark.parametrize(
    ("command", "what"),
    [
        (("announce", "a", *SEND, "--at", "soon"), "no time"),
        (("announce", "a", *SEND, "--at", "2020-01-01T09:00"), "is over"),
        (("announce", 'a"b', *SEND), "no name"),
        (("announce", "a", *SEND, "--to", "nowhere"), "no conference"),
        (("announce", "a", *SEND, "--sender", "nobody"), "no sender"),
        (("announcements", "show", "a", "--json"), "no announcement"),
    ],
)
def test_bad_input_is_answered_with_what_to_do(stand, capsys, command, what):
    code, told = said(capsys, *command)

    assert 3 == code
    assert what in told["error"]["message"]
    assert told["error"]["hint"]
