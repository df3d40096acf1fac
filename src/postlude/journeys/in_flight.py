"""Who is in flight: they stay on the version by which they entered, whatever is applied."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from postlude.journeys.models import Cycle
from postlude.kernel import store
from postlude.messages import api as messages

_CHUNK = 5_000
_MEMBERS = """
SELECT j.slug, v.number, COUNT(*) FROM journeys_member m
JOIN journeys_version v ON v.id = m.version_id JOIN journeys_journey j ON j.id = v.journey_id
WHERE m.org_id = %s AND m.state IN ('ready', 'waiting') GROUP BY j.slug, v.number
"""
_WALKS = """
SELECT j.slug, v.number, COUNT(*) FROM journeys_walk w
JOIN journeys_version v ON v.id = w.version_id JOIN journeys_journey j ON j.id = w.journey_id
WHERE w.org_id = %s AND w.state = 'walking' GROUP BY j.slug, v.number
"""
_RUNS = """
SELECT j.slug, v.number, COUNT(*),
CAST(SUM(r.frozen - r.passed_over - c.entered) AS bigint),
CAST(SUM((SELECT COUNT(*) FROM journeys_portion p WHERE p.run_id = r.id)) AS bigint)
FROM journeys_run r JOIN journeys_version v ON v.id = r.version_id
JOIN journeys_journey j ON j.id = r.journey_id JOIN journeys_cycle c ON c.id = r.cycle_id
WHERE r.org_id = %s AND r.finished_at IS NULL GROUP BY j.slug, v.number
"""


@dataclass(slots=True)
class _Counts:
    runs: int = 0
    undecided: int = 0
    portions: int = 0
    members: int = 0
    queued: int = 0


@dataclass(frozen=True, slots=True)
class InFlight:
    """What a version still has to do: open `runs` with people in `portions` who are `undecided`,
    `members` who stand at a node, and messages that wait in the queue.
    """

    version: int
    runs: int
    undecided: int
    portions: int
    members: int
    queued: int


def in_flight(org: int) -> dict[str, tuple[InFlight, ...]]:
    """Return what is under way of each journey and notice, by slug; oldest version first."""
    found: dict[tuple[str, int], _Counts] = defaultdict(_Counts)
    for query in (_MEMBERS, _WALKS):
        for slug, number, members in store.rows_sql(query, [org]):
            found[slug, number].members += members
    for slug, number, runs, undecided, portions in store.rows_sql(_RUNS, [org]):
        it = found[slug, number]
        it.runs, it.undecided, it.portions = runs, undecided, portions
    queued = messages.queued_by_cycle(org)
    for cycle, slug, number in _versions(org, queued):
        found[slug, number].queued += queued[cycle]
    by_slug: dict[str, list[InFlight]] = defaultdict(list)
    for (slug, number), it in sorted(found.items()):
        counts = (it.runs, it.undecided, it.portions, it.members, it.queued)
        by_slug[slug].append(InFlight(number, *counts))
    return {slug: tuple(each) for slug, each in by_slug.items()}


def _versions(org: int, cycles: Iterable[int]) -> list[tuple[int, str, int]]:
    found: list[tuple[int, str, int]] = []
    for some in store.chunks(sorted(cycles), _CHUNK):
        rows = Cycle.objects.filter(org=org, id__in=some)
        found += rows.values_list("id", "journey__slug", "version__number")
    return found
