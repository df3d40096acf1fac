"""What a vendor was given has our links only; who follows one has clicked in that channel."""

import re

import httpx
import pytest

from postlude.channels import api as channels
from postlude.kernel import jobs
from postlude.kernel.clock import now
from postlude.messages import api as messages
from postlude.messages.types import LocaleText
from postlude.tracking import api as tracking
from postlude.tracking.types import TouchKind
from support.collecting import collecting
from support.texting import CHANNELS, SECRETS, Texter

LINK = re.compile(r"/c/([A-Za-z0-9_-]{22})/(\d+)")
ANN = {
    "line": "U" + "a1" * 16,
    "crescendo_line": "U" + "b2" * 16,
    "messenger": "2002002002002002",
    "fcm": "device-of-ann-0123456789",
}
DESKS = {
    "line": "line_desk",
    "crescendo_line": "crescendo_desk",
    "messenger": "messenger_desk",
    "fcm": "push_desk",
}


def follow(org: int, message: int, text: str) -> None:
    """Follow the link that somebody was sent, and look at what is kept."""
    assert "example.org" not in text
    (found,) = set(LINK.findall(text))
    assert (messages.token_of(message), "0") == found
    with collecting() as address, httpx.Client(base_url=address, trust_env=False) as browser:
        answer = browser.get(f"/c/{found[0]}/{found[1]}")
    assert "https://pycon.example.org/" == answer.headers["location"]
    (touch,) = tracking.touches_of(org, [message])[message]
    fact = messages.state_of(org, [message])[message]
    assert (TouchKind.CLICK, 0, fact.channel) == (touch.kind, touch.link, touch.channel)
    assert fact.contact == touch.contact


@pytest.mark.parametrize("channel", sorted(DESKS))
def test_a_message_of_an_app(channel, request, sandbox):
    desk = request.getfixturevalue(DESKS[channel])
    (message,) = desk.enqueue(ANN[channel])
    desk.deliver()

    sent = sandbox.client.received(channel)["messages"]
    assert 1 == len(sent)
    follow(desk.org, message, str(sent[0]))


@pytest.fixture(params=CHANNELS)
def texter(request, db, sandbox, monkeypatch):
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    channels.register_all()
    yield Texter(request.param, sandbox)
    channels.get(request.param).close()


def test_a_text_message(texter):
    template = texter.publish("Hi https://pycon.example.org/", slug="linked")
    (message,) = texter.enqueue(texter.phone(), template_version=template)
    texter.deliver()

    (sent,) = texter.arrived()
    follow(texter.org, message, str(sent))


def test_a_mail_has_the_picture_too_and_what_is_no_page_stays(mailer, sandbox):
    text = LocaleText(
        "en",
        subject="Hi",
        html='<p><a href="https://pycon.example.org/">A</a> <a href="mailto:team@example.test">M</a>'
        ' <a href="tel:+8862">T</a> <a href="#top">Up</a> <a href="{{ unsubscribe_url }}">No</a></p>',
        text="Go: https://pycon.example.org/",
    )
    version = messages.publish_template(mailer.org, "linked", "news", [text], now=now())
    (message,) = mailer.enqueue("ann@example.test", template_version=version, locale="en")
    channels.deliver(jobs.Budget(20))

    (sent,) = sandbox.client.mails(to="ann@example.test")
    html = sent["html"]
    token = messages.token_of(message)
    for kept in ('href="mailto:team@example.test"', 'href="tel:+8862"', 'href="#top"'):
        assert kept in html
    assert f'/u/{token}"' in html
    assert f"/o/{token}.gif" in html
    follow(mailer.org, message, html)
