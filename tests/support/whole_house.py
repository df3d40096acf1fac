"""All of Postlude in one process behind real HTTP, with the shipped playbook, before the sandbox."""

import asyncio
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from urllib.parse import parse_qs
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import httpx
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connections
from django.test import Client

from postlude.collector.app import create_app
from postlude.console.readings import board
from postlude.kernel import clock, http, inbox, jobs, work
from postlude.orgs import api as orgs
from postlude.people.types import Actor
from postlude.playbooks import api as playbooks
from postlude.sandbox.client import SandboxClient
from postlude.sandbox.mailgun.events import signed
from postlude.sandbox.server import Sandbox
from postlude.sources import api as sources
from postlude.wiring import demo_environment, pipeline, registry

ROOT = Path(__file__).resolve().parents[2]
PLAYBOOK = ROOT / "playbooks" / "tickets.yaml"
PASSWORD = "correct horse battery"
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/126.0.0.0 Safari/537.36"
)
INDIVIDUAL = ("PyCon TW 2023 Registration: Individual", "2023-individual")
CORPORATE = ("PyCon TW 2023 Registration: Corporate", "2023-corporate")
_LINK = re.compile(r'href="http://testserver(/go/[^"]+)"')
_NEAR_S = 120  # they hang; a busy machine takes some seconds


class House:
    """An organiser's installation. `work()` does what its workers do until nothing is left."""

    def __init__(self, sandbox: Sandbox, home: Path, web: str) -> None:
        self.sandbox, self.home, self.web = sandbox, home, web
        self.client: SandboxClient = sandbox.client
        actor = Actor(kind="cli", id="test")
        playbooks.apply(PLAYBOOK, org=None, actor=actor, now=clock.now())
        self.org = orgs.by_slug("pycontw")
        self._collector = create_app()
        self.client.configure(
            "kktix",
            webhook_url=f"{web}/hooks/kktix/pycontw/kktix",
            webhook_secret="sandbox-kktix-secret",
            batch_every_s=0.02,
        )
        self.client.configure(
            "mailgun",
            webhook_url=f"{web}/hooks/mailgun/pycontw/mailgun",
            receipts={"delivered_after_ms": 1, "read_after_ms": 1},
        )
        for name, slug in (INDIVIDUAL, CORPORATE):
            self.client.add_event(name, slug)

    def close(self) -> None:
        self._collector.close()

    def poll(self) -> list[Any]:
        return list(sources.poll(self.org.id, now=clock.now(), budget=jobs.Budget(60)))

    def drain(self, at_most: float = 30) -> None:
        pipeline.drain(at_most=at_most)
        board.forget()

    def settle(self) -> None:
        """Work, and wait for every webhook on its way to us, until neither finds anything."""
        did = 1
        while did:
            self.client.wait_for(self._webhooks_have_come, within_s=_NEAR_S)
            did = pipeline.drain(at_most=30)
        board.forget()

    def _webhooks_have_come(self) -> bool:
        accepted = sum(len(mail["recipients"]) for mail in self.client.mails())
        mailgun = self.client.mailgun_webhooks(limit=10_000)["deliveries"]
        told = sum(each["event"] in ("delivered", "failed") for each in mailgun)
        over = all(each["state"] != "pending" for each in mailgun)
        return self.sales_have_come() and over and told >= accepted

    def sales_have_come(self) -> bool:
        """Say whether KKTIX has told us of everything that was sold."""
        kktix = self.sandbox._house.vendors.by_name["kktix"]
        sent = self.client.received("kktix", limit=10_000)["deliveries"]
        return not kktix.queue._waiting and all(each["state"] != "pending" for each in sent)

    def sell(self, email: str, *, event: str = INDIVIDUAL[1], **more: Any) -> dict[str, Any]:
        """Sell one ticket; unless told otherwise KKTIX's webhook says so."""
        return self.client.sell(event, email, **{"name": "王小明", **more})

    def links(self, email: str) -> list[str]:
        """Return the paths of the personal links in the newest mail to somebody."""
        return _LINK.findall(unescape(self.client.mails(to=email)[-1]["html"]))

    def visit(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        """Ask the collector as a browser would."""

        async def ask() -> httpx.Response:
            transport = httpx.ASGITransport(app=self._collector)
            async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as it:
                return await it.request(method, path, headers={"user-agent": CHROME, **headers})

        return asyncio.run(ask())

    def mailgun_says(self, event: dict[str, Any]) -> httpx.Response:
        """Send a webhook of Mailgun with a right signature and any event."""
        body = signed(event, "sandbox-signing-key")
        return httpx.post(
            f"{self.web}/hooks/mailgun/pycontw/mailgun", content=body, trust_env=False
        )

    def browser(self, role: str) -> Client:
        """Return the browser of somebody with this role, logged in."""
        if role not in {each.username for each in orgs.staff(self.org.id)}:
            orgs.add_staff(self.org.id, role, PASSWORD, role)
        browser = Client()
        assert browser.login(username=role, password=PASSWORD)
        return browser

    def key(self, *scopes: str) -> dict[str, str]:
        """Return the header of a new API key."""
        secret, _ = orgs.issue_key(self.org.id, "test", scopes, expires=None)
        return {"Authorization": f"Bearer {secret}"}


@contextmanager
def whole_house(
    sandbox: Sandbox, home: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Iterator[House]:
    """Build a house over the test's empty database; everything that was set is put back."""
    sandbox.client.reset()
    for name, value in demo_environment.vendors(sandbox.base_url).items():
        monkeypatch.setenv(name, value)
    settings.POSTLUDE_HOME = home
    settings.POSTLUDE_STAMP_FILE = home / "epoch.stamp"
    settings.POSTLUDE_WAREHOUSE = home / "warehouse.duckdb"
    for module, name, empty in _REGISTRIES:
        monkeypatch.setattr(module, name, empty())
    registry.register_all()
    board.forget()
    with _web() as web:
        house = House(sandbox, home, web)
        yield house
        # What is still on its way would come to the next test.
        sandbox.client.reset()
        house.close()
    http.close_all()


_REGISTRIES: tuple[tuple[Any, str, Callable[[], Any]], ...] = (
    (registry, "_done", list),
    (work, "_subscriptions", dict),
    (inbox, "_handlers", dict),
    (jobs, "_jobs", dict),
)


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


@contextmanager
def _web() -> Iterator[str]:
    """Serve Django; below /echo/<status>/ a vendor that repeats everything it was told."""
    django = WSGIHandler()

    def app(environ: dict[str, Any], start_response: Any) -> Any:
        serve = _echo if environ["PATH_INFO"].startswith("/echo/") else django
        return serve(environ, start_response)

    server = make_server("127.0.0.1", 0, app, _Server, _Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _echo(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    status = environ["PATH_INFO"].split("/")[2]
    length = int(environ.get("CONTENT_LENGTH") or 0)
    given = environ["wsgi.input"].read(length).decode(errors="replace")
    told = "; ".join(_values(given)) or given
    answer = {"message": f"refused: {told}", "error": f"refused: {told}"}
    start_response(f"{status} No", [("Content-Type", "application/json")])
    return [json.dumps(answer).encode()]


def _values(given: str) -> list[str]:
    """Return what a call says about the person, in the words that vendors use for complaints."""
    try:
        emails = list(json.loads(given).get("guestlist", {}))
    except ValueError:
        emails = parse_qs(given).get("to", [])
    locals_ = [each.rpartition("<")[2].partition("@")[0] for each in emails]
    return [*[f"mailbox {each} is not known" for each in locals_], *emails]
