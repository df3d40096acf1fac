"""How a poll went, and when the next one is due."""

import logging
from datetime import datetime, timedelta

from postlude.kernel import boundaries, redact, store
from postlude.kernel.errors import AppError
from postlude.sources.errors import SourceBusy, TokenRefused
from postlude.sources.kktix.rounds import Tally
from postlude.sources.models import Source
from postlude.sources.types import Trouble

_log = logging.getLogger(__name__)
_LONGEST_BACK_OFF = timedelta(minutes=15)
LONGEST_WAIT = timedelta(days=1)  # what a Retry-After may ask for at most, see kernel.http
_MOST_DOUBLINGS = 6


def worst(tally: Tally) -> AppError | None:
    """Return the failure to tell of: one that stopped the poll before one that did not."""
    stopping = [each for each in tally.failed if isinstance(each, (SourceBusy, TokenRefused))]
    return next(iter([*stopping, *tally.failed]), None)


def is_partial(tally: Tally) -> bool:
    """Say whether the source is well but for a few answers: no reason to wait longer."""
    stopped = any(isinstance(each, (SourceBusy, TokenRefused)) for each in tally.failed)
    return tally.fetched > 0 and not stopped


def words(tally: Tally, failure: AppError) -> str:
    """Return what a person reads: what, how often, and what to do. No personal data."""
    count = len(tally.failed)
    times = f" {count} answers were missing; they are asked for again." if count > 1 else ""
    return redact.cut(f"{failure.text()}{times} {failure.hint}".strip(), 400)


def trouble(tally: Tally, failure: AppError) -> Trouble:
    """Return the same in parts, for a reader of another language."""
    return Trouble(
        failure.message,
        str(failure.fields.get("source") or failure.fields.get("slug") or ""),
        redact.cut(str(failure.fields.get("what") or failure.fields.get("words") or ""), 200),
        failure.hint,
        len(tally.failed) if len(tally.failed) > 1 else 0,
    )


def wait_after(failures: int, interval: timedelta, asked: float | None) -> timedelta:
    """Return how long to wait after so many failures: twice as long each time, 15 min at most.

    Never shorter than the source's own interval or than it asked for.
    """
    doubled = interval * (1 << min(failures - 1, _MOST_DOUBLINGS))
    wait = min(doubled, max(_LONGEST_BACK_OFF, interval))
    return max(wait, timedelta(seconds=asked or 0))


def note(
    row: Source, tally: Tally, failure: AppError | None, *, healthy: bool, now: datetime
) -> None:
    """Keep how it went, and when to poll next. One that ran out of time goes on at once."""
    interval = timedelta(seconds=row.poll_seconds)
    told = words(tally, failure) if failure else ""
    if failure:
        _log.warning(
            "poll failed", extra={"source": row.slug, "reason": failure.code, "partial": healthy}
        )
    if healthy:
        wait = interval if tally.finished else timedelta(0)
        changes = {"last_success_at": now, "failures": 0}
    else:
        asked = failure.fields.get("retry_after") if failure else None
        wait = wait_after(row.failures + 1, interval, asked)
        changes = {"failures": row.failures + 1}
    with store.write():
        Source.objects.filter(id=row.id).update(
            last_attempt_at=now, last_error=told, next_poll_at=now + wait, **changes
        )
    boundaries.crossing("sources.poll_noted")
