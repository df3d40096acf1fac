"""Each test is watched for writes that jump the queue and for calls inside a transaction."""

from typing import Any

import httpx
import pytest

from postlude.kernel import clock as kernel_clock
from postlude.kernel import http, store
from postlude.people import recording

NOBODY = "http://127.0.0.1:9"


def test_a_write_outside_the_queue_is_seen(
    org: Any, clock: kernel_clock.FrozenClock, breaches: list[str]
) -> None:
    with store.write():
        recording.resolve_warnings(org.id, [1], now=clock.now())
    assert [] == breaches
    recording.resolve_warnings(org.id, [1], now=clock.now())
    (breach,) = breaches
    assert "people/recording.py" in breach
    breaches.clear()


def test_a_call_inside_a_transaction_is_seen(breaches: list[str]) -> None:
    with pytest.raises(httpx.ConnectError):
        http.client().get(NOBODY)
    assert [] == breaches
    with store.write(), pytest.raises(httpx.ConnectError):
        http.client().get(NOBODY)
    assert breaches
    breaches.clear()
