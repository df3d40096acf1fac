import json
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.test import Client

from postlude.kernel import http, inbox, work
from postlude.kernel.jobs import Budget
from postlude.orders import api as orders
from postlude.people import api as people
from postlude.sandbox.server import Sandbox
from postlude.sources import api as sources

NAME = "PyCon TW 2023 Registration: Individual"
SECRET = "sandbox-kktix-secret"


@pytest.fixture(scope="session")
def running_sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox
    http.close_all()


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Sandbox:
    running_sandbox.client.reset()
    return running_sandbox


class Shop:
    """An organiser's account at the sandbox's KKTIX, and our source of it."""

    def __init__(self, org: Any, clock: Any, sandbox: Sandbox) -> None:
        self.org, self.clock, self.sandbox = org, clock, sandbox
        self.client = sandbox.client
        self.event = self.client.add_event(NAME, "2023-individual")
        self.define()

    def define(self, **settings: Any) -> int:
        known = {"url": self.sandbox.url("kktix") + "/api/v2"}
        return sources.define_source(
            self.org.id, "kktix", settings={**known, **settings}, now=self.clock.now()
        )

    def sell(self, email: str = "ann@example.test", **more: Any) -> Any:
        return self.client.sell("2023-individual", email, **{"name": "王小明", **more})

    def sell_many(self, count: int, start: int = 0, **more: Any) -> list[Any]:
        people = [{"email": f"buyer{n}@example.test"} for n in range(start, start + count)]
        return self.client.sell_many(
            [{"event": "2023-individual", "contact": each, **more} for each in people]
        )

    def poll(self, seconds: float = 60) -> Any:
        (report,) = sources.poll(self.org.id, now=self.clock.now(), budget=Budget(seconds))
        return report

    def good_poll(self, seconds: float = 60) -> Any:
        report = self.poll(seconds)
        assert report.ok, report.error
        return report

    def status(self) -> Any:
        (status,) = sources.status(self.org.id)
        return status

    def tickets(self) -> list[Any]:
        return list(orders.tickets(self.org.id, orders.all_tickets(self.org.id)).values())

    def states(self) -> dict[str, int]:
        return dict(Counter(str(each.state) for each in self.tickets()))

    def emails(self) -> set[str]:
        contacts = [each.contact for each in self.tickets() if each.valid]
        return {each.value for each in people.addresses(self.org.id, contacts).values()}

    def warnings(self) -> dict[str, Any]:
        return {each.code: each for each in orders.warnings(self.org.id)}

    def calls(self) -> int:
        return self.client.calls("kktix")["total"]


@pytest.fixture
def shop(
    org: Any, clock: Any, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, news: Any
) -> Shop:
    monkeypatch.setenv("KKTIX_TOKEN", "sandbox-kktix-token")
    monkeypatch.setenv("KKTIX_WEBHOOK_SECRET", SECRET)
    return Shop(org, clock, sandbox)


class News:
    """What the rooms above would hear."""

    def __init__(self) -> None:
        self._heard: Counter[tuple[str, str]] = Counter()
        for topic in ("ticket.paid", "ticket.refunded"):
            work.subscribe(topic, f"test-{topic}", self._listen(topic))

    def _listen(self, topic: str) -> Any:
        def hear(batch: Any) -> None:
            self._heard.update((topic, key) for key in batch.keys)

        return hear

    def of(self, topic: str) -> int:
        work.drain(Budget(10).spent)
        return sum(count for (each, _), count in self._heard.items() if each == topic)


@pytest.fixture
def news(db: None) -> Iterator[News]:
    work.unsubscribe_all()
    yield News()
    work.unsubscribe_all()


class Hook:
    """Calls the webhook as KKTIX would, and works the inbox off."""

    path = "/hooks/kktix/pycon/kktix"

    def __init__(self) -> None:
        self.client = Client(raise_request_exception=True)
        inbox.subscribe_batches("kktix", sources.INBOX_HANDLERS["kktix"])

    def post(self, body: Any, *, secret: str | None = SECRET, path: str | None = None) -> Any:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = {} if secret is None else {"x-kktix-secret": secret}
        return self.client.post(
            path or self.path, raw, content_type="application/json", headers=headers
        )

    def take(self, *notifications: Any, batch: str = "0000000000000001") -> Any:
        answer = self.post({"batch_id": batch, "notifications": list(notifications)})
        assert 200 == answer.status_code, answer.content
        self.drain()
        return answer

    def drain(self) -> int:
        return inbox.drain(Budget(20).spent)


@pytest.fixture
def hook(shop: Shop, settings: Any) -> Hook:
    settings.ROOT_URLCONF = "postlude.sources.urls"
    settings.MIDDLEWARE = ["django.middleware.csrf.CsrfViewMiddleware"]
    return Hook()


def paid(number: int = 100, ticket: int = 900, **more: Any) -> dict[str, Any]:
    """A notification as contracts 1.3 has it."""
    return {
        "type": "order_activated_paid",
        "event": {"name": NAME, "slug": "2023-individual"},
        "order": {"id": number, "state": "activated", "paid_at": "2023-08-18T14:00:54.442+08:00"},
        "contact": {"name": "王小明", "email": "ann@example.test", "mobile": "0912345678"},
        "tickets": [
            {"id": ticket, "name": "一般票", "price_cents": 279000, "price_currency": "TWD"}
        ],
        **more,
    }


def cancelled(number: int = 100, **more: Any) -> dict[str, Any]:
    return {
        "type": "order_cancelled",
        "event": {"name": NAME, "slug": "2023-individual"},
        "order": {
            "id": number,
            "state": "cancelled",
            "cancelled_at": "2023-08-18T14:03:50.949+08:00",
        },
        **more,
    }


@pytest.fixture
def notifications() -> Any:
    class Made:
        paid = staticmethod(paid)
        cancelled = staticmethod(cancelled)

    return Made


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = False

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            connections.close_all()


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def web(hook: Hook, settings: Any) -> Iterator[str]:
    """The address of our own web server, with the webhook behind it."""
    settings.ALLOWED_HOSTS = ["*"]
    server = make_server("127.0.0.1", 0, WSGIHandler(), _Server, _Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def minutes() -> Any:
    return lambda count: timedelta(minutes=count)
