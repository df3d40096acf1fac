"""Threads on both engines: no row for two, no key twice, no window that is both lost and sent."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections

from postlude.kernel import clock as kernel_clock
from postlude.kernel import store
from postlude.messages import api as messages
from postlude.messages import traits
from postlude.messages.models import Message, Outbox, Sender
from postlude.messages.types import (
    ChannelTraits,
    LocaleText,
    NewMessage,
    Outcome,
    Receipt,
    Rendered,
    State,
)

ROWS = 240
WORKERS = 8


def together(work: Callable[[int], Any], workers: int = WORKERS) -> list[Any]:
    """Run `work(n)` in threads that start at once; return what each returned, raise what any did."""
    start = threading.Barrier(workers)
    results: list[Any] = [None] * workers
    errors: list[BaseException] = []

    def run(number: int) -> None:
        try:
            start.wait()
            results[number] = work(number)
        except BaseException as error:
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return results


class Desk:
    def __init__(self, org: int):
        self.org = org
        self.now = kernel_clock.now()
        self.sender = messages.ensure_sender(
            org, "mail", "memory", settings={}, rate=1e5, burst=1_000_000
        )
        self.version = messages.publish_template(
            org, "t", "t", [LocaleText("en", "S", text="hello")], now=self.now
        )

    def new(self, key: str) -> NewMessage:
        return NewMessage(key, "transactional", self.sender, 7, self.version)

    def queue(self, count: int = ROWS) -> list[int]:
        with store.write():
            made = messages.enqueue_many(
                self.org, [self.new(f"k{n}") for n in range(count)], now=self.now
            )
        return [it.message for it in made]

    def lease(self, owner: str, limit: int = 8) -> list[int]:
        found = messages.lease(self.sender, owner=owner, limit=limit, now=self.now)
        return [it.message for it in found]

    def mark(self, numbers: list[int], owner: str) -> list[int]:
        """The step before the wire; what would be in the mail does not matter here."""
        ready = [
            Rendered(n, self.org, 7, str(n), "", "a@example.test", "", "", "", "", (), {})
            for n in numbers
        ]
        return [it.message for it in messages.mark_sending(ready, owner=owner, now=self.now)]

    def settle(self, numbers: list[int], owner: str = "") -> None:
        outcomes = [Outcome(n, "accepted", provider_id=f"<{n}>") for n in numbers]
        messages.settle_many(self.sender, outcomes, owner=owner, now=self.now)


@pytest.fixture
def desk(org, clock, settings, tmp_path, monkeypatch):
    settings.POSTLUDE_STAMP_FILE = tmp_path / "epoch.stamp"
    monkeypatch.setattr(traits, "_traits", {})
    return Desk(org.id)


def end_leases() -> None:
    Outbox.objects.exclude(lease_until=None).update(
        lease_until=store.db_now() - timedelta(seconds=1)
    )


def drain(take: Callable[[str], list[int]]) -> Counter[int]:
    def work(number: int) -> Counter[int]:
        taken: Counter[int] = Counter()
        while got := take(f"w{number}"):
            taken.update(got)
        return taken

    return sum(together(work), Counter())


def test_two_leasers_never_get_the_same_row(desk):
    numbers = desk.queue()
    assert drain(desk.lease) == Counter(numbers)


def test_without_the_claim_the_same_race_gives_rows_twice(desk):
    """The guard removed: read what is queued, then write that it is taken."""
    numbers = desk.queue(40)

    def careless(_owner: str) -> list[int]:
        got = list(Outbox.objects.filter(phase="queued").values_list("id", flat=True)[:8])
        time.sleep(0.02)
        Outbox.objects.filter(id__in=got).update(phase="leased")
        return got

    taken = drain(careless)
    assert set(taken) == set(numbers)
    assert max(taken.values()) > 1


def test_leasers_together_never_pass_the_rate(desk):
    desk.queue()
    Sender.objects.filter(id=desk.sender).update(
        rate=1, burst=100, tokens=85, urgent_tokens=15, tokens_at=desk.now.timestamp()
    )
    taken = sum(together(lambda n: len(desk.lease(f"w{n}", 32))), 0)
    more = sum(len(desk.lease("late", 32)) for _ in range(100))
    assert taken + more == 85


def test_32_threads_enqueue_the_same_key(desk):
    def enqueue(_number: int) -> Any:
        with store.write():
            return messages.enqueue_many(desk.org, [desk.new("one"), desk.new("two")], now=desk.now)

    results = together(enqueue, 32)
    assert Message.objects.count() == Outbox.objects.count() == 2
    assert len({it.message for made in results for it in made}) == 2
    assert sum(not it.existed for made in results for it in made) == 2


def test_a_message_is_cancelled_or_sent_and_never_both(desk):
    numbers = desk.queue()
    cancelled: list[int] = []
    sent: list[int] = []

    def work(number: int) -> None:
        if number % 2:
            for n in numbers[number :: WORKERS // 2]:
                cancelled.extend(messages.cancel_many(desk.org, messages=[n], now=desk.now))
        else:
            owner = f"w{number}"
            while got := desk.lease(owner):
                marked = desk.mark(got, owner)
                desk.settle(marked, owner)
                sent.extend(marked)

    together(work)
    assert not set(cancelled) & set(sent)
    assert sorted(cancelled + sent) == sorted(numbers)
    states = Counter(it.state for it in messages.state_of(desk.org, numbers).values())
    assert states == Counter({State.CANCELLED: len(cancelled), State.ACCEPTED: len(sent)})


def test_a_lease_that_ends_while_sending_starts_is_lost_or_sent_and_never_both(desk):
    numbers = desk.queue(128)
    leased = {f"w{n}": desk.lease(f"w{n}", 32) for n in range(4)}
    end_leases()
    Outbox.objects.filter(owner__in=["w0", "w1"]).update(
        lease_until=store.db_now() + timedelta(milliseconds=30)
    )
    marked: list[int] = []

    def work(number: int) -> None:
        if number < 4:
            marked.extend(desk.mark(leased[f"w{number}"], f"w{number}"))
        else:
            messages.recover(desk.now)

    together(work)
    time.sleep(0.05)
    messages.recover(desk.now)  # those whose lease outlasted the race and were not marked in time
    again = Counter()
    while got := desk.lease("next", 32):
        again.update(got)
    assert not set(again) & set(marked)
    assert sorted([*again, *marked]) == sorted(numbers)


def test_recoveries_together_handle_each_lost_row_once(desk):
    desk.queue(160)
    for n in range(3):
        desk.mark(desk.lease(f"w{n}", 32), f"w{n}")
    desk.lease("lost", 32)
    end_leases()
    done = together(lambda _n: messages.recover(desk.now))
    assert sum(it.unknown for it in done) == 96
    assert sum(it.requeued for it in done) == 32


def test_a_late_answer_and_recovery_agree(desk):
    """The worker was slow, not dead: its answer arrives while recovery parks the window."""
    numbers = desk.queue(32)
    desk.mark(desk.lease("slow", 32), "slow")
    end_leases()
    together(
        lambda n: messages.recover(desk.now) if n % 2 else desk.settle(numbers[n * 4 : n * 4 + 8])
    )
    desk.settle(numbers)
    assert {it.state for it in messages.state_of(desk.org, numbers).values()} == {State.ACCEPTED}
    assert not Outbox.objects.exists()


def test_answers_and_receipts_may_cross(desk):
    numbers = desk.queue(96)
    for _ in range(3):
        desk.mark(desk.lease("w", 32), "w")

    def work(number: int) -> None:
        mine = numbers[number // 2 :: WORKERS // 2]
        if number % 2:
            desk.settle(mine[::-1])
        else:
            receipts = [Receipt("delivered", desk.now, message=n) for n in mine]
            messages.record_receipts(desk.org, receipts, now=desk.now)

    together(work)
    facts = messages.state_of(desk.org, numbers).values()
    assert {it.state for it in facts} == {State.DELIVERED}
    assert all(it.provider_id for it in facts)


def test_many_workers_never_hold_a_healthy_database(desk):
    """The stamp is read before the tick, so workers that race are not taken for a restore."""
    desk.queue()
    windows = Counter()

    def work(number: int) -> None:
        owner = f"w{number}"
        while got := desk.lease(owner, 2):
            assert desk.mark(got, owner) == got
            windows[owner] += 1

    together(work)
    status = messages.epoch_status()
    assert not status.held
    assert status.tick == status.stamped == sum(windows.values()) == ROWS // 2


def test_a_channel_with_keys_is_repeated_once_per_loss(desk):
    messages.register_channel_traits("memory", ChannelTraits(idempotency="key"))
    numbers = desk.queue(32)
    desk.mark(desk.lease("w", 32), "w")
    end_leases()
    done = together(lambda _n: messages.recover(desk.now))
    assert sum(it.repeated for it in done) == 32
    assert sorted(desk.lease("w", 32)) == sorted(numbers)
