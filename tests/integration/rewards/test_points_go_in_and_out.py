"""Points are given, spent, held, captured, released and taken back, to the unit."""

from datetime import timedelta
from typing import Any

import pytest

from postlude.kernel import jobs
from postlude.rewards import api as rewards
from postlude.rewards.types.points import Capture, Give, Kind, Posted, Release, Reverse, Take

ANN, BOB = 101, 102


class Book:
    """The ledger of one organisation, with keys made up as we go."""

    def __init__(self, org: Any, clock: Any) -> None:
        self.org, self.clock, self.count = org.id, clock, 0

    def key(self) -> str:
        self.count += 1
        return f"k{self.count}"

    def give(self, contact: int, amount: int, **more: Any) -> Posted:
        more = {"key": self.key(), "reason": "feedback", **more}
        days = more.pop("days", None)
        if days is not None:
            more["expires_at"] = self.clock.now() + timedelta(days=days)
        give = Give(contact=contact, amount=amount, **more)
        return rewards.give_many(self.org, [give], now=self.clock.now())[0]

    def take(self, contact: int, amount: int, **more: Any) -> Posted:
        more = {"key": self.key(), "reason": "order", **more}
        take = Take(contact=contact, amount=amount, **more)
        return rewards.take_many(self.org, [take], now=self.clock.now())[0]

    def hold(self, contact: int, amount: int, **more: Any) -> Posted:
        more = {"key": self.key(), "reason": "order", **more}
        hours = more.pop("hours", None)
        if hours is not None:
            more["expires_at"] = self.clock.now() + timedelta(hours=hours)
        take = Take(contact=contact, amount=amount, **more)
        return rewards.hold_many(self.org, [take], now=self.clock.now())[0]

    def capture(self, hold: str, amount: int | None = None) -> Posted:
        wanted = [Capture(self.key(), hold, amount)]
        return rewards.capture_many(self.org, wanted, now=self.clock.now())[0]

    def release(self, hold: str, **more: Any) -> Posted:
        wanted = [Release(self.key(), hold)]
        return rewards.release_many(self.org, wanted, now=self.clock.now(), **more)[0]

    def reverse(self, of: str, amount: int | None = None) -> Posted:
        wanted = [Reverse(self.key(), of, amount=amount)]
        return rewards.reverse_many(self.org, wanted, now=self.clock.now())[0]

    def sweep(self) -> int:
        return rewards.sweep_points(jobs.Budget(20))

    def has(self, contact: int, currency: str = "points") -> tuple[int, int, int, int]:
        """Return what is available, held, coming and owed; the journal alone says the same."""
        now = self.clock.now()
        found = rewards.balances(self.org, [contact], now=now, currency=currency)[contact]
        assert found == rewards.balance_at(self.org, [contact], now, currency=currency)[contact]
        assert [] == rewards.check_points(self.org)
        return found.available, found.held, found.coming, found.debt


@pytest.fixture
def book(org: Any, clock: Any) -> Book:
    return Book(org, clock)


def test_what_is_given_can_be_spent(book) -> None:
    book.give(ANN, 100)
    assert (100, 0, 0, 0) == book.has(ANN)
    assert book.take(ANN, 30).entry is not None
    assert (70, 0, 0, 0) == book.has(ANN)
    assert (0, 0, 0, 0) == book.has(BOB)


def test_nobody_spends_more_than_there_is(book) -> None:
    book.give(ANN, 100)
    said = book.take(ANN, 130)
    assert (None, 30) == (said.entry, said.short)
    assert (100, 0, 0, 0) == book.has(ANN)
    taken = book.take(ANN, 130, partial=True)
    assert taken.entry is not None
    assert 100 == taken.entry.amount
    assert (0, 0, 0, 0) == book.has(ANN)
    assert (None, 5) == (book.take(ANN, 5, partial=True).entry, 5)


def test_temporary_points_are_gone_after_two_weeks_swept_or_not(book) -> None:
    book.give(ANN, 100, days=14)
    book.give(ANN, 7)
    book.clock.advance(days=14, seconds=-1)
    assert (107, 0, 0, 0) == book.has(ANN)
    book.clock.advance(seconds=1)
    assert (7, 0, 0, 0) == book.has(ANN)
    assert 93 == book.take(ANN, 100).short
    assert 1 == book.sweep()
    assert 0 == book.sweep()
    assert (7, 0, 0, 0) == book.has(ANN)


def test_points_that_come_later_wait(book) -> None:
    later = book.clock.now() + timedelta(days=3)
    book.give(ANN, 50, available_from=later)
    assert (0, 0, 50, 0) == book.has(ANN)
    assert 10 == book.take(ANN, 10).short
    book.clock.advance(days=3)
    assert (50, 0, 0, 0) == book.has(ANN)


def test_the_earliest_expiry_goes_first_then_the_permanent_then_the_oldest(book) -> None:
    book.give(ANN, 10, key="for ever")
    book.give(ANN, 10, key="late", days=20)
    book.give(ANN, 10, key="early", days=5)
    book.take(ANN, 15)
    book.clock.advance(days=5)
    assert (15, 0, 0, 0) == book.has(ANN)
    book.clock.advance(days=15)
    assert (10, 0, 0, 0) == book.has(ANN)


def test_a_hold_sets_apart_and_a_release_restores(book) -> None:
    book.give(ANN, 10, days=5)
    book.give(ANN, 10)
    hold = book.hold(ANN, 15)
    assert (5, 15, 0, 0) == book.has(ANN)
    assert 10 == book.take(ANN, 15).short
    book.release(hold.key)
    assert (20, 0, 0, 0) == book.has(ANN)
    book.clock.advance(days=5)
    assert (10, 0, 0, 0) == book.has(ANN)


def test_a_capture_spends_a_part_and_returns_the_rest(book) -> None:
    book.give(ANN, 10, days=5)
    book.give(ANN, 10)
    hold = book.hold(ANN, 15)
    said = book.capture(hold.key, 12)
    assert said.entry is not None
    assert (12, -15, 3) == (said.entry.amount, said.entry.held, said.entry.available)
    assert (8, 0, 0, 0) == book.has(ANN)
    book.clock.advance(days=5)
    assert (8, 0, 0, 0) == book.has(ANN)


def test_a_capture_takes_no_more_than_was_held(book) -> None:
    book.give(ANN, 10)
    hold = book.hold(ANN, 5)
    assert (None, 3) == (book.capture(hold.key, 8).entry, 3)
    assert (5, 5, 0, 0) == book.has(ANN)


def test_a_hold_is_settled_once(book) -> None:
    book.give(ANN, 10)
    hold = book.hold(ANN, 5)
    first = book.release(hold.key)
    late = book.capture(hold.key)
    assert (first.entry, 5) == (late.entry, late.short)
    assert (10, 0, 0, 0) == book.has(ANN)


def test_a_hold_that_ran_out_counts_as_released_at_that_instant(book) -> None:
    book.give(ANN, 10)
    hold = book.hold(ANN, 6, hours=1)
    book.clock.advance(minutes=59)
    assert (4, 6, 0, 0) == book.has(ANN)
    book.clock.advance(minutes=1)
    assert (10, 0, 0, 0) == book.has(ANN)
    said = book.capture(hold.key)
    assert said.entry is not None
    assert (Kind.RELEASE, 6) == (said.entry.kind, said.short)
    assert (10, 0, 0, 0) == book.has(ANN)


def test_what_returns_to_a_lot_that_is_over_is_over(book) -> None:
    book.give(ANN, 10, days=1)
    hold = book.hold(ANN, 10)
    book.clock.advance(days=2)
    book.release(hold.key)
    assert (0, 0, 0, 0) == book.has(ANN)
    assert 1 == book.sweep()
    assert (0, 0, 0, 0) == book.has(ANN)


def test_with_grace_it_lives_a_while_longer(book) -> None:
    book.give(ANN, 10, days=1, reason="生日")
    hold = book.hold(ANN, 10)
    book.clock.advance(days=2)
    book.release(hold.key, grace=timedelta(days=3))
    assert (10, 0, 0, 0) == book.has(ANN)
    assert "生日" == rewards.history(book.org, ANN)[0].reason
    book.clock.advance(days=3)
    assert (0, 0, 0, 0) == book.has(ANN)


def test_a_grant_that_was_spent_is_owed_and_paid_by_the_next(book) -> None:
    grant = book.give(ANN, 100)
    book.take(ANN, 80)
    book.reverse(grant.key)
    assert (0, 0, 0, 80) == book.has(ANN)
    book.give(ANN, 50)
    assert (0, 0, 0, 30) == book.has(ANN)
    book.give(ANN, 50)
    assert (20, 0, 0, 0) == book.has(ANN)
    kinds = [entry.kind for entry in rewards.history(book.org, ANN)]
    assert [Kind.REPAY, Kind.GRANT] * 2 + [Kind.REVERSE, Kind.SPEND, Kind.GRANT] == kinds


def test_what_is_taken_back_comes_from_other_lots_before_it_is_owed(book) -> None:
    grant = book.give(ANN, 100, days=1)
    book.give(ANN, 30)
    book.take(ANN, 100)
    book.reverse(grant.key, 40)
    assert (0, 0, 0, 10) == book.has(ANN)
    book.reverse(grant.key)
    assert (0, 0, 0, 70) == book.has(ANN)
    assert (None, 1) == (book.reverse(grant.key, 1).entry, 1)


def test_what_was_lost_by_expiry_is_not_owed(book) -> None:
    grant = book.give(ANN, 100, days=1)
    book.take(ANN, 30)
    book.clock.advance(days=1)
    book.reverse(grant.key)
    assert (0, 0, 0, 30) == book.has(ANN)
    book.sweep()
    assert (0, 0, 0, 30) == book.has(ANN)
    assert book.reverse(grant.key).entry is None


def test_a_released_hold_pays_the_debt_even_from_a_lot_that_is_over(book) -> None:
    grant = book.give(ANN, 100, days=1)
    hold = book.hold(ANN, 100)
    book.reverse(grant.key)
    assert (0, 100, 0, 100) == book.has(ANN)
    book.clock.advance(days=2)
    book.release(hold.key)
    assert (0, 0, 0, 0) == book.has(ANN)


def test_a_refund_returns_to_the_lots_that_were_spent(book) -> None:
    book.give(ANN, 10, days=5)
    book.give(ANN, 10)
    spend = book.take(ANN, 15)
    book.reverse(spend.key, 3)
    assert (8, 0, 0, 0) == book.has(ANN)
    book.reverse(spend.key)
    assert (20, 0, 0, 0) == book.has(ANN)
    assert (None, 1) == (book.reverse(spend.key, 1).entry, 1)
    book.clock.advance(days=5)
    assert (10, 0, 0, 0) == book.has(ANN)


def test_currencies_are_apart(book) -> None:
    book.give(ANN, 10)
    book.give(ANN, 500, currency="bonus:TWD")
    assert 10 == book.take(ANN, 20, currency="points").short
    assert book.take(ANN, 20, currency="bonus:TWD").entry is not None
    assert (480, 0, 0, 0) == book.has(ANN, "bonus:TWD")
    assert (10, 0, 0, 0) == book.has(ANN)
