"""A team with a channel and a mailbox, both at the sandbox."""

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from postlude.chatops import api as chatops
from postlude.chatops import jobs
from postlude.chatops.types import AlertSettings, DiscordSettings, Who
from postlude.kernel import http
from postlude.kernel.jobs import Budget
from postlude.orgs import api as orgs
from postlude.orgs.types import OrgRef
from postlude.sandbox.server import Sandbox
from support.whole_house import _web as web_server

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


ROLES = {
    "viewer": "300000000000000001",
    "organiser": "300000000000000002",
    "marketer": "300000000000000003",
}
NOBODY = "300000000000000009"


@dataclass
class Server:
    """A Discord server with our application in it; people there have the roles above."""

    sandbox: Sandbox
    org: OrgRef
    web: str

    def ask(self, command: str, *, role: str = "viewer", **call: Any) -> dict[str, Any]:
        """Type `/event <command>` and return the interaction after the first answer."""
        roles = [ROLES.get(role, NOBODY)]
        asked: dict[str, Any] = self.sandbox.client.ask(command, **{"roles": roles, **call})
        return asked

    def press(
        self, asked: dict[str, Any], button: int = 0, *, role: str = "organiser", **call: Any
    ):
        return self.sandbox.client.press(
            asked["number"], button, **{"roles": [ROLES.get(role, NOBODY)], **call}
        )

    def message(self, asked: dict[str, Any]) -> dict[str, Any]:
        """The message of an interaction as it stands now."""
        found: dict[str, Any] = self.sandbox.client.interaction(asked["number"])["message"]
        return found

    def work(self) -> None:
        """Answer what was promised."""
        while jobs.answer(Budget(5)) or jobs.answer_slowly(Budget(60)):
            pass

    def said(self, command: str, **call: Any) -> str:
        """Ask, let the workers work, and return what stands there in the end."""
        asked = self.ask(command, **call)
        assert asked["status"] == 200, asked
        self.work()
        return str(self.message(asked)["content"])

    def csv(self, **call: Any) -> str:
        """Ask for the sales and return the file's content."""
        asked = self.ask("sales", **call)
        self.work()
        (file,) = self.message(asked)["attachments"]
        return base64.b64decode(file["content"]).decode("utf-8")


@pytest.fixture
def server(org, sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    config = sandbox.client.configure("discord")
    monkeypatch.setenv("DISCORD_BOT_TOKEN", config["bot_token"])
    chatops.configure_discord(
        org.id,
        DiscordSettings(
            application=config["application"],
            public_key=config["public_key"],
            token="${DISCORD_BOT_TOKEN}",
            guild=config["guild"],
            base_url=sandbox.url("discord") + "/api/v10",
            who=tuple(
                Who(role=ROLES[each], may=tuple(sorted(orgs.permissions_of_role(each))))
                for each in ROLES
            ),
        ),
    )
    with web_server() as web:
        sandbox.client.configure("discord", interactions_url=f"{web}/hooks/discord/{org.slug}")
        yield Server(sandbox, org, web)
