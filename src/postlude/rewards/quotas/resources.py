"""From the names of resources to their counters in the windows of this moment."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import F

from postlude.kernel import ids, store
from postlude.orgs import api as orgs
from postlude.rewards.models import Counter, Quota
from postlude.rewards.quotas.windows import label
from postlude.rewards.reserving.deciding import Resource
from postlude.rewards.types.quotas import Window
from postlude.rewards.types.reservations import Reason

_DEFINED = """
    SELECT q.kind, q.key, q.id, q.per_person, q.open, q.closes_at, q."window", q.most,
        c.id, c.most - c.used
    FROM rewards_quota q
    LEFT JOIN rewards_counter c ON c.org_id = q.org_id AND c.quota_id = q.id AND c."window" = ''
    WHERE q.org_id = %s AND q.key IN ({marks})
"""


@dataclass(slots=True)
class Scene:
    """The resources that some claims name, and how much was left of each counter at one instant.

    It was read without a lock: good enough to refuse by, since it was so, never to give by.
    """

    resources: dict[str, Resource] = field(default_factory=dict)
    left: dict[int, int] = field(default_factory=dict)


def read(org: int, names: Iterable[str], now: datetime, *, make: bool) -> Scene:
    """Find resources; `make` makes the counter of a window that has just begun.

    Without it such a counter has the negative id of its quota, for looking only.
    """
    wanted = set(names)
    scene = Scene()
    if wanted:
        keys = sorted({name.partition(":")[2] for name in wanted})
        sql = _DEFINED.replace("{marks}", store.marks(keys))
        for row in store.rows_sql(sql, [org, *keys]):
            name = f"{row[0]}:{row[1]}"
            if name in wanted:
                _add(scene, org, name, row, now, make=make)
    for name in wanted - scene.resources.keys():
        scene.resources[name] = Resource(name, 0, 0, None, Reason.UNKNOWN_RESOURCE)
    return scene


def _add(  # noqa: PLR0913 - a row and where it belongs
    scene: Scene, org: int, name: str, row: tuple[Any, ...], now: datetime, *, make: bool
) -> None:
    _, _, quota, per_person, is_open, closes_at, window, most, counter, left = row
    if not is_open or (closes_at is not None and store.known_instant(closes_at) <= now):
        scene.resources[name] = Resource(name, 0, quota, per_person, Reason.OFFLINE)
        return
    lasting = counter is not None
    if not lasting:
        counter, left = _in_window(org, quota, Window(window), most, now, make=make)
    scene.resources[name] = Resource(name, counter, quota, per_person, lasting=lasting)
    scene.left[counter] = left


def _in_window(  # noqa: PLR0913 - what a counter is made of
    org: int, quota: int, window: Window, most: int, now: datetime, *, make: bool
) -> tuple[int, int]:
    wanted = label(window, orgs.local_day(org, now))
    found = _counter(org, quota, wanted)
    if found is None and make:
        begin(org, quota, wanted)
        found = _counter(org, quota, wanted)
    return found or (-quota, most)


def _counter(org: int, quota: int, window: str) -> tuple[int, int] | None:
    row = Counter.objects.filter(org=org, quota=quota, window=window).values_list(
        "id", "most", "used"
    )
    return next(((number, most - used) for number, most, used in row), None)


def used(org: int, quota: int, window: Window, now: datetime) -> int:
    """Return how much of a quota is used in the window of this moment."""
    wanted = label(window, orgs.local_day(org, now))
    found = Counter.objects.filter(org=org, quota=quota, window=wanted).values_list("used")
    return next((each for (each,) in found), 0)


def begin(org: int, quota: int, window: str) -> None:
    """Make the counter of a window, unless it is there.

    Touching the definition first waits for whoever changes the limit, and makes them wait for us:
    a counter never begins with a limit that has just been replaced.
    """
    Quota.objects.filter(id=quota).update(most=F("most"))
    most = Quota.objects.values_list("most", flat=True).get(id=quota)
    store.insert_ignore(
        Counter,
        ("id", "org", "quota", "window", "most", "ceiling", "used"),
        [(ids.new_id(), org, quota, window, most, most, 0)],
        conflict=("org", "quota", "window"),
    )
