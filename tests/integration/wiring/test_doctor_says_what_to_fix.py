"""`postlude doctor` names each missing secret, an unreachable shop and a wrong clock, with the fix."""

from pathlib import Path
from typing import Any

import pytest

from postlude.chatops import api as chatops
from postlude.kernel import clock as kernel_clock
from postlude.kernel.doctor import Finding
from postlude.orgs import api as orgs
from postlude.people.types import Actor
from postlude.playbooks import api as playbooks
from postlude.sandbox.server import Sandbox
from postlude.wiring import demo_environment, examination

PLAYBOOK = Path(__file__).resolve().parents[3] / "playbooks" / "tickets.yaml"


def examine(*, online: bool) -> list[Finding]:
    return examination.examine(online=online, more=examination.ROOMS)


def apply() -> None:
    actor = Actor(kind="cli", id="test")
    playbooks.apply(PLAYBOOK, org=None, actor=actor, now=kernel_clock.now())


def test_an_empty_installation_is_told_to_apply_a_playbook() -> None:
    (finding,) = [each for each in examine(online=False) if each.check == "playbook"]
    assert "postlude apply" in finding.fix


def test_each_missing_secret_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in demo_environment.vendors("http://x"):
        monkeypatch.delenv(name, raising=False)
    apply()
    found = examine(online=False)
    words = " ".join(each.what for each in found if each.level == "problem")
    for name in ("KKTIX_TOKEN", "KKTIX_WEBHOOK_SECRET", "MAILGUN_API_KEY", "GATHER_API_KEY"):
        assert name in words
    assert all(each.fix for each in found if each.level == "problem")


def test_a_reachable_world_has_no_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandbox() as sandbox:
        for name, value in demo_environment.vendors(sandbox.base_url).items():
            monkeypatch.setenv(name, value)
        apply()
        org = orgs.by_slug("pycontw")
        sandbox.client.configure("discord", interactions_url=chatops.interactions_url(org.slug))
        chatops.register_commands(org.id, guild="")
        found = examine(online=True)
        assert [] == [each for each in found if each.level == "problem"]
        assert any(each.check == "clock" and each.level == "ok" for each in found)
        sandbox.client.fault("kktix", "rate_limited")
        trouble = [each for each in examine(online=True) if each.level == "problem"]
        assert ["source kktix"] == [each.check for each in trouble]


def test_a_clock_that_is_off_is_noticed(monkeypatch: pytest.MonkeyPatch, clock: Any) -> None:
    with Sandbox() as sandbox:
        for name, value in demo_environment.vendors(sandbox.base_url).items():
            monkeypatch.setenv(name, value)
        apply()
        found = [each for each in examine(online=True) if each.check == "clock"]
    assert {"problem"} == {each.level for each in found}
    assert any("shop" in each.what and "NTP" in each.fix for each in found)


def test_production_without_a_host_name_is_said(settings: Any) -> None:
    settings.POSTLUDE_PRODUCTION, settings.ALLOWED_HOSTS = True, []
    said = [each.fix for each in examine(online=False) if "POSTLUDE_HOSTS" in each.what]
    assert ["export POSTLUDE_HOSTS=tickets.example.org (the host of POSTLUDE_BASE_URL)"] == said
    settings.ALLOWED_HOSTS = ["tickets.example.org"]
    assert not [each for each in examine(online=False) if "POSTLUDE_HOSTS" in each.what]
