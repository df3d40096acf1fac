"""A sale that opens and an event that is sold out are told in the channel, once, ever."""

from datetime import timedelta

from postlude.chatops import api as chatops
from postlude.chatops import jobs
from postlude.chatops.models import Alert
from postlude.kernel import clock as kernel_clock
from postlude.kernel.jobs import Budget
from postlude.orders import api as orders
from postlude.orders.types import EventSeen
from support.selling import refund, sell


def look(clock, hours: float = 0) -> None:
    jobs.watch(Budget(5))
    jobs.notify(Budget(5))
    clock.advance(hours=hours)


def posts(team) -> list[str]:
    return [each["content"] for each in team.client.received("discord")["messages"]]


def test_a_sale_that_opens_is_told_once(org, team, clock) -> None:
    look(clock)
    sell(org, "event", "Regular", 1, name="PyCon *2023*")
    for _ in range(4):
        look(clock, hours=20)
    assert ["🎟️ 開賣：PyCon \\*2023\\*"] == posts(team)
    clock.advance(days=120)
    jobs.forget(Budget(5))
    look(clock)
    assert 1 == len(posts(team))
    assert [] == chatops.open_alerts(org.id)


def test_an_event_that_is_sold_out_is_told_once(org, team, clock) -> None:
    event = EventSeen(None, "event", "PyCon")
    orders.ensure_happening(org.id, event, totals={"Regular": 2, "Student": 1})
    sell(org, "event", "Regular", 1, name="PyCon", copies=3)
    look(clock, hours=1)
    assert ["🎟️ 開賣：PyCon"] == posts(team)
    sell(org, "event", "Student", 2, name="PyCon")
    look(clock, hours=1)
    assert "🎉 已售完：PyCon（4 張票）" == posts(team)[-1]
    refund(org, "event", 2)
    look(clock, hours=1)
    sell(org, "event", "Student", 3, name="PyCon")
    look(clock, hours=1)
    assert 2 == len(posts(team))


def test_what_opened_before_there_was_a_channel_is_no_news(org, team, clock) -> None:
    old = kernel_clock.now() - timedelta(days=3)
    event = EventSeen(None, "event", "PyCon")
    orders.ensure_happening(org.id, event, totals={"Regular": 1})
    sell(org, "event", "Regular", 1, name="PyCon", at=old)
    look(clock)
    assert [] == posts(team)
    assert 2 == Alert.objects.filter(state="recovered").count()


def test_without_a_channel_nothing_is_kept(org, clock) -> None:
    sell(org, "event", "Regular", 1)
    look(clock)
    assert not Alert.objects.filter(kind="sale_opened").exists()
