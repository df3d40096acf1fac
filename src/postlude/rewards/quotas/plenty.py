"""Resources of which there was plenty lately, by this process: a hint, and never more.

Whoever goes by it takes with `TAKE`, whose guard asks again in the same transaction.
"""

from dataclasses import dataclass

from postlude.rewards.quotas.resources import Scene

_MOST = 10_000
# What a hint cannot know is asked here: open, no cap for each person, and room for all of it.
TAKE = """
    UPDATE rewards_counter SET used = used + %s
    WHERE id = %s AND used + %s <= most AND org_id = %s AND "window" = '' AND EXISTS (
        SELECT 1 FROM rewards_quota q
        WHERE q.id = rewards_counter.quota_id AND q.open AND q.per_person IS NULL
            AND (q.closes_at IS NULL OR q.closes_at > %s)
    )
"""


@dataclass(slots=True)
class Hint:
    """The counter of a resource, and about how much is left of it."""

    counter: int
    left: int


_hints: dict[tuple[int, str], Hint] = {}


def of(org: int, name: str) -> Hint | None:
    return _hints.get((org, name))


def forget(org: int, name: str) -> None:
    _hints.pop((org, name), None)


def note(org: int, scene: Scene) -> None:
    """Remember what was read of resources whose counter stays the same and asks nobody's name."""
    if len(_hints) > _MOST:
        _hints.clear()
    for name, resource in scene.resources.items():
        if resource.lasting and resource.per_person is None and scene.left[resource.counter] > 0:
            _hints[org, name] = Hint(resource.counter, scene.left[resource.counter])
