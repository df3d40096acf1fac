"""A clock that was a day ahead and is set back: nothing waits for that day, nothing goes twice."""

from datetime import UTC, datetime, timedelta

import pytest

from postlude.kernel import boundaries, set_back, store, work
from postlude.kernel import clock as kernel_clock
from postlude.kernel.models import InboxDelivery, WorkRow
from postlude.messages import api as messages
from postlude.messages import bucket, traits
from postlude.messages.models import Message, Outbox, Sender
from postlude.messages.types import ChannelTraits, LocaleText, NewMessage

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)


@pytest.fixture
def clock(db):
    with kernel_clock.use(kernel_clock.FrozenClock(NOW)) as it:
        yield it


@pytest.fixture
def house(org, clock, settings, tmp_path, monkeypatch):
    settings.POSTLUDE_STAMP_FILE = tmp_path / "epoch.stamp"
    monkeypatch.setattr(traits, "_traits", {"memory": ChannelTraits()})
    work.unsubscribe_all()
    work.subscribe("told", "listener", lambda batch: None)
    yield org.id
    work.unsubscribe_all()


def set_to(clock, when: datetime) -> None:
    clock.advance(seconds=(when - clock.now()).total_seconds())


def due() -> list[datetime]:
    return list(WorkRow.objects.order_by("key").values_list("due", flat=True))


def test_news_of_tomorrow_are_worked_off_today(house, clock):
    """What was put off keeps its distance; what was made today stays as it is."""
    work.publish("told", house, ["c-today"], due=NOW + 3 * DAY)
    set_to(clock, NOW + DAY)
    work.publish("told", house, ["a-at-once"])
    work.publish("told", house, ["b-in-an-hour"], due=clock.now() + 60 * MINUTE)
    set_to(clock, NOW)
    assert 2 == set_back.wake(NOW)
    assert [NOW, NOW + 60 * MINUTE, NOW + 3 * DAY] == due()
    assert 0 == set_back.wake(NOW)
    assert 1 == work.drain(lambda: False)


def test_a_retry_of_tomorrow_waits_no_longer_than_a_retry(house, clock):
    work.publish("told", house, ["a", "b"])
    WorkRow.objects.filter(key="a").update(attempts=3, due=NOW + DAY)
    WorkRow.objects.filter(key="b").update(attempts=0, due=NOW + DAY)  # put off on purpose
    assert 1 == set_back.wake(NOW)
    assert [NOW, NOW + DAY] == due()


def test_a_delivery_of_tomorrow_is_handled_today(house, clock):
    row = {"org": house, "source": "shop", "received_at": NOW + DAY}
    InboxDelivery.objects.create(**row, delivery_id="1", due=NOW + DAY)
    InboxDelivery.objects.create(**row, delivery_id="2", due=NOW + 5 * MINUTE)  # a retry
    assert 1 == set_back.wake(NOW)
    assert [NOW, NOW + 5 * MINUTE] == list(
        InboxDelivery.objects.order_by("delivery_id").values_list("due", flat=True)
    )


def queue(org: int, *keys: str, **more) -> None:
    sender = messages.ensure_sender(org, "mail", "memory", settings={}, rate=1, burst=2)
    texts = [LocaleText("en", "S", text="hello")]
    version = messages.publish_template(org, "t", "t", texts, now=kernel_clock.now())
    new = [NewMessage(key, "transactional", sender, 7, version, **more) for key in keys]
    with store.write():
        messages.enqueue_many(org, new, now=kernel_clock.now())


def test_a_mail_decided_tomorrow_goes_today_and_once(house, clock):
    set_to(clock, NOW + DAY)
    queue(house, "at-once")
    set_to(clock, NOW)
    queue(house, "at-once")  # decided again: the key is there already
    messages.recover(NOW)
    assert [NOW] == list(Outbox.objects.values_list("due", flat=True))
    sender = Sender.objects.get().id
    leased = messages.lease(sender, owner="w", limit=5, now=NOW)
    assert (1, 1) == (len(leased), Message.objects.count())


class Killed(BaseException):
    """Nothing catches it, as nothing catches SIGKILL."""


@pytest.mark.parametrize("name", ["kernel.woken", "messages.woken"])
def test_a_death_in_between_is_gone_on_with(house, clock, monkeypatch, name):
    set_to(clock, NOW + DAY)
    queue(house, "at-once")
    work.publish("told", house, ["a"])
    set_to(clock, NOW)

    def dies(where: str) -> None:
        if where == name:
            raise Killed

    monkeypatch.setattr(boundaries, "crossing", dies)
    with pytest.raises(Killed):
        set_back.wake(NOW)
        messages.recover(NOW)
    monkeypatch.setattr(boundaries, "crossing", lambda _: None)
    set_back.wake(NOW)
    messages.recover(NOW)
    assert [NOW] == list(Outbox.objects.values_list("due", flat=True))
    assert [NOW] == due()


def test_a_mail_put_off_on_purpose_keeps_its_hour(house, clock):
    queue(house, "later", due=NOW + 5 * 60 * MINUTE)
    messages.recover(NOW)
    assert [NOW + 5 * 60 * MINUTE] == list(Outbox.objects.values_list("due", flat=True))


def test_a_sender_does_not_rest_until_tomorrow(house, clock):
    """Its tokens were counted by tomorrow's clock: they fill again from now on."""
    set_to(clock, NOW + DAY)
    queue(house, "a", "b", "c", "d")
    sender = Sender.objects.get().id
    while messages.lease(sender, owner="w", limit=5, now=clock.now()):
        pass
    set_to(clock, NOW)
    messages.recover(NOW)
    assert [] == messages.lease(sender, owner="w", limit=5, now=NOW)
    clock.advance(seconds=3)
    assert messages.lease(sender, owner="w", limit=5, now=clock.now())


def test_clocks_that_differ_by_seconds_fill_nothing_twice():
    start = bucket.full(10, 100, 0.1, at=1_000.0)
    empty = bucket.take(start, 2, 90)
    again = bucket.refill(bucket.refill(empty, 995.0), 1_000.0)
    assert (empty.tokens, empty.at) == (again.tokens, again.at)
