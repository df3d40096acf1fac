"""Reading paths, for the command line and the console."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count, Sum

from postlude.journeys import publishing as versions
from postlude.journeys.models import Cycle, JourneyVersion, NodeExecution, SendAttempt, Walk
from postlude.journeys.paths import definitions, publishing, wording
from postlude.journeys.paths.figures import PathFact, StepFact, VersionFact, WalkFact
from postlude.journeys.paths.types import End, News, Node, Path, State
from postlude.journeys.recurring import timetables
from postlude.journeys.recurring.batch import BLOCKED, HELD_OUT, WAITING

_UNKNOWN = "unknown"


def paths(org: int) -> list[PathFact]:
    """Return every path by its newest version, active or not, by slug."""
    rows = JourneyVersion.objects.filter(org=org, journey__trigger=versions.STEPS)
    newest = {row.journey_id: row for row in rows.select_related("journey").order_by("number")}
    states: dict[int, Counter[str]] = defaultdict(Counter)
    walks = Walk.objects.filter(org=org).values("journey", "state").annotate(n=Count("id"))
    for each in walks.order_by():
        states[each["journey"]][each["state"]] = each["n"]
    found = [_path(row, states[row.journey_id]) for row in newest.values()]
    return sorted(found, key=lambda each: each.slug)


def path_versions(org: int, slug: str) -> list[VersionFact]:
    """Return the newest version of a path and those by which anybody came; raise NotFound."""
    newest = publishing.newest(org, slug)
    rows = JourneyVersion.objects.filter(org=org, journey=newest.journey_id).order_by("-number")
    found = [_version(org, row) for row in rows if definitions.is_path(row.definition)]
    return [each for each in found if each.entered or each.number == newest.number]


def walks_of(org: int, contacts: Sequence[int]) -> list[WalkFact]:
    """Return where these contacts are or were on paths, the newest first."""
    rows = Walk.objects.filter(org=org, contact__in=contacts).order_by("-id")
    values = rows.values_list(
        "journey__slug",
        "version__number",
        "contact",
        "state",
        "node",
        "since",
        "due",
        "reason",
        "entered_at",
        "ended_at",
    )
    return [WalkFact(*row) for row in values]


def begins(path: Path) -> str:
    """Say what starts a path, as a playbook does."""
    if not isinstance(path.trigger, News):
        newly = ", newly" if path.trigger.newly else ""
        return f"{timetables.words(path.trigger.timetable)}{newly}"
    return wording.happening(path.trigger.what)


def _path(row: JourneyVersion, states: Counter[str]) -> PathFact:
    path, journey = definitions.from_json(row.definition), row.journey
    return PathFact(
        slug=journey.slug,
        title=journey.title,
        folder=journey.folder,
        begins=begins(path),
        once_per=path.once.value,
        version=row.number,
        active=journey.active,
        paused_at=journey.paused_at,
        entered=states.total(),
        walking=states[State.WALKING],
        goal=states[State.GOAL],
    )


def _version(org: int, row: JourneyVersion) -> VersionFact:
    path = definitions.from_json(row.definition)
    books, stand = _books(org, row), _stand(org, row)
    states: Counter[str] = Counter()
    for (_, state), count in stand.items():
        states[state] += count
    return VersionFact(
        number=row.number,
        entered=states.total(),
        walking=states[State.WALKING],
        done=states[State.DONE],
        stopped=states[State.STOPPED],
        goal=states[State.GOAL],
        steps=tuple(_step(path, node, books, stand) for node in path.nodes),
    )


def _step(
    path: Path,
    node: Node,
    books: Mapping[str, Counter[tuple[str, str]]],
    stand: Mapping[tuple[str, str], int],
) -> StepFact:
    mine = books.get(f"{path.slug}.{node.name}", Counter())
    tried: Counter[str] = Counter()
    for (outcome, reason), count in mine.items():
        unsure = outcome == WAITING and reason == _UNKNOWN
        tried[_UNKNOWN if unsure else outcome] += count
    return StepFact(
        name=node.name,
        does=node.does,
        leads_to=definitions.nexts(node),
        says=wording.says(node),
        ways=wording.ways(node),
        entered=tried["entered"],
        passed=tried["passed"],
        waiting=tried[WAITING] + stand.get((node.name, State.WALKING), 0),
        sent=tried["sent"],
        failed=tried["failed"],
        unknown=tried[_UNKNOWN],
        held_out=tried[HELD_OUT],
        blocked={why: n for (outcome, why), n in sorted(mine.items()) if outcome == BLOCKED},
        ended=stand.get((node.name, State.DONE), 0) if isinstance(node, End) else 0,
        goal=stand.get((node.name, State.GOAL), 0),
    )


def _books(org: int, row: JourneyVersion) -> dict[str, Counter[tuple[str, str]]]:
    """Count by node: (entered, ""), (passed, ""), and each (outcome, reason)."""
    found: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    cycles = Cycle.objects.filter(org=org, journey=row.journey_id, version=row)
    executions = NodeExecution.objects.filter(org=org, cycle__in=cycles.values("id"))
    counts: Any = executions.values("node").annotate(came=Sum("entered"), went=Sum("passed"))
    for each in counts.order_by():
        found[each["node"]]["entered", ""] = each["came"]
        found[each["node"]]["passed", ""] = each["went"]
    attempts = SendAttempt.objects.filter(org=org, execution__in=executions.values("id"))
    tried = attempts.values("execution__node", "outcome", "reason").annotate(n=Count("id"))
    for each in tried.order_by():
        found[each["execution__node"]][each["outcome"], each["reason"]] += each["n"]
    return found


def _stand(org: int, row: JourneyVersion) -> dict[tuple[str, str], int]:
    walks = Walk.objects.filter(org=org, journey=row.journey_id, version=row)
    found = walks.values("node", "state").annotate(n=Count("id")).order_by()
    return {(each["node"], each["state"]): each["n"] for each in found}
