"""`discord register` and `discord doctor`: safe to repeat, and every mistake is named with its fix."""

import dataclasses
import json

import pytest

from postlude.chatops import api as chatops
from postlude.chatops.errors import DiscordFailed, NotSetUp
from postlude.wiring.cli.commands import run


@pytest.fixture
def told(server):
    url = chatops.interactions_url(server.org.slug)
    server.sandbox.client.configure("discord", interactions_url=url)
    return server


def change(server, **values) -> None:
    settings = chatops.discord_settings(server.org.id)
    chatops.configure_discord(server.org.id, dataclasses.replace(settings, **values))


def problems(server) -> str:
    found = chatops.examine_discord(server.org, online=True)
    assert all(each.fix for each in found if each.level != "ok")
    return " / ".join(each.what for each in found if each.level == "problem")


def test_registering_again_changes_nothing(told, capsys) -> None:
    commands = told.sandbox.client
    first = chatops.register_commands(told.org.id, guild="")
    once = commands._json("GET", "/discord/commands")
    assert first == chatops.register_commands(told.org.id, guild="")
    assert once == commands._json("GET", "/discord/commands")
    (server_id,) = once
    (event,) = once[server_id]
    assert told.sandbox.client.configure("discord")["guild"] == server_id
    assert ["list", "status", "sales", "grant", "invite", "queue", "sync", "buyer"] == [
        each["name"] for each in event["options"]
    ]
    status = event["options"][1]
    assert "活動的售票狀況" == status["description_localizations"]["zh-TW"]
    assert status["options"][0]["autocomplete"]
    assert len(json.dumps(event, ensure_ascii=False)) < 8_000


def test_the_command_line_registers_and_examines(told, capsys) -> None:
    assert 5 == run(["discord", "doctor"])
    assert "not registered" in capsys.readouterr().out
    assert 0 == run(["discord", "register", "--guild"])
    assert "/event status" in capsys.readouterr().out
    assert 0 == run(["discord", "doctor", "--json"])
    assert "ok" == json.loads(capsys.readouterr().out)["findings"][0]["level"]
    assert 0 == run(["discord", "register", "--json"])
    assert json.loads(capsys.readouterr().out)["guild"] is False
    assert 3 == run(["discord", "register", "--org", "nobody"])


def test_everything_that_may_be_wrong_is_named(told, monkeypatch) -> None:
    chatops.register_commands(told.org.id)
    assert "" == problems(told)
    told.sandbox.client.configure("discord", interactions_url="")
    assert "Discord posts to nowhere" in problems(told)
    change(told, application="1")
    assert "token is of another application" in problems(told)
    change(told, application="${NOT_THERE}")
    assert "NOT_THERE is not set" in problems(told)
    change(told, application="100000000000000010", public_key="00" * 32)
    assert "public key is not this application's" in problems(told)
    change(told, public_key="xyz")
    assert "not 64 hex digits" in problems(told)
    change(told, public_key="00" * 32)
    monkeypatch.setenv("DISCORD_BOT_TOKEN", "wrong")
    assert "401" in problems(told)
    told.sandbox.client.fault("discord", "rate_limited", retry_after=30)
    assert "try again in 30 s" in problems(told)
    change(told, guild="", who=())
    found = chatops.examine_discord(told.org, online=False)
    assert {"no server is named", "nobody may ask anything"} == {each.what for each in found}


def test_registering_says_what_is_wrong(told, monkeypatch) -> None:
    change(told, guild="")
    with pytest.raises(NotSetUp, match="no server"):
        chatops.register_commands(told.org.id, guild="")
    with pytest.raises(DiscordFailed, match="403 Missing Access"):
        chatops.register_commands(told.org.id, guild="5")
    told.sandbox.client.fault("discord", "drop_before")
    with pytest.raises(DiscordFailed, match=r"Discord: (RemoteProtocol|Read)Error"):
        chatops.register_commands(told.org.id)
    monkeypatch.delenv("DISCORD_BOT_TOKEN")
    change(told, token="")
    with pytest.raises(NotSetUp):
        chatops.register_commands(told.org.id)
