"""What to fetch of one event, and whether its list is to be believed. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Known:
    """What we have seen of an attendee. `settled`: paid or over, so no news is awaited."""

    order_number: str
    updated_at: float
    checked_at: datetime
    settled: bool
    gone: bool


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one poll looks at again, and how much may vanish before a list is not believed."""

    unpaid: int
    rescan: int
    shrink: float
    shrink_floor: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What to fetch of one event. `suspicious` says why the list is not believed: then the
    `vanished` are not to be asked for.
    """

    new: tuple[str, ...]
    vanished: tuple[str, ...]
    again: tuple[str, ...]
    suspicious: str = ""


def plan(listed: Sequence[str], known: Mapping[str, Known], limits: Limits) -> Plan:
    """Decide what to fetch: the new, the vanished to confirm, the unpaid, the longest unchecked.

    A list that is empty, or lacks more than its share, is a list that something is wrong with:
    nobody is taken as gone because of it.
    """
    there = set(listed)
    alive = {attendee for attendee, each in known.items() if not each.gone}
    new = tuple(each for each in dict.fromkeys(listed) if each not in alive)
    vanished = tuple(sorted(alive - there))
    suspicious = _suspicious(len(there), len(vanished), len(alive), limits)
    oldest = sorted(alive & there, key=lambda attendee: (known[attendee].checked_at, attendee))
    unpaid = [each for each in oldest if not known[each].settled][: limits.unpaid]
    settled = [each for each in oldest if known[each].settled][: limits.rescan]
    return Plan(new, vanished, (*unpaid, *settled), suspicious)


def _suspicious(there: int, vanished: int, alive: int, limits: Limits) -> str:
    if vanished and not there:
        return f"the list is empty where {alive} are known"
    if vanished > max(limits.shrink_floor, limits.shrink * alive):
        return f"{vanished} of {alive} are missing at once"
    return ""
