"""Forgetting a person, looking at a template, ending a sender's rest; a poll beside a running server."""

import json
from pathlib import Path
from typing import Any

import pytest

from postlude.journeys import api as journeys
from postlude.kernel import clock as kernel_clock
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import Actor, PersonSeen
from postlude.playbooks import api as playbooks
from postlude.sandbox.server import Sandbox
from postlude.wiring import demo_environment, pipeline, processes
from postlude.wiring.cli.commands import run

PLAYBOOK = Path(__file__).resolve().parents[3] / "playbooks" / "tickets.yaml"


@pytest.fixture
def applied() -> Any:
    actor = Actor(kind="cli", id="test")
    playbooks.apply(PLAYBOOK, org=None, actor=actor, now=kernel_clock.now())
    return orgs.by_slug("pycontw")


def test_a_person_is_forgotten(applied: Any, capsys: pytest.CaptureFixture[str]) -> None:
    seen = PersonSeen(email_raw="ann@example.test", name="Ann", source="t", reference="t:1")
    (found,) = people.recognise_many(applied.id, [seen], now=kernel_clock.now())
    assert 0 == run(["erase", "ann@example.test", "--yes", "--json"])
    assert found.contact == json.loads(capsys.readouterr().out)["contact"]
    assert {} == people.addresses(applied.id, [found.contact])
    assert 3 == run(["erase", "bob@example.test", "--yes"])


def test_a_template_is_seen_before_it_is_used(
    applied: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    page = tmp_path / "mail.html"
    assert 0 == run(
        ["templates", "preview", "invitation", "--locale", "en", "--html", str(page), "--json"]
    )
    assert "PyCon TW 2023" in json.loads(capsys.readouterr().out)["subject"]
    assert "<html" in page.read_text(encoding="utf-8")
    assert 3 == run(["templates", "preview", "invitatoin"])


def test_a_test_mail_is_sent_and_never_counted(
    applied: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Sandbox() as sandbox:
        for name, value in demo_environment.vendors(sandbox.base_url).items():
            monkeypatch.setenv(name, value)
        to = ["--to", "me@example.test", "--sender", "mailgun", "--locale", "en"]
        assert 0 == run(["templates", "test", "invitation", *to])
        pipeline.drain(at_most=10)
        (mail,) = sandbox.client.mails()
    assert ["me@example.test"] == mail["recipients"]
    assert "PyCon TW 2023" in mail["subject"]
    assert 0 == sum(each.entered for each in journeys.progress(applied.id))
    assert 3 == run(["templates", "test", "invitation", "--to", "nobody", "--sender", "mailgun"])


def test_a_sender_is_resumed(applied: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert 0 == run(["senders", "resume", "mailgun"])
    assert 0 == run(["senders", "list", "--json"])
    (sender,) = json.loads(capsys.readouterr().out.splitlines()[-1])["senders"]
    assert "closed" == sender["breaker"]


def test_a_poll_beside_a_running_server_leaves_it_the_rest(
    applied: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Sandbox() as sandbox:
        for name, value in demo_environment.vendors(sandbox.base_url).items():
            monkeypatch.setenv(name, value)
        sandbox.client.add_event("PyCon TW 2023 Registration: Individual", "i")
        sandbox.client.sell("i", "ann@example.test", webhook=False)
        reports: list[Any] = []
        with processes.only_writer():
            code = pipeline.sync(applied, once=True, emit=reports.append)
    assert 0 == code or pipeline.waiting() == 0
    assert 1 == reports[0].polls[0].listed
