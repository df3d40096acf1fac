"""Gather refuses our key: the team is alarmed, a person lets people in, the invitation follows."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from postlude.access import api as access
from postlude.access.types import MapRule
from postlude.chatops import api as chatops
from postlude.chatops import jobs as chatops_jobs
from postlude.chatops.types import AlertSettings
from postlude.kernel import clock
from postlude.kernel.jobs import Budget
from postlude.orders import api as orders
from postlude.people import api as people
from postlude.sandbox.server import Sandbox
from postlude.wiring.cli import commands
from support.whole_house import House, whole_house

ANN, BOB = "ann@example.test", "bob@example.test"
REFUSED = "venue 的權限遭拒"
WEBHOOK = "/api/webhooks/100000000000000001/sandbox-discord-token"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def house(
    db: None, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Iterator[House]:
    with whole_house(sandbox, tmp_path, monkeypatch, settings) as it:
        monkeypatch.setenv("ALERT_WEBHOOK", sandbox.url("discord") + WEBHOOK)
        chatops.configure(it.org.id, AlertSettings(discord_webhook="${ALERT_WEBHOOK}"))
        set_map(it, "venue")
        yield it


def alarms(house: House) -> list[str]:
    """Let the two jobs look, a moment from now; return the signs of the posts about Gather."""
    with clock.use(clock.FrozenClock(clock.now() + timedelta(seconds=15))):
        chatops_jobs.watch(Budget(5))
        chatops_jobs.notify(Budget(5))
    posts = [each["content"] for each in house.client.received("discord")["messages"]]
    return [post[0] for post in posts if REFUSED in post]


@pytest.mark.parametrize("status", [401, 403, 404])
def test_the_team_is_alarmed_and_done_brings_the_invitation(
    house: House, capsys: pytest.CaptureFixture[str], status: int
) -> None:
    house.client.fault("gather", "server_error", status=status)
    for email in (ANN, BOB):
        house.sell(email)
    house.settle()
    assert ["🔴"] == alarms(house)
    (queue,) = access.manual_queue(house.org.id)
    assert (2, True, True) == (queue.count, queue.refused, str(status) in queue.words)
    assert [] == house.client.mails()

    capsys.readouterr()
    assert 0 == commands.run(["access", "queue", "--reveal", "puts them on the list", "--json"])
    listed = json.loads(capsys.readouterr().out)
    assert {ANN, BOB} == {each["email"] for each in listed["queues"][0]["entries"]}
    assert 2 == len(people.views(house.org.id))
    names = [each["name"] for each in listed["queues"][0]["entries"]]
    for _ in range(2):
        commands.run(["access", "done", *names])
        house.settle()
    assert [1, 1] == [len(house.client.mails(to=each)) for each in (ANN, BOB)]
    assert {302} == {house.visit(link).status_code for link in house.links(ANN)}
    assert [] == access.manual_queue(house.org.id)


def test_who_may_enter_elsewhere_does_not_wait_for_the_person(house: House) -> None:
    set_map(house, "venue", "talks")
    house.client.fault("gather", "server_error", status=403)
    house.sell(ANN)
    house.settle()
    (mail,) = house.client.mails(to=ANN)
    assert (True, False) == ("直播 YouTube" in mail["html"], "會場 Gather Town" in mail["html"])
    assert 1 == access.manual_queue(house.org.id)[0].count


def set_map(house: House, *places: str) -> None:
    (conference,) = orders.conferences(house.org.id)
    rules = [MapRule("*", "*", places)]
    access.define_map(house.org.id, conference.id, rules, now=clock.now())
