"""Prometheus metrics, from the database at each scrape: right with any number of processes."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from postlude.access import api as access
from postlude.collector import api as collector
from postlude.console.readings.board import board
from postlude.console.readings.queries import rows
from postlude.kernel import nightly, work
from postlude.orders import api as orders
from postlude.orgs import api as orgs
from postlude.orgs.types import OrgRef
from postlude.sources import api as sources

BUCKETS = (0.5, 1, 2, 5, 10, 30, 60, 120, 300, 900, 3_600)


def scrape(now: datetime) -> bytes:
    """Return the text that Prometheus reads."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Database(now))
    return generate_latest(registry)


class _Database(Collector):
    def __init__(self, now: datetime) -> None:
        self._now = now

    def collect(self) -> Iterable[Metric]:
        everyone = orgs.all_orgs()
        yield _sale_to_invitation(everyone)
        yield from _backlog(self._now)
        yield _by_state("postlude_outbox", "Messages on their way out", "count_outbox", everyone)
        yield _by_state("postlude_messages", "Messages by state", "count_messages", everyone)
        yield from _sources(everyone, self._now)
        yield from _hits()
        yield from _checks(everyone, self._now)
        yield _access(everyone)
        yield _provider_errors(everyone)


def _sale_to_invitation(everyone: list[OrgRef]) -> Metric:
    metric = HistogramMetricFamily(
        "postlude_sale_to_invitation_seconds",
        "Seconds from a sale to the provider's yes to its invitation",
        labels=["org"],
    )
    for org in everyone:
        counts, total = [0] * (len(BUCKETS) + 1), 0.0
        for seconds in _waits(org):
            counts[bisect_left(BUCKETS, seconds)] += 1
            total += seconds
        buckets, running = [], 0
        for bound, count in zip((*BUCKETS, float("inf")), counts, strict=True):
            running += count
            buckets.append(("+Inf" if bound == float("inf") else str(float(bound)), running))
        metric.add_metric([org.slug], buckets, total)
    return metric


def _waits(org: OrgRef) -> Iterator[float]:
    for conference in orders.conferences(org.id):
        for buyer in board(org.id, conference.id).buyers.values():
            if buyer.seconds is not None:
                yield buyer.seconds


def _backlog(now: datetime) -> Iterator[Metric]:
    count = GaugeMetricFamily("postlude_backlog_rows", "Work that waits", labels=["consumer"])
    oldest = GaugeMetricFamily(
        "postlude_backlog_oldest_seconds", "Age of the oldest work that waits", labels=["consumer"]
    )
    for consumer, (waiting, since) in work.backlog().items():
        count.add_metric([consumer], waiting)
        oldest.add_metric([consumer], max(0.0, (now - since).total_seconds()))
    yield count
    yield oldest


def _by_state(name: str, words: str, query: str, everyone: list[OrgRef]) -> Metric:
    metric = GaugeMetricFamily(name, words, labels=["org", "state"])
    for org in everyone:
        for state, count in rows(query, (org.id,)):
            metric.add_metric([org.slug, state], count)
    return metric


def _sources(everyone: list[OrgRef], now: datetime) -> Iterator[Metric]:
    lag = GaugeMetricFamily(
        "postlude_source_lag_seconds", "Seconds since a source was heard", labels=["org", "source"]
    )
    failures = GaugeMetricFamily(
        "postlude_source_failures", "Polls that failed in a row", labels=["org", "source"]
    )
    for org in everyone:
        for each in sources.status(org.id, now=now):
            failures.add_metric([org.slug, each.slug], each.failures)
            if each.last_success_at is not None:
                seconds = max(0.0, (now - each.last_success_at).total_seconds())
                lag.add_metric([org.slug, each.slug], seconds)
    yield lag
    yield failures


def _hits() -> Iterator[Metric]:
    yield GaugeMetricFamily(
        "postlude_hits_waiting", "Hits put aside in a rush, to be taken in", collector.waiting()
    )
    yield GaugeMetricFamily(
        "postlude_hits_left_lying", "Hits that could not be taken in", collector.left_lying()
    )


def _checks(everyone: list[OrgRef], now: datetime) -> Iterator[Metric]:
    differ = GaugeMetricFamily(
        "postlude_check_differences",
        "Differences that the check of the night found",
        labels=["org", "check"],
    )
    age = GaugeMetricFamily(
        "postlude_check_age_seconds",
        "Seconds since a check of the night ended",
        labels=["org", "check"],
    )
    for org in everyone:
        for each in nightly.known(org.id):
            differ.add_metric([org.slug, each.name], each.differing)
        ends: dict[str, datetime] = {}
        for each in nightly.checks(org.id):
            if each.ended_at is not None:
                ends[each.name] = max(each.ended_at, ends.get(each.name, each.ended_at))
        for name, ended in sorted(ends.items()):
            age.add_metric([org.slug, name], max(0.0, (now - ended).total_seconds()))
    yield differ
    yield age


def _access(everyone: list[OrgRef]) -> Metric:
    metric = GaugeMetricFamily(
        "postlude_access_failing",
        "People whom a provider that fails has not let in",
        labels=["org", "resource", "refused"],
    )
    for org in everyone:
        for each in access.failures(org.id):
            refused = "yes" if each.refused else "no"
            metric.add_metric([org.slug, each.resource, refused], each.grants)
    return metric


def _provider_errors(everyone: list[OrgRef]) -> Metric:
    metric = CounterMetricFamily(
        "postlude_provider_errors",
        "What providers turned down or left unanswered",
        labels=["org", "channel", "kind"],
    )
    for org in everyone:
        for channel, kind, count in rows("count_errors", (org.id,)):
            metric.add_metric([org.slug, channel, kind], count)
    return metric
