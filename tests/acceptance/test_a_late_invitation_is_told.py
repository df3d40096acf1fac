"""Whoever waits too long for the invitation is told of to the team: once, and once when it is over."""

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
from postlude.sandbox.server import Sandbox
from support.whole_house import House, whole_house

ANN, LATE, FAILED = "ann@example.test", "邀請延遲", "邀請確定失敗"
LIMIT = timedelta(minutes=5)
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
        host, port = sandbox.smtp_address
        monkeypatch.setenv("ALERT_WEBHOOK", sandbox.url("discord") + WEBHOOK)
        monkeypatch.setenv("ALERT_EMAILS", "ops@team.test")
        monkeypatch.setenv("ALERT_SMTP", f"smtp://{host}:{port}")
        alerts = AlertSettings(
            discord_webhook="${ALERT_WEBHOOK}",
            emails=("${ALERT_EMAILS}",),
            smtp="${ALERT_SMTP}",
            email_from="postlude@team.test",
            invitation_late=LIMIT,
        )
        chatops.configure(it.org.id, alerts)
        yield it


def look(passed: timedelta) -> None:
    """What the two jobs do every quarter of a minute, that long after now."""
    with clock.use(clock.FrozenClock(clock.now() + passed)):
        chatops_jobs.watch(Budget(5))
        chatops_jobs.notify(Budget(5))


def told(house: House, words: str = LATE) -> tuple[list[str], int]:
    """Return the signs of the channel's posts and the number of mails that are about something."""
    posts = [each["content"] for each in house.client.received("discord")["messages"]]
    mails = house.client.smtp_mails()
    assert ANN not in str(posts) + str(mails)
    to_the_team = [each for each in mails if each["to"] == ["ops@team.test"]]
    assert mails == to_the_team
    about = [each for each in mails if words in each["subject"]]
    return [post[0] for post in posts if words in post], len(about)


def test_the_team_hears_by_channel_and_mail_and_hears_when_it_is_over(house: House) -> None:
    house.client.fault("mailgun", "server_error", status=500)
    house.sell(ANN)
    house.client.wait_for(house.sales_have_come, within_s=120)
    house.drain(at_most=3)
    look(LIMIT - timedelta(seconds=30))
    assert ([], 0) == told(house)
    for seconds in (15, 30, 45):
        look(LIMIT + timedelta(seconds=seconds))
    assert (["🔴"], 1) == told(house)

    house.client.clear_faults()
    with clock.use(clock.FrozenClock(clock.now() + LIMIT + timedelta(minutes=5))):
        house.settle()
    assert 1 == len(house.client.mails(to=ANN))
    for seconds in (0, 20, 40):
        look(LIMIT + timedelta(minutes=8, seconds=seconds))
    assert (["🔴", "🟢"], 2) == told(house)


def test_a_buyer_whose_ticket_opens_nothing_is_not_forgotten(house: House) -> None:
    """Stopped for lack of access, which somebody can mend: that is late as well."""
    rules = [MapRule("*Corporate*", "*", ("venue",))]
    (conference,) = orders.conferences(house.org.id)
    access.define_map(house.org.id, conference.id, rules, now=clock.now())
    house.sell(ANN)
    house.settle()
    assert [] == house.client.mails()
    look(LIMIT + timedelta(seconds=30))
    assert (["🔴"], 1) == told(house)


def test_an_invitation_that_failed_for_good_is_told_at_once(house: House) -> None:
    house.client.fault("mailgun", "server_error", status=400, path="*/messages")
    house.sell(ANN)
    house.settle()
    look(timedelta(seconds=1))
    assert (["🔴"], 1) == told(house, FAILED)
    assert ([], 0) == told(house)
