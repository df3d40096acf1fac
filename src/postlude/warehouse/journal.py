"""The loader's diary in our own database: counts, the last batch, the trouble, dropped labels."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from postlude.kernel import ids, redact, retry, store
from postlude.warehouse.errors import WarehouseError
from postlude.warehouse.models import LONGEST_LABEL, DroppedLabel, LoaderState
from postlude.warehouse.types import Counts

BASE_SECONDS = 5.0
CAP_SECONDS = 300.0
MOST_LABELS = 500  # a form that changes its questions for ever must not fill the table

_NO_PROBLEM: dict[str, Any] = {
    "problem_code": "",
    "problem_words": "",
    "problem_hint": "",
    "problem_since": None,
    "next_try_at": None,
    "failures": 0,
}


def loaded(  # noqa: PLR0913 - the facts of one load
    org: int,
    batch: str,
    counts: Counts,
    schema_version: int,
    *,
    now: datetime,
    follows: str,
    every_row: bool = False,
    rest: timedelta = timedelta(0),
) -> None:
    """Note a batch that is in the warehouse; call it inside `store.write()`.

    `rest` is how long small batches gather from now on. `follows` names the rules it was made by,
    which are those of every row when it is the first batch or when all were written anew.
    """
    first = not LoaderState.objects.filter(org=org, last_loaded_at__isnull=False).exists()
    news: dict[str, Any] = {
        **_columns(counts),
        "schema_version": schema_version,
        "last_batch": batch,
        "last_loaded_at": now,
        "resting_until": now + rest if rest else None,
        **_NO_PROBLEM,
    }
    if first or every_row:
        news["followed"] = follows
    LoaderState.objects.update_or_create(org_id=org, defaults=news)


def followed() -> dict[int, str]:
    """Return by which rules the rows of each organisation were made, of those that have some."""
    states = LoaderState.objects.filter(last_loaded_at__isnull=False).order_by("org")
    return dict(states.values_list("org_id", "followed"))


def counted(org: int, counts: Counts) -> None:
    """Note what the tables hold; call it inside `store.write()`."""
    news = {**_columns(counts), **_NO_PROBLEM}
    LoaderState.objects.update_or_create(org_id=org, defaults=news)


def _columns(counts: Counts) -> dict[str, Any]:
    return {"row_counts": dict(counts.rows), "refunded_counts": dict(counts.refunded)}


def failed(org: int, error: WarehouseError, *, now: datetime) -> datetime:
    """Note that the warehouse could not be used; return when to try again."""
    with store.write():
        state, _ = LoaderState.objects.get_or_create(org_id=org)
        again = error.until or now + wait(state.failures + 1)
        LoaderState.objects.filter(id=state.id).update(
            problem_code=error.code,
            problem_words=redact.cut(error.text(), 400),
            problem_hint=error.hint[:400],
            problem_since=state.problem_since or now,
            next_try_at=again,
            failures=state.failures + 1,
        )
    return again


def wait(failures: int) -> timedelta:
    """Return how long to leave a warehouse alone that could not be used."""
    return retry.delay(failures, base=BASE_SECONDS, cap=CAP_SECONDS)


def resting(org: int, now: datetime) -> datetime | None:
    """Return until when small batches gather, or None: they may be loaded."""
    until = LoaderState.objects.filter(org=org).values_list("resting_until", flat=True).first()
    return until if until is not None and until > now else None


def in_trouble() -> bool:
    """Say whether some organisation's warehouse could not be used the last time."""
    return LoaderState.objects.exclude(problem_code="").exists()


def wake() -> None:
    """Let small batches be loaded at once."""
    with store.write():
        LoaderState.objects.exclude(resting_until=None).update(resting_until=None)


def next_try(org: int, now: datetime) -> datetime | None:
    """Return until when to leave the warehouse alone, or None: it may be tried."""
    due = LoaderState.objects.filter(org=org).values_list("next_try_at", flat=True).first()
    return due if due is not None and due > now else None


def dropped(org: int, labels: Collection[str], *, now: datetime) -> None:
    """Note questions that nobody has allowed, for a person to decide; inside `store.write()`."""
    wanted = {label[:LONGEST_LABEL] for label in labels if label.strip()}
    known = set(DroppedLabel.objects.filter(org=org).values_list("label", flat=True))
    new = sorted(wanted - known)[: max(0, MOST_LABELS - len(known))]
    rows = [(ids.new_id(), org, label, now) for label in new]
    store.insert_ignore(
        DroppedLabel, ("id", "org", "label", "first_seen_at"), rows, conflict=("org", "label")
    )
