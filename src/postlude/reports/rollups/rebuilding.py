"""Every cell again, and every cell compared: by the same count as after news."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial

from postlude.kernel import boundaries, store
from postlude.kernel.jobs import Budget
from postlude.reports.models import Cell, Count, People, Rebuild, Sent
from postlude.reports.queries import ask
from postlude.reports.rollups.ahead import in_turn
from postlude.reports.rollups.bitmaps import load
from postlude.reports.rollups.folding import Blobs, CountKey, Figures, PeopleKey, unpacked
from postlude.reports.rollups.refreshing import Counted, Look, count, kept_from, look, refresh
from postlude.reports.rollups.types import KINDS

SPAN = timedelta(days=366)
"""How many days of a node are read and written at once."""
HANDS = 2
"""How many threads read ahead where nobody else is to be spared: in a command."""
Tell = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Part:
    """Some days of a node, both ends included."""

    node: str
    since: date
    until: date

    @property
    def name(self) -> str:
        """Return what it is called where a rebuild says how far it is."""
        return f"{self.since.isoformat()}|{self.node}"


@dataclass(frozen=True, slots=True)
class Difference:
    """What a rollup says and facts do not, or the other way round; None where there is nothing."""

    node: str
    day: date
    what: str
    rollup: int | None
    facts: int | None


def parts(org: int) -> list[Part]:
    """Return everything that there is to count, in the order in which it is counted."""
    ends: dict[str, tuple[date, date]] = {}
    rows = [
        (node, date.fromisoformat(first), date.fromisoformat(last))
        for node, first, last in ask("list_counted_nodes", {"org": org})
    ]
    rows += [
        (node, day, day) for node, day in Cell.objects.filter(org=org).values_list("node", "day")
    ]
    for node, first, last in rows:
        known = ends.get(node, (first, last))
        ends[node] = (min(first, known[0]), max(last, known[1]))
    return [each for node in sorted(ends) for each in _cut(node, *ends[node])]


def rebuild(
    org: int, *, again: bool = False, tell: Tell | None = None, hands: int = 0
) -> Iterator[Part]:
    """Count everything again; yield each part when it is committed.

    One that was cut off goes on where it was, but for `again`. Where everything is asked to be
    counted anew meanwhile (`begin_anew`), it begins anew. `tell` is told how many parts of how many
    are done. `hands` threads read the next parts meanwhile.
    """
    with store.write():
        row, _ = Rebuild.objects.get_or_create(org_id=org)
        if again and row.done_to:
            Rebuild.objects.filter(org=org).update(done_to="")
    while True:
        every = parts(org)
        try:
            yield from _from_where_it_was(org, every, tell, hands)
        except _SaidOtherwise:
            continue
        with store.write():
            last = every[-1].name if every else ""
            ended = Rebuild.objects.filter(org=org, done_to=last).delete()[0]
        if ended or not Rebuild.objects.filter(org=org).exists():
            break
    boundaries.crossing("reports.rebuilt")


class _SaidOtherwise(Exception):
    """Somebody else has written down how far a rebuild is, or that it begins anew."""


def _from_where_it_was(
    org: int, every: list[Part], tell: Tell | None, hands: int
) -> Iterator[Part]:
    def read(part: Part) -> Look:
        return look(org, part.node, part.since, part.until)

    before = Rebuild.objects.filter(org=org).values_list("done_to", flat=True).first() or ""
    names = [each.name for each in every]
    begin = names.index(before) + 1 if before in names else 0
    for done, (part, seen) in enumerate(in_turn(every[begin:], read, hands=hands), begin + 1):
        # Read before somebody asked for all to be counted anew, it may be what was right till then.
        so_far = partial(_go_on, org, before, part.name)
        refresh(org, part.node, part.since, part.until, also=so_far, seen=seen)
        boundaries.crossing("reports.rebuilt_part")
        if tell is not None:
            tell(done, len(every))
        before = part.name
        yield part


def _go_on(org: int, before: str, done_to: str) -> None:
    if not Rebuild.objects.filter(org=org, done_to=before).update(done_to=done_to):
        raise _SaidOtherwise


def begin_anew(org: int) -> None:
    """Let everything be counted again, from the first part on; `resume` does it."""
    with store.write():
        Rebuild.objects.update_or_create(org_id=org, defaults={"done_to": ""})
    boundaries.crossing("reports.rebuild_asked")


def resume(budget: Budget) -> int:
    """Go on with the rebuilds that were begun; return how many parts were counted again."""
    done = 0
    for org in list(Rebuild.objects.order_by("org").values_list("org", flat=True)):
        for _ in rebuild(org):
            done += 1
            if budget.spent():
                return done
    return done


def differences(org: int, *, tell: Tell | None = None) -> Iterator[Difference]:
    """Compare each cell with its facts; yield what is not the same."""
    every = parts(org)
    for done, each in enumerate(every, start=1):
        yield from compare(each.node, *both(org, each))
        if tell is not None:
            tell(done, len(every))


def both(org: int, part: Part) -> tuple[Counted, Counted]:
    """Return what the rollups say of a part, and what facts say."""
    while True:
        kept = kept_from(org)
        found = stored(org, part), count(org, part.node, part.since, part.until)
        if kept_from(org) == kept:
            return found


def stored(org: int, part: Part) -> Counted:
    """Return what the rollups say; of who was seen on days that are final, nothing."""
    here = {"org": org, "node": part.node, "day__range": (part.since, part.until)}
    counts: dict[CountKey, Figures] = {
        CountKey(*row[:6]): (row[6], row[7], row[8], row[9], row[10], row[11])
        for row in Count.objects.filter(**here).values_list(
            *("day", "channel", "journey", "template", "testing", "what", "n", "reported"),
            *("segments", "cost", "priced", "priced_segments"),
        )
    }
    sent = {
        (row[0], row[1]): bytes(row[2])
        for row in Sent.objects.filter(**here).values_list("day", "channel", "cycles")
    }
    people: dict[PeopleKey, Blobs] = {
        PeopleKey(*row[:4]): tuple(None if each is None else bytes(each) for each in row[4:])
        for row in People.objects.filter(**here, day__gte=kept_from(org)).values_list(
            "day", "channel", "template", "cycle", *KINDS
        )
    }
    return Counted(counts, sent, people)


def compare(node: str, rollup: Counted, facts: Counted) -> Iterator[Difference]:
    """Yield the differences between what is stored and what was counted."""
    for key in sorted({*rollup.counts, *facts.counts}):
        left, right = rollup.counts.get(key), facts.counts.get(key)
        if left != right:
            name = f"{key.channel} {key.what}"
            yield Difference(node, key.day, name, left and left[0], right and right[0])
    for day, channel in sorted({*rollup.sent, *facts.sent}):
        one, other = rollup.sent.get((day, channel)), facts.sent.get((day, channel))
        if one != other:
            yield Difference(node, day, f"{channel} cycles", _cycles(one), _cycles(other))
    nobody: Blobs = (None,) * len(KINDS)
    for place in sorted({*rollup.people, *facts.people}):
        here, there = rollup.people.get(place, nobody), facts.people.get(place, nobody)
        for kind, before, now in zip(KINDS, here, there, strict=True):
            if before != now:
                yield Difference(
                    node, place.day, f"{place.channel} {kind}", _size(before), _size(now)
                )


def _cut(node: str, first: date, last: date) -> Iterator[Part]:
    while first <= last:
        end = min(first + SPAN - timedelta(days=1), last)
        yield Part(node, first, end)
        first = end + timedelta(days=1)


def _cycles(raw: bytes | None) -> int | None:
    return None if raw is None else len(unpacked(raw))


def _size(raw: bytes | None) -> int | None:
    return None if raw is None else len(load(raw))
