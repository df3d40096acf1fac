"""How far the copy is, without touching it."""

from datetime import datetime

from postlude.kernel import work
from postlude.orgs import api as orgs
from postlude.warehouse import backend, deidentify, following, policies, schema
from postlude.warehouse.models import DroppedLabel, Erasure, LoaderState
from postlude.warehouse.types import DroppedLabel as DroppedLabelShown
from postlude.warehouse.types import Problem, WarehouseStatus


def status(org: int, *, now: datetime) -> WarehouseStatus:
    """Return rows per table, the last batch, what waits, what is wrong, what is kept out."""
    state = LoaderState.objects.filter(org=org).first() or LoaderState(org_id=org)
    target, policy = backend.configured(), policies.of(org)
    waiting = [row for name, row in work.backlog(org).items() if name in following.CONSUMERS]
    pending = sum(count for count, _ in waiting)
    oldest = min((since for _, since in waiting), default=now)
    dead = [row for row in work.dead_rows(org) if row.consumer in following.CONSUMERS]
    return WarehouseStatus(
        org=orgs.get(org).slug,
        back_end=target.name,
        target=target.target,
        mode=policy.mode,
        schema_version=state.schema_version,
        names={table: target.named(table) for table in schema.TABLES},
        rows={table: state.row_counts.get(table, 0) for table in schema.TABLES},
        refunded={table: state.refunded_counts.get(table, 0) for table in schema.TABLES},
        last_batch=state.last_batch or None,
        last_loaded_at=state.last_loaded_at,
        pending=pending,
        lag_seconds=max(0.0, (now - oldest).total_seconds()) if pending else 0.0,
        dead=len(dead),
        erasures_waiting=Erasure.objects.filter(org=org, done_at__isnull=True).count(),
        replay_wanted=state.last_loaded_at is not None
        and state.followed != policies.fingerprint(policy),
        problem=_problem(state),
        dropped_labels=tuple(dropped_labels(org)),
    )


def dropped_labels(org: int) -> list[DroppedLabelShown]:
    """Return the questions whose answers stay out, and whether somebody may allow them."""
    keep = policies.of(org).keep
    rows = DroppedLabel.objects.filter(org=org).order_by("label")
    return [
        DroppedLabelShown(row.label, row.first_seen_at, not deidentify.never_leaves(row.label))
        for row in rows
        if deidentify.column_of(row.label, keep) is None
    ]


def _problem(state: LoaderState) -> Problem | None:
    if not state.problem_code or state.problem_since is None:
        return None
    return Problem(
        state.problem_code,
        state.problem_words,
        state.problem_hint,
        state.problem_since,
        state.next_try_at,
    )
