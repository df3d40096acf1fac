"""Deliveries of one place are handled together; one that is bad dies alone."""

from collections.abc import Sequence

import pytest

from postlude.kernel import clock as kernel_clock
from postlude.kernel import inbox
from postlude.kernel.inbox import Delivery


@pytest.fixture(autouse=True)
def _handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, empty in (("_handlers", {}), ("_batched", {}), ("_bulk", set())):
        monkeypatch.setattr(inbox, name, empty)


def test_those_of_one_place_come_as_one_batch(clock: kernel_clock.FrozenClock) -> None:
    got: list[list[bytes]] = []
    inbox.subscribe_batches("kktix", lambda batch: got.append([each.raw for each in batch]))
    for number in range(4):
        place = "kktix:a" if number < 3 else "kktix:b"
        inbox.receive(place, 1, f"b{number}", b"%d" % number, headers={}, now=clock.now())
    inbox.drain(lambda: False)
    assert [[b"0", b"1", b"2"], [b"3"]] == got
    assert 0 == inbox.backlog()


def test_one_that_is_bad_dies_alone(clock: kernel_clock.FrozenClock) -> None:
    handled: list[bytes] = []

    def handle(batch: Sequence[Delivery]) -> None:
        if any(each.raw == b"bad" for each in batch):
            raise inbox.Unreadable("bad")
        handled.extend(each.raw for each in batch)

    inbox.subscribe_batches("kktix", handle)
    for number, raw in enumerate((b"good", b"bad", b"fine")):
        inbox.receive("kktix", 1, f"b{number}", raw, headers={}, now=clock.now())
    inbox.drain(lambda: False)
    assert [b"good", b"fine"] == handled
    assert ["b1"] == [each.delivery_id for each in inbox.dead(1)]
