"""Sending what a notice has enqueued: the delivery loop, the form gateway's channel, and the sink.

Runs inside a process that holds a database of `benchmarks/journeys.py`.
"""

import os
import time
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from text_sink import Sink

_PLACE = "POSTLUDE_BENCHMARK_SINK"
_SLICE_S = 0.5
_LONGEST_S = 600.0


def ensure_sender(org: int) -> None:
    """A sender whose own limits are never what bounds."""
    from postlude.messages import api as messages

    settings = {"url": f"${{{_PLACE}}}", "key": "benchmark"}
    messages.ensure_sender(org, "texts", "form_gateway", settings=settings, rate=1_000_000)


def delivered(org: int, most: int, sink: Sink, begin: datetime) -> dict[str, Any]:
    """Send at least `most` texts, or all there are, and return what it took.

    One thread looks for work as a worker does, the channel's own threads hold the connections.
    Raises AssertionError unless the sink has each text once and every one of them is `accepted`.
    """
    os.environ[_PLACE] = sink.url
    from postlude.channels import api as channels
    from postlude.kernel import clock, jobs

    with clock.use(_Since(begin)):
        began, busy = time.monotonic(), time.process_time()
        while sink.seen().texts < most and time.monotonic() < began + _LONGEST_S:
            if not channels.deliver(jobs.Budget(_SLICE_S)):
                break
        took, used = time.monotonic() - began, time.process_time() - busy
    arrived = sink.texts()
    _check(org, arrived)
    return {
        "delivered": len(arrived),
        "per_s": round(len(arrived) / took),
        "per_cpu_s": round(len(arrived) / used),
        "took_s": took,
        "sink_cpu_s": sink.seen().cpu_s,
    }


def _check(org: int, arrived: Sequence[tuple[str, str]]) -> None:
    from postlude.messages.models import Message, Outbox
    from postlude.people.models import Address

    states = Counter(Message.objects.filter(org=org).values_list("state", flat=True))
    assert states["accepted"] == len(arrived) > 0, (states, len(arrived))
    # The others wait as before: none is on the wire, or of unknown fate.
    assert states.total() == states["accepted"] + states["queued"], states
    assert states["queued"] == Outbox.objects.filter(phase="queued").count(), states
    accepted = Message.objects.filter(org=org, state="accepted").values("address")
    addresses = Address.objects.filter(id__in=accepted).values_list("value", flat=True)
    phones = {f"8{phone[2:]}" for phone in addresses}
    assert phones == {phone for phone, _ in arrived}, "other phones than the messages'"
    assert len(phones) == len(arrived), "somebody heard twice"
    assert all("бонусов" in text for _, text in arrived), "a text without its words"


class _Since:
    """Business time that goes on from an instant: the day of a benchmark is always the same."""

    def __init__(self, begin: datetime) -> None:
        self._offset = begin - datetime.now(UTC)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset
