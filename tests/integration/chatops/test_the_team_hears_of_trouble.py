"""The team is told once, in its channel and its mailbox, and hears when it is over."""

from datetime import timedelta

import pytest

from postlude.chatops import api as chatops
from postlude.chatops import jobs
from postlude.chatops.errors import NotAReference
from postlude.chatops.models import Alert, AlertDelivery
from postlude.chatops.types import AlertSettings
from postlude.kernel import clock as kernel_clock
from postlude.kernel import inbox
from postlude.kernel.jobs import Budget
from postlude.orgs import api as orgs


def trouble(org, number: int = 1) -> None:
    """A delivery that nobody can read: real, and easy to mend."""
    inbox.bury(
        "kktix",
        org.id,
        f"delivery-{number}",
        b'{"contact": "zebulon@example.test"',
        headers={},
        now=kernel_clock.now(),
        reason="truncated",
    )


def mend(org) -> None:
    for each in inbox.dead(org.id):
        inbox.replay(each.id)


def look(clock, seconds: float = 15) -> None:
    """One round of both jobs, and the time until the next."""
    jobs.watch(Budget(5))
    jobs.notify(Budget(5))
    clock.advance(seconds=seconds)


def posts(team) -> list[str]:
    return [each["content"] for each in team.client.received("discord")["messages"]]


def test_one_alert_within_a_minute_by_both_ways(org, team, clock) -> None:
    trouble(org)
    look(clock)
    (post,) = posts(team)
    assert "無法讀取" in post or "could not be read" in post
    (mail,) = team.client.smtp_mails()
    assert mail["to"] == ["ops@team.test", "night@team.test"]
    assert mail["subject"].strip().startswith("[Postlude]")
    assert "/org/pycon/attention/" in post


def test_nothing_is_repeated_within_an_hour(org, team, clock) -> None:
    trouble(org)
    for _ in range(40):
        look(clock, seconds=89)
    assert len(posts(team)) == 1


def test_one_recovered(org, team, clock) -> None:
    trouble(org)
    look(clock)
    mend(org)
    for _ in range(4):
        look(clock)
    assert [post[0] for post in posts(team)] == ["🔴", "🟢"]
    assert chatops.open_alerts(org.id) == []


def test_flapping_makes_no_noise(org, team, clock) -> None:
    for number in range(20):
        trouble(org, number)
        look(clock, seconds=60)
        mend(org)
        look(clock, seconds=60)
    assert [post[0] for post in posts(team)] == ["🔴", "🟢"]


def test_no_personal_data_leaves(org, team, clock) -> None:
    trouble(org)
    look(clock)
    everything = (
        str(posts(team))
        + str(team.client.smtp_mails())
        + str(list(Alert.objects.values()) + list(AlertDelivery.objects.values()))
    )
    assert "zebulon" not in everything
    assert "sandbox-discord-token" not in everything
    assert "team.test" not in str(list(AlertDelivery.objects.values()))


def test_discord_asking_to_wait_is_waited_for(org, team, clock) -> None:
    team.client.fault("discord", "rate_limited", retry_after=7.5, count=1)
    trouble(org)
    look(clock, seconds=5)
    assert posts(team) == []
    row = AlertDelivery.objects.get(channel="discord")
    assert (row.state, row.attempts) == ("queued", 0)
    assert row.due - kernel_clock.now() == timedelta(seconds=2.5)
    look(clock, seconds=5)
    assert posts(team) == []
    look(clock)
    assert len(posts(team)) == 1


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "server_error", "status": 503},
        {"kind": "drop_before"},
        {"kind": "html"},
    ],
)
def test_a_channel_that_fails_is_tried_again(org, team, clock, fault) -> None:
    team.client.fault("discord", **{"count": 1, **fault})
    trouble(org)
    for _ in range(6):
        look(clock)
    assert len(posts(team)) == 1
    assert len(team.client.smtp_mails()) == 1


def test_a_wrong_webhook_is_shown_and_not_tried_for_ever(org, team, clock, monkeypatch) -> None:
    monkeypatch.setenv("ALERT_WEBHOOK", team.url("discord") + "/api/webhooks/1/nonsense")
    trouble(org)
    look(clock)
    (failed,) = chatops.failed_deliveries(org.id)
    assert failed.channel == "discord"
    assert failed.words.startswith("404")
    assert len(team.client.smtp_mails()) == 1


def test_a_missing_variable_holds_up_nothing_else(org, team, clock, monkeypatch) -> None:
    monkeypatch.delenv("ALERT_WEBHOOK")
    trouble(org)
    look(clock)
    assert len(team.client.smtp_mails()) == 1
    row = AlertDelivery.objects.get(channel="discord")
    assert row.state == "queued"
    assert "ALERT_WEBHOOK" in row.words


def test_without_a_channel_the_alert_is_kept_for_the_page(org, clock) -> None:
    trouble(org)
    look(clock)
    assert [each.kind for each in chatops.open_alerts(org.id)] == ["dead_delivery"]
    assert AlertDelivery.objects.count() == 0


def test_another_organisation_hears_nothing(org, team, clock) -> None:
    other = orgs.create("rival", "Rival", zone="Asia/Tokyo", currency="JPY")
    trouble(other)
    look(clock)
    assert posts(team) == []
    assert chatops.open_alerts(org.id) == []


def test_settings_hold_references_only(org) -> None:
    with pytest.raises(NotAReference):
        chatops.configure(
            org.id, AlertSettings(discord_webhook="https://discord.com/api/webhooks/1/x")
        )
    with pytest.raises(NotAReference):
        chatops.configure(org.id, AlertSettings(emails=("ops@team.test",)))


def test_the_same_settings_again_change_nothing(org) -> None:
    settings = AlertSettings(
        discord_webhook="${A}", emails=("${B}",), source_silent=timedelta(minutes=9)
    )
    assert chatops.configure(org.id, settings) is True
    assert chatops.configure(org.id, settings) is False
    assert chatops.settings_of(org.id) == settings
