"""Entering: candidates become people on a path, each once in their period, all in one commit."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from postlude.journeys import bookkeeping, families, marks
from postlude.journeys.models import Cycle, JourneyVersion
from postlude.journeys.paths import joining, scopes
from postlude.journeys.paths.models import Walk
from postlude.journeys.paths.types import Candidate, Once, Path, State
from postlude.kernel import ids, store, wakeup
from postlude.messages.types import Lane

_COLUMNS = (
    "id",
    "org",
    "journey",
    "version",
    "cycle",
    "contact",
    "subject",
    "conference",
    "mark",
    "lane",
    "state",
    "node",
    "since",
    "due",
    "reason",
    "done",
    "owner",
    "entered_at",
)


@dataclass(frozen=True, slots=True)
class Gate:
    """Where people enter: which version, in which cycle, as of when. `scope` names what is once."""

    org: int
    zone: str
    version: JourneyVersion
    path: Path
    cycle: int
    as_of: datetime
    lane: Lane
    scope: str


def enter(gate: Gate, candidates: Collection[Candidate], now: datetime) -> int:
    """Let them in, in the caller's transaction; return how many were passed over.

    The marks' unique keys are the guard: of the order, ticket or event (told again it starts
    nothing), and of the period. Whoever's mark is there already is passed over.
    """
    wanted, known = joining.as_they_are_now(gate.org, candidates)
    fresh = _fresh(gate, wanted, known, now)
    rows = [
        _row(gate, new, each, mark, now)
        for new, (each, mark) in zip(ids.new_ids(len(fresh)), fresh.items(), strict=True)
    ]
    if rows:
        store.insert_many(Walk, _COLUMNS, rows)
        Cycle.objects.filter(id=gate.cycle).update(entered=F("entered") + len(rows))
        place = (gate.cycle, f"{gate.path.slug}.{gate.path.nodes[0].name}")
        bookkeeping.count(gate.org, Counter({place: len(rows)}), {}, now)
        wakeup.nudge()
    return len(candidates) - len(rows)


def _fresh(
    gate: Gate, wanted: Sequence[Candidate], known: families.Families, now: datetime
) -> dict[Candidate, int]:
    """Return the marks that they now walk by."""
    once_each = gate.path.once is Once.EACH
    own = {
        each: scopes.of_subject(gate.scope, each.subject) if each.subject else gate.scope
        for each in wanted
        if each.subject or once_each
    }
    fresh = _marked(gate, own, known, now)
    if once_each:
        return fresh
    left = [each for each in wanted if each in fresh or each not in own]
    return _marked(gate, _periods(gate, left, known), known, now)


def _marked(
    gate: Gate, wanted: Mapping[Candidate, str], known: families.Families, now: datetime
) -> dict[Candidate, int]:
    """Make their marks; of two candidates with one mark the first has it."""
    by_another_name = joining.held(gate.org, gate.version.journey_id, wanted, known)
    wanted = {each: scope for each, scope in wanted.items() if each not in by_another_name}
    pairs = [(each.contact, scope) for each, scope in wanted.items()]
    journey = gate.version.journey_id
    held = marks.held(gate.org, journey, pairs)  # it spares work; the key makes sure
    fresh = marks.make(gate.org, journey, [each for each in pairs if each not in held], now)
    found = {}
    for each, scope in wanted.items():
        mark = fresh.pop((each.contact, scope), None)
        if mark is not None:
            found[each] = mark
    return found


def _periods(
    gate: Gate, candidates: Collection[Candidate], known: families.Families
) -> dict[Candidate, str]:
    last = {}
    if gate.path.once is Once.INACTIVITY:
        last = families.last_orders(gate.org, [each.contact for each in candidates], known)
    found = {}
    for each in candidates:
        scope = scopes.of_period(
            gate.path.once, as_of=gate.as_of, zone=gate.zone, last_order=last.get(each.contact)
        )
        if scope is not None:
            found[each] = scope
    return found


def _row(gate: Gate, new: int, each: Candidate, mark: int, now: datetime) -> Sequence[object]:
    return (
        new,
        gate.org,
        gate.version.journey_id,
        gate.version.id,
        gate.cycle,
        each.contact,
        each.subject,
        each.conference,
        mark,
        int(gate.lane),
        State.WALKING.value,
        gate.path.nodes[0].name,
        now,
        now,
        "",
        0,
        "",
        now,
    )
