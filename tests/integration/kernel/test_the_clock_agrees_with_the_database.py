"""Nothing starts while our clock and the database's are more than two seconds apart."""

from datetime import UTC, datetime, timedelta

import pytest

from postlude.kernel import clock, skew, store
from postlude.wiring import registry


def apart(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    real = store.db_now
    monkeypatch.setattr(store, "db_now", lambda: real() + timedelta(seconds=seconds))


@pytest.mark.parametrize("seconds", [-60, 3])
def test_a_clock_that_is_off_stops_the_start(seconds, monkeypatch) -> None:
    apart(monkeypatch, seconds)
    with pytest.raises(skew.ClockSkewed):
        registry.at_start()


@pytest.mark.parametrize("seconds", [-1, 0, 1])
def test_a_second_is_forgiven(seconds, monkeypatch) -> None:
    apart(monkeypatch, seconds)
    skew.check()


def test_a_clock_that_is_faked_on_purpose_is_left_alone() -> None:
    with clock.use(clock.FrozenClock(datetime(2001, 1, 1, tzinfo=UTC))):
        skew.check()
