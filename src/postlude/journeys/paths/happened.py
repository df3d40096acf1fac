"""For whom of some walkers something has happened by now."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime

from postlude.journeys import families
from postlude.journeys.paths import hearing
from postlude.journeys.paths.definitions import fits
from postlude.journeys.paths.types import Happening, Heard
from postlude.journeys.paths.walkers import Walker
from postlude.people import api as people


def happened(
    org: int, what: Happening, walkers: Mapping[int, Walker], since: Mapping[int, datetime]
) -> set[int]:
    """Return the walks of people to whom it has happened since then, whoever they were called.

    `since` is of each walk. What they entered for themselves is not meant.
    """
    if not walkers:
        return set()
    head = people.canonical(org, {each.contact for each in walkers.values()})
    names = families.heads_of(people.families(org, set(head.values())))
    heard: dict[int, list[Heard]] = defaultdict(list)
    for each in hearing.since(org, what, list(names), min(since.values())):
        if fits(what, each):
            heard[names.get(each.contact, each.contact)].append(each)
    return {
        number
        for number, walker in walkers.items()
        if any(
            each.at >= since[number] and each.subject != walker.subject
            for each in heard[head[walker.contact]]
        )
    }
