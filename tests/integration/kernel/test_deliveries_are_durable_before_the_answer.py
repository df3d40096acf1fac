"""The inbox keeps each delivery once, sealed, and gives up visibly."""

from datetime import timedelta

import pytest

from postlude.kernel import clock as kernel_clock
from postlude.kernel import inbox
from postlude.kernel.models import InboxDelivery


@pytest.fixture(autouse=True)
def _handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "_handlers", {})
    monkeypatch.setattr(inbox, "_bulk", set())


def never() -> bool:
    return False


def test_a_repeated_delivery_is_one(clock: kernel_clock.FrozenClock) -> None:
    got: list[inbox.Delivery] = []
    inbox.subscribe("kktix", got.append)
    assert inbox.receive(
        "kktix:main", 1, "b1", b'{"a": "ann@example.test"}', headers={"x": "y"}, now=clock.now()
    )
    assert not inbox.receive("kktix:main", 1, "b1", b"again", headers={}, now=clock.now())
    assert inbox.receive("kktix:main", 2, "b1", b"other organisation", headers={}, now=clock.now())
    assert b"ann" not in bytes(InboxDelivery.objects.get(org=1).sealed)
    inbox.drain(never)
    assert [b'{"a": "ann@example.test"}', b"other organisation"] == [each.raw for each in got]
    assert {"x": "y"} == got[0].headers
    assert 0 == inbox.backlog()


def test_a_failing_delivery_is_tried_again_then_shown(clock: kernel_clock.FrozenClock) -> None:
    def broken(delivery: inbox.Delivery) -> None:
        raise KeyError("ann@example.test")

    inbox.subscribe("kktix", broken)
    inbox.receive("kktix", 1, "b1", b"{}", headers={}, now=clock.now())
    for _ in range(12):
        inbox.drain(never)
        clock.advance(hours=1)
    (dead,) = inbox.dead(1)
    assert "KeyError" in dead.reason
    assert "example.test" not in dead.reason
    seen: list[int] = []
    inbox.subscribe("kktix", lambda delivery: seen.append(delivery.id))
    assert inbox.replay(dead.id)
    inbox.drain(never)
    assert [dead.id] == seen


def test_an_unreadable_delivery_dies_at_once(clock: kernel_clock.FrozenClock) -> None:
    def unreadable(delivery: inbox.Delivery) -> None:
        raise inbox.Unreadable("truncated")

    inbox.subscribe("kktix", unreadable)
    inbox.receive("kktix", 1, "b1", b"{", headers={}, now=clock.now())
    inbox.drain(never)
    assert 1 == len(inbox.dead(1))


def test_content_is_forgotten_after_thirty_days(clock: kernel_clock.FrozenClock) -> None:
    inbox.subscribe("kktix", lambda delivery: None)
    inbox.receive("kktix", 1, "b1", b"{}", headers={}, now=clock.now())
    assert 0 == inbox.purge(clock.now() + timedelta(days=29))
    assert 1 == inbox.purge(clock.now() + timedelta(days=31))
    assert not inbox.receive("kktix", 1, "b1", b"{}", headers={}, now=clock.now())


def test_a_flood_of_receipts_does_not_hold_up_a_sale(clock: kernel_clock.FrozenClock) -> None:
    seen: list[str] = []
    inbox.subscribe("mailgun", lambda delivery: seen.append(delivery.source), lane="bulk")
    inbox.subscribe("kktix", lambda delivery: seen.append(delivery.source))
    for number in range(3):
        inbox.receive("mailgun:main", 1, f"m{number}", b"{}", headers={}, now=clock.now())
    inbox.receive("kktix:main", 1, "k", b"{}", headers={}, now=clock.now())
    assert 1 == inbox.drain(never)
    assert ["kktix:main"] == seen
    assert 3 == inbox.drain(never, lane="bulk")
