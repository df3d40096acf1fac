"""Ping, signatures good and bad, stale and replayed calls, and whose server it is."""

import httpx
import pytest

from postlude.chatops import api as chatops
from postlude.chatops.types import DiscordSettings
from postlude.orgs import api as orgs


def test_a_ping_is_answered_in_kind(server) -> None:
    asked = server.ask("list", ping=True)
    assert (200, {"type": 1}) == (asked["status"], asked["reply"])


@pytest.mark.parametrize("ping", [True, False])
@pytest.mark.parametrize(
    "wrong", [{"signature": "bad"}, {"signature": "missing"}, {"age_s": 400}, {"age_s": -400}]
)
def test_what_discord_did_not_just_sign_is_a_401(server, wrong, ping) -> None:
    asked = server.ask("list", ping=ping, **wrong)
    assert 401 == asked["status"]
    assert "chatops.not_from_discord" == asked["reply"]["error"]["code"]


def test_a_body_changed_on_the_way_is_a_401(server) -> None:
    url = f"{server.web}/hooks/discord/{server.org.slug}"
    headers = {"X-Signature-Ed25519": "00" * 64, "X-Signature-Timestamp": "1763690000"}
    for body in (b"", b"{}", b'{"type":1}', b"x" * 200_000):
        answer = httpx.post(url, content=body, headers=headers, trust_env=False)
        assert answer.status_code in {400, 401}


def test_a_replayed_call_is_answered_the_same_and_does_nothing_more(server) -> None:
    asked = server.ask("list")
    again = server.ask("list", again=asked["number"])
    assert (asked["status"], asked["reply"]) == (again["status"], again["reply"])


def test_without_a_public_key_nobody_is_believed(server) -> None:
    chatops.configure_discord(server.org.id, DiscordSettings())
    assert 503 == server.ask("list", ping=True)["status"]


def test_an_unset_variable_is_no_open_door(server) -> None:
    chatops.configure_discord(server.org.id, DiscordSettings(public_key="${NOT_THERE}"))
    assert 503 == server.ask("list", ping=True)["status"]


def test_an_organisation_that_is_not_there_is_a_404(server) -> None:
    server.sandbox.client.configure("discord", interactions_url=f"{server.web}/hooks/discord/none")
    assert 404 == server.ask("list")["status"]


def test_another_organisation_has_its_own_key(server) -> None:
    rival = orgs.create("rival", "Rival", zone="Asia/Tokyo", currency="JPY")
    url = f"{server.web}/hooks/discord/{rival.slug}"
    server.sandbox.client.configure("discord", interactions_url=url)
    assert 503 == server.ask("list")["status"]


def test_another_application_is_refused(server) -> None:
    assert 403 == server.ask("list", application="999")["status"]


def test_another_server_is_told_so_and_nothing_else(server) -> None:
    asked = server.ask("list", guild="555")
    assert "another Discord server" in asked["message"]["content"]
    assert asked["message"]["flags"] & 64


@pytest.mark.parametrize("fault", [{"kind": "wrong_signature"}, {"kind": "clock_skew"}])
def test_the_sandbox_spoils_a_call_as_asked(server, fault) -> None:
    server.sandbox.client.fault("discord", count=1, **fault)
    assert 401 == server.ask("list")["status"]
    assert 200 == server.ask("list")["status"]


def test_a_private_message_has_no_roles(server) -> None:
    asked = server.ask("list", guild=None)
    assert "None of your roles" in asked["message"]["content"]
