"""A source that falls silent: one alert within its limit and a minute, no second, one recovered."""

from datetime import timedelta

from postlude.chatops import jobs
from postlude.kernel import clock as kernel_clock
from postlude.kernel import store
from postlude.kernel.jobs import Budget
from postlude.sources import api as sources
from postlude.sources.models import Source

LIMIT = timedelta(minutes=10)
ROUND = timedelta(seconds=15)  # as often as the job looks
SETTINGS = {
    "token": "${KKTIX_TOKEN}",
    "webhook_secret": "${KKTIX_WEBHOOK_SECRET}",
}


def look_for(clock: kernel_clock.FrozenClock, span: timedelta) -> None:
    for _ in range(span // ROUND):
        clock.advance(seconds=ROUND.total_seconds())
        jobs.watch(Budget(5))
        jobs.notify(Budget(5))


def signs(team) -> list[str]:
    return [each["content"][0] for each in team.client.received("discord")["messages"]]


def test_a_silent_source_is_told_in_time(org, team, clock) -> None:
    sources.define_source(
        org.id, "kktix", settings=SETTINGS, silent_after=LIMIT, now=kernel_clock.now()
    )
    look_for(clock, LIMIT)
    assert [] == signs(team)
    look_for(clock, timedelta(seconds=60))
    assert ["🔴"] == signs(team)
    look_for(clock, timedelta(minutes=59))
    assert ["🔴"] == signs(team)
    with store.write():
        Source.objects.filter(org=org.id).update(last_success_at=kernel_clock.now())
    look_for(clock, timedelta(minutes=5))
    assert ["🔴", "🟢"] == signs(team)
