"""A team with a channel and a mailbox, both at the sandbox."""

from collections.abc import Iterator

import pytest

from postlude.chatops import api as chatops
from postlude.chatops.types import AlertSettings
from postlude.kernel import http
from postlude.sandbox.server import Sandbox

WEBHOOK = "/api/webhooks/100000000000000001/sandbox-discord-token"


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox
    http.close_all()


@pytest.fixture
def sandbox(running: Sandbox) -> Iterator[Sandbox]:
    running.client.reset()
    yield running
    running.client.reset()


@pytest.fixture
def team(org, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    host, port = sandbox.smtp_address
    monkeypatch.setenv("ALERT_WEBHOOK", sandbox.url("discord") + WEBHOOK)
    monkeypatch.setenv("ALERT_EMAILS", "ops@team.test, night@team.test")
    monkeypatch.setenv("ALERT_SMTP", f"smtp://{host}:{port}")
    chatops.configure(
        org.id,
        AlertSettings(
            discord_webhook="${ALERT_WEBHOOK}",
            emails=("${ALERT_EMAILS}",),
            smtp="${ALERT_SMTP}",
            email_from="postlude@team.test",
        ),
    )
    return sandbox
