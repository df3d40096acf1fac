"""Node executions, attempts and blocks: what each node did, so that the sums can be checked."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from postlude.journeys.models import NodeExecution, SendAttempt, SendBlock
from postlude.kernel import ids, store

Place = tuple[int, str]  # cycle, node


@dataclass(frozen=True, slots=True)
class Tried:
    """One node and one contact (`subject`: one order of theirs); the newest outcome counts."""

    place: Place
    contact: int
    outcome: str
    reason: str = ""
    message: int | None = None
    subject: int = 0


def count(
    org: int, entered: Mapping[Place, int], passed: Mapping[Place, int], now: datetime
) -> dict[Place, int]:
    """Add to the counters of executions, making those that are not there; return their ids."""
    places = sorted({*entered, *passed})
    for chunk in store.chunks(places, 1_000):
        rows = ", ".join(["(%s, %s, %s, %s, %s, %s, %s)"] * len(chunk))
        values: list[object] = []
        for new, place in zip(ids.new_ids(len(chunk)), chunk, strict=True):
            values += [new, org, *place, entered.get(place, 0), passed.get(place, 0), now]
        store.execute(
            "INSERT INTO journeys_nodeexecution "  # noqa: S608 - our own SQL
            "(id, org_id, cycle_id, node, entered, passed, started_at) "
            f"VALUES {rows} ON CONFLICT (org_id, cycle_id, node) DO UPDATE SET "
            "entered = journeys_nodeexecution.entered + excluded.entered, "
            "passed = journeys_nodeexecution.passed + excluded.passed",
            values,
        )
    return executions(org, places)


def executions(org: int, places: Iterable[Place]) -> dict[Place, int]:
    """Return the ids of executions."""
    found: dict[Place, int] = {}
    for chunk in store.chunks(sorted({cycle for cycle, _ in places}), 500):
        rows = NodeExecution.objects.filter(org=org, cycle__in=chunk)
        for number, cycle, node in rows.values_list("id", "cycle", "node"):
            found[cycle, node] = number
    return found


def note(org: int, tried: Sequence[Tried], executions: Mapping[Place, int], now: datetime) -> None:
    """Write attempts, the newest outcome over an older one, and the blocks that follow."""
    for chunk in store.chunks(tried, 1_000):
        rows = ", ".join(["(%s, %s, %s, %s, %s, %s, %s, %s, %s)"] * len(chunk))
        values: list[object] = []
        for new, each in zip(ids.new_ids(len(chunk)), chunk, strict=True):
            at = executions[each.place]
            values += [
                new,
                org,
                at,
                each.contact,
                each.subject,
                each.outcome,
                each.reason[:100],
                each.message,
                now,
            ]
        store.execute(
            "INSERT INTO journeys_sendattempt "  # noqa: S608 - our own SQL
            "(id, org_id, execution_id, contact, subject, outcome, reason, message, at) "
            f"VALUES {rows} ON CONFLICT (org_id, execution_id, contact, subject) DO UPDATE SET "
            "outcome = excluded.outcome, reason = excluded.reason, "
            "message = excluded.message, at = excluded.at",
            values,
        )
    changed = {executions[each.place] for each in tried if each.outcome in {"blocked", "passed"}}
    recount_blocks(org, changed, now)


def add_blocks(org: int, execution: int, added: Mapping[str, int], now: datetime) -> None:
    """Add to an execution's blocks, whose row the caller has written to and so locked."""
    if not added:
        return
    row = SendBlock.objects.filter(org=org, execution=execution).first()
    before = row.reasons if row is not None else {}
    reasons = {
        reason: before.get(reason, 0) + added.get(reason, 0) for reason in sorted({*before, *added})
    }
    SendBlock.objects.update_or_create(
        org_id=org,
        execution_id=execution,
        defaults={"total": sum(reasons.values()), "reasons": reasons, "at": now},
    )


def recount_blocks(org: int, changed: Collection[int], now: datetime) -> None:
    """Bring the blocks of these executions in line with their attempts."""
    for chunk in store.chunks(sorted(changed), 500):
        # Locked, so that of two recounts the later one has seen the other's attempts.
        list(NodeExecution.objects.select_for_update().filter(id__in=chunk).order_by("id"))
        reasons: dict[int, dict[str, int]] = defaultdict(dict)
        blocked = SendAttempt.objects.filter(org=org, execution__in=chunk, outcome="blocked")
        for row in blocked.values("execution", "reason").annotate(n=Count("id")).order_by():
            reasons[row["execution"]][row["reason"]] = row["n"]
        known = set(
            SendBlock.objects.filter(org=org, execution__in=chunk).values_list(
                "execution", flat=True
            )
        )
        for execution in known:
            mine = reasons[execution]
            SendBlock.objects.filter(org=org, execution=execution).update(
                total=sum(mine.values()), reasons=mine, at=now
            )
        rows = [
            (ids.new_id(), org, execution, sum(mine.values()), mine, now)
            for execution, mine in reasons.items()
            if execution not in known
        ]
        store.insert_ignore(
            SendBlock,
            ("id", "org", "execution", "total", "reasons", "at"),
            rows,
            conflict=("org", "execution"),
        )
