"""Every two minutes, unless the source was given another interval.

A scheduler's own tick may be a moment early, and its call then counts as in time.
"""

from datetime import timedelta
from typing import Any

import pytest

from postlude.kernel import clock as kernel_clock
from postlude.kernel.jobs import Budget
from postlude.sources import api as sources
from postlude.sources.accounts import poll_due


@pytest.mark.parametrize(("given", "minutes"), [({}, 2), ({"poll_every": timedelta(minutes=5)}, 5)])
def test_it_asks_again_after_its_interval_and_not_before(
    shop: Any, given: dict[str, timedelta], minutes: int
) -> None:
    settings = {"url": shop.sandbox.url("kktix") + "/api/v2"}
    sources.define_source(shop.org.id, "kktix", settings=settings, now=shop.clock.now(), **given)
    poll_due(Budget(20))
    asked = shop.calls()
    shop.sell()
    shop.clock.advance(seconds=minutes * 60 - 30)
    poll_due(Budget(20))
    assert (asked, {}) == (shop.calls(), shop.states())
    shop.clock.advance(seconds=30)
    poll_due(Budget(20))
    assert {"paid": 1} == shop.states()


def test_a_clock_that_is_set_back_stops_no_sale(shop: Any) -> None:
    """A host that polled in another year polls again when its clock is mended, at its pace."""
    future = shop.clock.now() + timedelta(days=365)
    with kernel_clock.use(kernel_clock.FrozenClock(future)):
        poll_due(Budget(20))
    shop.sell()
    poll_due(Budget(20))
    assert {"paid": 1} == shop.states()
    asked = shop.calls()
    shop.clock.advance(seconds=30)
    poll_due(Budget(20))
    assert asked == shop.calls()
