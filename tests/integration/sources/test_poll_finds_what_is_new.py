"""New attendees become tickets; what is written is not fetched again; nothing falls between."""

from typing import Any

import pytest

from postlude.sources.models import KnownAttendee


def test_new_attendees_become_tickets(shop: Any, news: Any) -> None:
    shop.sell("ann@example.test", tickets=[{"name": "一般票", "price": 2790}])
    shop.sell("bob@example.test", tickets=[{}, {}])
    report = shop.good_poll()
    assert (1, 3, 3, {"new": 3}) == (report.events, report.listed, report.fetched, report.changes)
    assert {"paid": 3} == shop.states()
    assert {"ann@example.test", "bob@example.test"} == shop.emails()
    dear = next(each for each in shop.tickets() if each.price.minor)
    assert ("一般票", "2790.00 TWD", "individual") == (
        dear.ticket_type_name,
        str(dear.price),
        dear.kind,
    )
    assert dear.sold_at == dear.paid_at == dear.source_updated_at
    assert 3 == news.of("ticket.paid")


def test_the_second_poll_fetches_the_re_scan_slice_only(shop: Any, news: Any) -> None:
    shop.define(rescan=4)
    shop.sell_many(15)
    assert 15 == shop.good_poll().fetched
    again = shop.good_poll()
    assert (4, {}) == (again.fetched, again.changes)
    shop.sell("late@example.test")
    third = shop.good_poll()
    assert (5, {"new": 1}) == (third.fetched, third.changes)
    assert 16 == news.of("ticket.paid")


def test_the_re_scan_comes_round_to_everyone(shop: Any) -> None:
    shop.define(rescan=4)
    sold = shop.sell_many(10)
    shop.good_poll()
    shop.client.change_email(sold[7]["order_no"], "corrected@example.test")
    for _ in range(3):
        shop.clock.advance(minutes=2)
        shop.good_poll()
    assert "corrected@example.test" in shop.emails()
    assert "buyer7@example.test" not in shop.emails()


def test_equal_and_old_times_lose_nothing(shop: Any) -> None:
    """There is no window to fall out of: ids are compared, times only for equality."""
    shop.sell_many(5, paid_at=1_690_000_000.0)
    shop.good_poll()
    shop.sell_many(5, start=5, paid_at=1_690_000_000.0)
    shop.sell_many(1, start=10, paid_at=1_000_000_000.5)
    assert {"new": 6} == shop.good_poll().changes
    assert 11 == len(shop.emails())


def test_a_transfer_that_arrives_is_seen_at_the_next_poll(shop: Any, news: Any) -> None:
    """However many known attendees wait for the re-scan."""
    shop.define(rescan=0)
    order = shop.sell("atm@example.test", paid=False, payment_method="ATM")
    shop.sell_many(5)
    shop.good_poll()
    assert {"registered": 1, "paid": 5} == shop.states()
    assert 5 == news.of("ticket.paid")
    shop.client.pay(order["order_no"])
    report = shop.good_poll()
    assert ({"paid": 1}, 1) == (report.changes, report.fetched)
    assert 6 == news.of("ticket.paid")
    assert 0 == shop.good_poll().fetched


def test_a_change_moves_no_sale_time(shop: Any) -> None:
    order = shop.sell()
    shop.good_poll()
    (before,) = shop.tickets()
    shop.client.change_email(order["order_no"], "new@example.test")
    shop.clock.advance(minutes=2)
    shop.good_poll()
    (after,) = shop.tickets()
    assert before.sold_at == after.sold_at
    assert after.source_updated_at > before.source_updated_at
    assert {"new@example.test"} == shop.emails()


def test_a_death_before_the_cursor_moved_repeats_harmlessly(shop: Any, news: Any) -> None:
    shop.sell_many(6)
    shop.good_poll()
    before = shop.tickets()
    KnownAttendee.objects.all().delete()
    report = shop.good_poll()
    assert (6, {}) == (report.fetched, report.changes)
    assert before == shop.tickets()
    assert 6 == news.of("ticket.paid")


def test_time_that_runs_out_is_no_loss(shop: Any) -> None:
    """The next poll is due at once and goes on where this one stopped."""
    shop.sell_many(90)
    first = shop.poll(seconds=0)
    assert not first.finished
    assert shop.status().next_poll_at == shop.clock.now()
    while not shop.poll().finished:
        pass
    assert {"paid": 90} == shop.states()


def test_only_events_that_fit_are_polled(shop: Any) -> None:
    shop.client.add_event("A meet-up", "meetup")
    shop.client.add_event("PyCon TW 2022 Registration: Individual", "2022", ended=True)
    shop.client.sell("meetup", "other@example.test")
    shop.sell()
    shop.define(events=["registration"])
    assert 1 == shop.good_poll().events
    assert {"ann@example.test"} == shop.emails()


def test_nothing_to_poll_is_told(shop: Any) -> None:
    shop.define(events=["no such event"])
    assert shop.poll().warnings
    assert "1 events" in shop.warnings()["no_events"].words
    shop.define()
    shop.good_poll()
    assert "no_events" not in shop.warnings()


def test_an_unknown_kind_is_loaded_and_told(shop: Any) -> None:
    shop.client.add_event("PyLadies Registration", "pyladies")
    shop.client.sell("pyladies", "eve@example.test")
    shop.good_poll()
    assert ["other"] == [each.kind for each in shop.tickets()]
    warning = shop.warnings()["unknown_kind"]
    assert "PyLadies" in warning.words
    assert warning.hint


@pytest.mark.parametrize(
    "email", ["王小明@例子.測試 公司", "ann smith@example.test", "", "Email_03291"]
)
def test_a_bad_address_keeps_the_sale(shop: Any, news: Any, email: str) -> None:
    from postlude.people import api as people

    shop.sell(email)
    shop.good_poll()
    assert {"paid": 1} == shop.states()
    assert set() == shop.emails()
    (warning,) = people.address_warnings(shop.org.id)
    assert warning.hint
    assert not email or email not in warning.masked
    shop.clock.advance(minutes=2)
    shop.good_poll()
    assert 1 == len(people.address_warnings(shop.org.id))
