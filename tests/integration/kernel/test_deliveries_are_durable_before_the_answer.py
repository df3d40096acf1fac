"""The inbox keeps each delivery once, sealed, and gives up visibly."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from postlude.kernel import clock as kernel_clock
from postlude.kernel import inbox, purging
from postlude.kernel.models import InboxDelivery, WorkRow


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


def test_a_year_later_it_is_forgotten_that_it_came(clock: kernel_clock.FrozenClock) -> None:
    inbox.subscribe("kktix", lambda delivery: None)
    inbox.receive("kktix", 1, "b1", b"{}", headers={}, now=clock.now())
    made = datetime.now(UTC)  # ids are of real time
    inbox.purge(made + timedelta(days=364))
    assert 1 == InboxDelivery.objects.filter(sealed=None).count()
    assert 1 == inbox.purge(made + timedelta(days=366))
    assert 0 == InboxDelivery.objects.count()


def test_forgetting_many_takes_the_pen_for_few_at_a_time(
    clock: kernel_clock.FrozenClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purging, "_AT_ONCE", 2)
    for number in range(5):
        inbox.receive("kktix", 1, f"b{number}", b"{}", headers={}, now=clock.now())
    later, looks = clock.now() + timedelta(days=31), iter([False, True])
    assert 2 == inbox.purge(later, lambda: next(looks, True))
    assert 3 == inbox.purge(later)


def test_what_was_given_up_is_found_without_reading_all_that_came(
    clock: kernel_clock.FrozenClock,
) -> None:
    """The alarm and each page ask for it: the question must not grow with what came in."""
    for asked in (InboxDelivery.objects, WorkRow.objects):
        rows = asked.filter(org=1).exclude(dead_reason="").order_by("-id")
        with transaction.atomic(), connection.cursor() as cursor:
            if connection.vendor == "postgresql":  # it prefers to read a table that is empty
                cursor.execute("SET LOCAL enable_seqscan = off")
                cursor.execute("SET LOCAL enable_sort = off")
            assert "_dead" in rows.explain()


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
