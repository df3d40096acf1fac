"""After a clock that ran ahead was set back: what was due at once then does not wait till then.

A row knows when it was made. One that was made in what is now the future is moved to today, by as
much as the clock was wrong; a retry of an older row waits no longer than any retry does. So a clock
that was a day ahead costs a minute, not a day.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from postlude.kernel import boundaries, retry, store
from postlude.kernel.models import InboxDelivery, WorkRow

TOLERANCE = timedelta(minutes=2)  # clocks of a fleet differ by seconds: see `skew`
_MOST = 1_000
_LONGEST_RETRY = timedelta(seconds=retry.CAP_SECONDS)


def wake(now: datetime) -> int:
    """Move what waits for a future that will not come; return how many rows that were."""
    with store.write():
        moved = _work(now) + _inbox(now)
    boundaries.crossing("kernel.woken")
    return moved


def back(due: datetime, made: datetime, now: datetime) -> datetime:
    """Return when a row is due that was made at a wrong time: as long after now as after that."""
    return max(now, due - (made - now))


def _work(now: datetime) -> int:
    rows = WorkRow.objects.filter(dead_reason="", due__gt=now + TOLERANCE)
    made = rows.filter(created_at__gt=now + TOLERANCE).order_by("id")
    moved = 0
    for number, due, created in made.values_list("id", "due", "created_at")[:_MOST]:
        moved += WorkRow.objects.filter(id=number, due=due).update(
            due=back(due, created, now), created_at=now
        )
    tried = rows.filter(attempts__gt=0, due__gt=now + _LONGEST_RETRY + TOLERANCE)
    return moved + _retry(WorkRow, tried.order_by("id").values_list("id", flat=True), now)


def _inbox(now: datetime) -> int:
    """Nothing here is ever put off but by a retry."""
    late = now + _LONGEST_RETRY + TOLERANCE
    rows = InboxDelivery.objects.filter(processed_at=None, dead_reason="", due__gt=late)
    return _retry(InboxDelivery, rows.order_by("id").values_list("id", flat=True), now)


def _retry(model: type[WorkRow] | type[InboxDelivery], found: Iterable[int], now: datetime) -> int:
    numbers = list(found)[:_MOST]
    return model.objects.filter(id__in=numbers).update(due=now) if numbers else 0
