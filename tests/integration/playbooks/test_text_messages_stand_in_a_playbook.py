"""From the playbook to the phone: senders of text messages, and texts that are no mails."""

from types import SimpleNamespace

import pytest

from postlude.channels import api as channels
from postlude.journeys import api as journeys
from postlude.kernel import clock as kernel_clock
from postlude.kernel import http, jobs
from postlude.kernel.errors import BadInput
from postlude.messages import api as messages
from postlude.orgs import api as orgs
from postlude.playbooks import api as playbooks
from postlude.sandbox.server import Sandbox

MAIL = "  mail: {via: smtp, host: 127.0.0.1, from: PyCon <hello@example.test>}\n"
TEXTS = """\
  sms:
    via: form_gateway
    url: ADDRESS/bonus/send-sms.html
    key: ${GATEWAY_KEY}
"""
TAIWAN = """\
  taiwan:
    via: every8d
    uid: ${EVERY8D_UID}
    password: ${EVERY8D_PASSWORD}
    a_month: 100
"""
INVITATION = "templates:\n"
GIFT = """\
templates:
  gift:
    en: {sms: "A gift for {{ contact.name }}: 100 points 🎁"}
    ru:
      sms: |
        Как насчет подарков?
        Дарим 100 бонусов
"""


NOTICE = """\
notices:
  again:
    every: daily 12:00
    once_per: inactivity
    to:
      everybody:
        who: birthday_known
        send: {by: BY, using: USING}
"""


@pytest.fixture
def texts(book: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    monkeypatch.setenv("GATEWAY_KEY", "sandbox-gateway-key")
    book.edit("currency: TWD", "currency: RUB\n  region: RU\n  fees: {sms: 1.35}")
    book.edit(MAIL, MAIL + TEXTS + TAIWAN)
    book.edit(INVITATION, GIFT)
    return book


def said(texts: SimpleNamespace) -> str:
    return "\n".join(str(each) for each in playbooks.validate(texts.path))


def test_a_test_reaches_the_phone_and_tells_what_it_takes(texts: SimpleNamespace) -> None:
    with Sandbox() as sandbox:
        texts.edit("ADDRESS", sandbox.url("form_gateway"))
        texts.apply()
        org = orgs.by_slug("pycon").id

        queued = journeys.send_test(
            org,
            "gift",
            to="8 909 158-21-49",
            sender="sms",
            locale="ru",
            source="test",
            now=kernel_clock.now(),
        )
        channels.deliver(jobs.Budget(20))

        (sms,) = sandbox.client.texts()
        channels.get("form_gateway").close()
        http.close_all()
    assert ("89091582149", "Как насчет подарков?\nДарим 100 бонусов") == (sms["to"], sms["text"])
    assert (1, 135) == (queued.segments, queued.cost)
    fact = messages.state_of(org, [queued.message])[queued.message]
    assert ("accepted", 1, 135) == (fact.state, fact.segments, fact.cost)


def test_a_preview_tells_segments_and_cost(texts: SimpleNamespace) -> None:
    texts.edit("100 points 🎁", f"{'100 points ' * 8}🎁")
    texts.edit("ADDRESS", "https://site.example")
    texts.apply()
    org = orgs.by_slug("pycon").id

    shown = messages.preview(org, messages.template(org, "gift").id, "en")
    mail = messages.preview(org, messages.template(org, "invitation").id, "en")

    assert shown.size is not None
    assert ("ucs2", 2, 270) == (shown.size.encoding, shown.size.count, shown.cost)
    assert (None, None) == (mail.size, mail.cost)


def test_links_of_a_preview_are_counted_as_long_as_real_ones(
    texts: SimpleNamespace, settings
) -> None:
    settings.POSTLUDE_BASE_URL = "https://" + "long." * 20 + "example"
    texts.edit("100 points 🎁", "https://pycon.test/gift")
    texts.edit("ADDRESS", "https://site.example")
    texts.apply()
    org = orgs.by_slug("pycon").id

    shown = messages.preview(org, messages.template(org, "gift").id, "en")

    assert shown.size is not None
    token, path = 22, len("/c/") + len("/0")
    text = len(f"A gift for 王小明: {settings.POSTLUDE_BASE_URL}")
    assert text + path + token == shown.size.units


def test_the_secret_and_the_settings_are_kept_as_references(texts: SimpleNamespace) -> None:
    texts.edit("ADDRESS", "https://site.example")

    texts.apply()

    sender = messages.sender(orgs.by_slug("pycon").id, "sms")
    assert "form_gateway" == sender.channel
    assert {"url": "https://site.example/bonus/send-sms.html", "key": "${GATEWAY_KEY}"} == (
        sender.settings
    )
    sender = messages.sender(orgs.by_slug("pycon").id, "taiwan")
    assert "every8d" == sender.channel
    assert {"uid": "${EVERY8D_UID}", "password": "${EVERY8D_PASSWORD}"} == sender.settings


@pytest.mark.parametrize(
    ("to", "words"),
    [("112", "too few"), ("hello", "no"), ("ann@example.test", "not a phone")],
)
def test_what_is_no_phone_is_refused_where_it_is_typed(
    texts: SimpleNamespace, to: str, words: str
) -> None:
    texts.edit("ADDRESS", "https://site.example")
    texts.apply()
    asked = {"to": to, "sender": "sms", "locale": "ru", "source": "test"}

    with pytest.raises(BadInput, match=words) as refused:
        journeys.send_test(orgs.by_slug("pycon").id, "gift", now=kernel_clock.now(), **asked)

    assert refused.value.hint


@pytest.mark.parametrize(
    ("by", "using", "mistakes"), [("sms", "gift", 0), ("mail", "gift", 1), ("sms", "invitation", 1)]
)
def test_a_notice_sends_text_messages_by_a_sender_of_them(
    texts: SimpleNamespace, by: str, using: str, mistakes: int
) -> None:
    texts.edit("ADDRESS", "https://site.example")
    notice = NOTICE.replace("BY", by).replace("USING", using)
    texts.edit("journeys:\n", f"{notice}journeys:\n")

    found = playbooks.validate(texts.path)

    assert mistakes == len(found)
    assert all(f"“{by}” sends" in str(each) for each in found)


@pytest.mark.parametrize(("template", "sender"), [("gift", "mail"), ("invitation", "sms")])
def test_a_test_of_another_kind_than_the_sender_sends_is_refused(
    texts: SimpleNamespace, template: str, sender: str
) -> None:
    texts.edit("ADDRESS", "https://site.example")
    texts.apply()
    asked = {"to": "ann@example.test", "sender": sender, "locale": "en", "source": "test"}

    with pytest.raises(BadInput, match="messages of this kind"):
        journeys.send_test(orgs.by_slug("pycon").id, template, now=kernel_clock.now(), **asked)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("by: mail", "by: sms", "“sms” sends text messages, and “invitation” is one of the mails."),
        (
            '{"*": invitation}',
            '{"*": gift}',
            "“mail” sends mails, and “gift” is one of the text messages.",
        ),
        ('{sms: "A', '{subject: Hi, sms: "A', "“subject” is of a mail"),
        ('en: {sms: "A', 'en: {subject: Hi, html: templates/invitation.html}\n    de: {sms: "A', "Make two templates"),
        ('{subject: "Welcome to {{ conference.name }}", ', "{", "“subject” is missing here."),
        ("contact.name }}:", "contact.nam }}:", "Did you mean {{ contact.name }}?"),
        ("password: ${EVERY8D_PASSWORD}", "password: abc", "does not stand in a playbook"),
        ("    a_month", "    base_url: api.e8d.tw\n    a_month", "base_url is missing or cannot"),
        ("key: ${GATEWAY_KEY}", "key: abc", "does not stand in a playbook"),
        ("send-sms.html", "send-sms.html?key=abc", "without a query"),
        ("ADDRESS", "ftp://site.example", "setting url is missing or cannot be used"),
        ("    url: ADDRESS/bonus/send-sms.html\n", "", "“url” is missing here."),
        ("    key: ${GATEWAY_KEY}\n", "", "“key” is missing here."),
        ("    key: $", "    reply_to: a@b.test\n    key: $", "“reply_to” is not known here."),
    ],
)  # fmt: skip
def test_a_mistake_is_said_with_its_line(
    texts: SimpleNamespace, old: str, new: str, words: str
) -> None:
    texts.edit(old, new)
    if "ADDRESS" in texts.path.read_text(encoding="utf-8"):
        texts.edit("ADDRESS", "https://site.example")

    assert words in said(texts)
    assert 1 == len(playbooks.validate(texts.path))
