import itertools
import json
import threading
from collections.abc import Iterator
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections

from postlude.channels import api as channels
from postlude.channels import registry
from postlude.channels.crescendo_line.channel import CrescendoLine
from postlude.channels.fcm.channel import Fcm
from postlude.channels.line.channel import Line
from postlude.channels.mailgun.channel import Mailgun
from postlude.channels.messenger.channel import Messenger
from postlude.kernel import http, inbox, jobs, store
from postlude.kernel.clock import now
from postlude.messages import api as messages
from postlude.messages.types import LocaleText, NewMessage, Rendered, SenderConfig
from postlude.people import api as people
from postlude.people.types import Actor, PersonSeen, SaidAddress
from postlude.sandbox.server import Sandbox

SIGNING_KEY = "sandbox-signing-key"


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox
    http.close_all()


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Sandbox:
    running_sandbox.client.reset()
    running_sandbox.client.configure("mailgun", receipts={"enabled": False})
    running_sandbox.client.configure("klaviyo", receipts={"enabled": False})
    return running_sandbox


@pytest.fixture
def mailgun_settings(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("MAILGUN_API_KEY", "sandbox-mailgun-key")
    monkeypatch.setenv("MAILGUN_SIGNING_KEY", SIGNING_KEY)
    return {
        "api_key": "${MAILGUN_API_KEY}",
        "signing_key": "${MAILGUN_SIGNING_KEY}",
        "domain": "mg.example.test",
        "base_url": sandbox.url("mailgun"),
    }


@pytest.fixture
def postmark_settings(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("POSTMARK_TOKEN", "sandbox-postmark-token")
    monkeypatch.setenv("POSTMARK_WEBHOOK", "postmark:sandbox-postmark-password")
    return {
        "esp": "postmark",
        "server_token": "${POSTMARK_TOKEN}",
        "webhook_secret": "${POSTMARK_WEBHOOK}",
        "base_url": sandbox.url("postmark"),
    }


@pytest.fixture
def mailersend_settings(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("MAILERSEND_TOKEN", "sandbox-mailersend-token")
    monkeypatch.setenv("MAILERSEND_SECRET", "sandbox-mailersend-secret")
    return {
        "esp": "mailersend",
        "api_token": "${MAILERSEND_TOKEN}",
        "signing_key": "${MAILERSEND_SECRET}",
        "base_url": f"{sandbox.url('mailersend')}/v1",
    }


@pytest.fixture
def klaviyo_settings(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("KLAVIYO_API_KEY", "sandbox-klaviyo-key")
    monkeypatch.setenv("KLAVIYO_WEBHOOK_SECRET", "sandbox-klaviyo-secret")
    return {
        "api_key": "${KLAVIYO_API_KEY}",
        "webhook_secret": "${KLAVIYO_WEBHOOK_SECRET}",
        "metric": "Ticket invitation",
        "base_url": sandbox.url("klaviyo"),
    }


@pytest.fixture
def line_settings(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("LINE_TOKEN", "sandbox-line-token")
    monkeypatch.setenv("LINE_CHANNEL_SECRET", "sandbox-line-secret")
    return {
        "token": "${LINE_TOKEN}",
        "channel_secret": "${LINE_CHANNEL_SECRET}",
        "base_url": sandbox.url("line"),
    }


@pytest.fixture
def fcm_settings(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    key = {**sandbox.client.fcm_key(), "token_uri": f"{sandbox.url('fcm')}/token"}
    monkeypatch.setenv("FCM_CREDENTIALS", json.dumps(key))
    return {"credentials": "${FCM_CREDENTIALS}", "base_url": sandbox.url("fcm")}


@pytest.fixture
def crescendo_settings(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("CRESCENDO_TOKEN", "sandbox-crescendo-token")
    monkeypatch.setenv("CRESCENDO_SECRET", "sandbox-crescendo-secret")
    return {
        "token": "${CRESCENDO_TOKEN}",
        "channel_secret": "${CRESCENDO_SECRET}",
        "base_url": sandbox.url("crescendo_line"),
    }


@pytest.fixture
def messenger_settings(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    monkeypatch.setenv("PAGE_TOKEN", "sandbox-messenger-token")
    monkeypatch.setenv("APP_SECRET", "sandbox-messenger-secret")
    monkeypatch.setenv("VERIFY_TOKEN", "a-word-of-ours")
    return {
        "page_token": "${PAGE_TOKEN}",
        "app_secret": "${APP_SECRET}",
        "verify_token": "${VERIFY_TOKEN}",
        "base_url": sandbox.url("messenger"),
    }


@pytest.fixture
def smtp_settings(sandbox: Sandbox) -> dict[str, object]:
    host, port = sandbox.smtp_address
    return {"host": host, "port": port}


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = False

    def process_request_thread(self, request, client_address) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            connections.close_all()


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def web(db, settings) -> Iterator[str]:
    """The address of our own web server."""
    settings.ALLOWED_HOSTS = ["*"]
    settings.ROOT_URLCONF = "postlude.channels.urls"
    settings.MIDDLEWARE = ["django.middleware.csrf.CsrfViewMiddleware"]
    server = make_server("127.0.0.1", 0, WSGIHandler(), _Server, _Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


_numbers = itertools.count(1_000)


@pytest.fixture
def mail():
    """Makes mails that are ready for the wire."""

    def make(to: str = "ann@example.test", **changes: object) -> Rendered:
        number = next(_numbers)
        values = {
            "message": number,
            "org": 1,
            "contact": number,
            "key": f"k{number}",
            "token": "t",
            "to_address": to,
            "to_name": "王小明",
            "subject": "您的邀請函",
            "html": "<p>歡迎</p>",
            "text": ".歡迎\r\n.\r\nend",
            "headers": (("List-Unsubscribe", "<https://example.test/u/x>"),),
            "metadata": {"key": f"k{number}"},
        }
        return Rendered(**{**values, **changes})

    return make


@pytest.fixture
def config():
    """Makes a sender's config."""

    def make(channel: str, settings: dict[str, object], **changes: object) -> SenderConfig:
        values = {
            "id": 1,
            "org": 1,
            "slug": "tickets",
            "channel": channel,
            "settings": settings,
            "rate": 100.0,
            "burst": 100,
            "window": 32,
            "from_address": "hello@example.test",
            "from_name": "PyCon 台灣",
            "reply_to": "team@example.test",
        }
        return SenderConfig(**{**values, **changes})

    return make


@pytest.fixture
def mailer(org, mailgun_settings):
    """Makes real messages of a real sender: see `Mailer`."""
    channel = Mailgun()
    registry.register(channel)
    yield Mailer(org.id, "mailgun", mailgun_settings)
    channel.close()


@pytest.fixture
def line_desk(org, line_settings, monkeypatch):
    """Makes real LINE messages of a real sender: see `ChatDesk`."""
    registry.register(Line())
    inbox.subscribe_batches("line", channels.INBOX_HANDLERS["line"], lane="bulk")
    return ChatDesk(org.id, "line", line_settings)


@pytest.fixture
def push_desk(org, fcm_settings):
    """The same for devices."""
    registry.register(Fcm())
    return ChatDesk(org.id, "fcm", fcm_settings, kind="push")


@pytest.fixture
def crescendo_desk(org, crescendo_settings):
    """The same for Crescendo."""
    registry.register(CrescendoLine())
    inbox.subscribe_batches("line", channels.INBOX_HANDLERS["line"], lane="bulk")
    return ChatDesk(org.id, "crescendo_line", crescendo_settings)


@pytest.fixture
def line_desk_too(org, line_settings):
    """LINE beside another sender of the same organisation."""
    registry.register(Line())
    return ChatDesk(org.id, "line", line_settings, slug="line")


@pytest.fixture
def messenger_desk(org, messenger_settings):
    """The same for Messenger."""
    registry.register(Messenger())
    handle = channels.INBOX_HANDLERS["messenger"]
    inbox.subscribe_batches("messenger", handle, lane="bulk")
    return ChatDesk(org.id, "messenger", messenger_settings)


class ChatDesk:
    """An organisation's sender on a chat app, and contacts with and without an id there."""

    def __init__(self, org: int, channel: str, settings: dict[str, object], **more: str):
        self.org = org
        self.kind = more.get("kind", channel)
        slug = more.get("slug", "chat")
        self.sender = messages.ensure_sender(
            org, slug, channel, settings=settings, rate=1_000, burst=1_000, from_address=""
        )
        text = LocaleText("zh-Hant", subject="歡迎", text="歡迎 https://pycon.example.org/")
        self.template = messages.publish_template(org, "hello", "chat", [text], now=now())

    def contacts(self, *values: str | None) -> list[int]:
        """One contact for each id; None is one without."""
        emails = [f"{value or 'nobody'}@example.test".lower() for value in values]
        seen = [PersonSeen(each, source="test", reference=f"test:{each}") for each in emails]
        found = [each.contact or 0 for each in people.recognise_many(self.org, seen, now=now())]
        said = [
            SaidAddress(contact, self.kind, value)
            for contact, value in zip(found, values, strict=True)
            if value is not None
        ]
        problems = people.say_addresses(self.org, said, actor=Actor("key", "test"), now=now())
        assert {None} >= set(problems)
        return found

    def enqueue(self, *values: str | None, **changes: object) -> list[int]:
        return [self.new(contact, **changes) for contact in self.contacts(*values)]

    def new(self, contact: int, **changes: object) -> int:
        facts = {
            "key": f"hello:{contact}",
            "klass": "transactional",
            "sender": self.sender,
            "contact": contact,
            "template_version": self.template,
            "locale": "zh-Hant",
            "lane": 0,
            **changes,
        }
        with store.write():
            (found,) = messages.enqueue_many(self.org, [NewMessage(**facts)], now=now())
        return found.message

    def deliver(self) -> int:
        return channels.deliver(jobs.Budget(20))

    def states(self, numbers: list[int]) -> list[str]:
        facts = messages.state_of(self.org, numbers)
        return [str(facts[number].state) for number in numbers]


class Mailer:
    """An organisation's sender and template, and contacts to write to."""

    def __init__(self, org: int, channel: str, settings: dict[str, object], slug: str = "tickets"):
        self.org = org
        self.slug = slug
        self.sender = messages.ensure_sender(
            org,
            slug,
            channel,
            settings=settings,
            rate=1_000,
            burst=1_000,
            from_address="hello@example.test",
            from_name="PyCon",
        )
        text = LocaleText("zh-Hant", subject="邀請函", html="<p>歡迎</p>", text="歡迎")
        self.template = messages.publish_template(org, "hello", "invitation", [text], now=now())

    def contacts(self, *emails: str) -> list[int]:
        seen = [PersonSeen(email, source="test", reference=f"test:{email}") for email in emails]
        return [r.contact or 0 for r in people.recognise_many(self.org, seen, now=now())]

    def enqueue(self, *emails: str, **changes: object) -> list[int]:
        new = [
            NewMessage(
                **{
                    "key": f"hello:{contact}:{changes.get('node', '')}",
                    "klass": "transactional",
                    "sender": self.sender,
                    "contact": contact,
                    "template_version": self.template,
                    "locale": "zh-Hant",
                    "lane": 0,
                    **changes,
                }
            )
            for contact in self.contacts(*emails)
        ]
        with store.write():
            return [e.message for e in messages.enqueue_many(self.org, new, now=now())]

    def deliver(self) -> int:
        return channels.deliver(jobs.Budget(20))

    def states(self, numbers: list[int]) -> list[str]:
        facts = messages.state_of(self.org, numbers)
        return [str(facts[number].state) for number in numbers]
