"""Checks that walk over everything at night, a portion at a time.

A check compares what is stored with what facts say; a room brings it, as a walk of portions. Each
portion is committed with the place behind it, so that a check which was cut off, by the end of a
slice, of the night or of the process, goes on where it was, and whatever was not committed is
looked at again. A night that does not suffice is finished in the next.

A difference counts only if it is the same twice, with no news between that nobody has heeded.
"""

import json
from collections.abc import Callable, Collection, Hashable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypeVar

from postlude.kernel import boundaries, clock, ids, store, work
from postlude.kernel.models import NightCheck

NIGHT = (time(1), time(6))
"""Between these local times a check begins and goes on; the second does not belong."""
SLICE = timedelta(seconds=5)
_KEEP = timedelta(days=90)
_EXAMPLES = 5
_LONGEST_EXAMPLE = 200
D = TypeVar("D", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Portion:
    """What was looked at: `place` is where the next one begins, `differing` names what differs."""

    place: str
    looked: int
    differing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckSeen:
    """A check of one night. While it goes on, `ended_at` is None."""

    name: str
    night: date
    looked: int
    differing: int
    examples: tuple[str, ...]
    begun_at: datetime
    ended_at: datetime | None


Until = Callable[[], bool]
"""Says that there is no more time."""
Walk = Callable[[str], Iterator[Portion | None]]
"""Portions behind a place; None: news is waiting, so that this cannot be judged now."""


def is_night(local: datetime) -> bool:
    """Say whether checks run, by a wall clock. Pure."""
    return NIGHT[0] <= local.time() < NIGHT[1]


def walk(  # noqa: PLR0913 - whose, what, when, how
    org: int,
    name: str,
    portions: Walk,
    *,
    local: datetime,
    until: Until,
    whatever: bool = False,
) -> int:
    """Go on with a check, or begin the one of this night; return how much was looked at.

    `local` is the time by the organisation's clock. `whatever`: also by day, and from the
    beginning if the last one has ended.
    """
    row = _open(org, name, local, whatever=whatever)
    if row is None:
        return 0
    done = 0
    for portion in portions(row.place):
        if portion is None or not _note(row, portion):
            return done
        boundaries.crossing("kernel.night_portion")
        done += portion.looked
        if until():
            return done
    with store.write():
        NightCheck.objects.filter(id=row.id, place=row.place).update(ended_at=clock.now())
    boundaries.crossing("kernel.night_over")
    return done


def slice_of(spent: Until) -> Until:
    """Return what says that a small portion of a minute is over, or the budget is."""
    deadline = clock.monotonic() + SLICE.total_seconds()
    return lambda: spent() or clock.monotonic() >= deadline


def confirmed(org: int, consumer: str, look: Callable[[], Collection[D]]) -> tuple[D, ...] | None:
    """Return what two looks say alike; None where news of before the first is not heeded yet.

    News is published with its fact and forgotten after it was heeded, so what was known at the
    first look and is not waiting is in both sides of the second.
    """
    first = look()
    if not first:
        return ()
    if work.is_waiting(org, consumer, before=clock.now()):
        return None
    second = set(look())
    return tuple(each for each in first if each in second)


def known(org: int) -> list[CheckSeen]:
    """Return each check as it stands: the last that ended, or the one under way if that is worse.

    So a difference is known as soon as it is found, and forgotten only by a whole check without.
    """
    found: dict[str, CheckSeen] = {}
    for each in reversed(checks(org)):
        if each.ended_at is not None or each.differing or each.name not in found:
            found[each.name] = each
    return [found[name] for name in sorted(found)]


def checks(org: int, *, limit: int = 60) -> list[CheckSeen]:
    """Return the checks of the last nights, the newest first."""
    return [
        CheckSeen(
            each.name,
            each.night,
            each.looked,
            each.differing,
            tuple(json.loads(each.examples or "[]")),
            each.begun_at,
            each.ended_at,
        )
        for each in NightCheck.objects.filter(org=org).order_by("-night", "-id")[:limit]
    ]


def forget(now: datetime) -> int:
    """Delete checks of more than 90 days ago; return how many."""
    with store.write():
        return NightCheck.objects.filter(begun_at__lt=now - _KEEP).delete()[0]


def _open(org: int, name: str, local: datetime, *, whatever: bool) -> NightCheck | None:
    """Return the check to go on with; None where there is none to do now."""
    if not (whatever or is_night(local)):
        return None
    last = NightCheck.objects.filter(org=org, name=name).order_by("-night").first()
    if last is not None and last.ended_at is None:
        # Somebody who asks by day has mended what was found: it is looked at again.
        return _again(last, clock.now()) if whatever and last.differing else last
    night, now = local.date(), clock.now()
    if last is not None and last.night >= night:
        return _again(last, now) if whatever else None
    with store.write():
        store.insert_ignore(
            NightCheck,
            ("id", "org", "name", "night", "place", "looked", "differing", "examples", "begun_at"),
            [(ids.new_id(), org, name, night, "", 0, 0, "", now)],
            conflict=("org", "name", "night"),
        )
    return NightCheck.objects.get(org=org, name=name, night=night)


def _again(row: NightCheck, now: datetime) -> NightCheck:
    row.place, row.looked, row.differing, row.examples = "", 0, 0, ""
    row.begun_at, row.looked_at, row.ended_at = now, None, None
    with store.write():
        row.save()
    return row


def _note(row: NightCheck, portion: Portion) -> bool:
    """Commit a portion with the place behind it; False where somebody else has gone on."""
    examples = json.loads(row.examples or "[]")
    examples += [each[:_LONGEST_EXAMPLE] for each in portion.differing]
    said = {
        "place": portion.place,
        "looked": row.looked + portion.looked,
        "differing": row.differing + len(portion.differing),
        "examples": json.dumps(examples[:_EXAMPLES], ensure_ascii=False),
        "looked_at": clock.now(),
    }
    with store.write():
        here = NightCheck.objects.filter(id=row.id, place=row.place, ended_at=None)
        taken = here.update(**said)
    for name, value in said.items():
        setattr(row, name, value)
    return bool(taken)
