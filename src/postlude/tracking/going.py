"""Touches that go, once the organisation keeps them no longer; see `orgs.retention`.

What another figure is still counted from stays: access links that were used, unsubscribing, what
came of invitations and other transactional mail, and clicks on popups.
"""

from datetime import date, datetime, timedelta

from django.db.models import Min

from postlude.kernel import boundaries, ids, store
from postlude.kernel.jobs import Budget
from postlude.orgs import api as orgs
from postlude.tracking.models import Clicker, Repeat, Touch, Unjudged, Verdict

# The longest window of an order, and what a click looks back: what is final with a day.
_JUDGED_BY = timedelta(days=34)
_EVER = date(1, 1, 1)
_AT_ONCE = 500
_DAY = timedelta(days=1)
_GOING = (
    "SELECT t.id FROM tracking_touch t "
    "LEFT JOIN messages_facts_message m ON m.org = t.org_id AND m.message = t.message "
    "WHERE t.org_id = %s AND t.day = %s AND t.kind IN ('open', 'click', 'view', 'trap') "
    "AND t.channel <> 'popup' "
    "AND (m.message IS NULL OR (m.klass <> 'transactional' AND m.conference IS NULL)) "
)


def final_before(org: int) -> date:
    """Return the day before which no touch is judged any more."""
    horizon = orgs.horizon(org)
    return _EVER if horizon is None else horizon + orgs.LOOKS_BACK


def first_day(org: int) -> date | None:
    """Return the earliest day of which there is a touch."""
    found: date | None = Touch.objects.filter(org=org).aggregate(first=Min("day"))["first"]
    return found


def count_before(org: int, day: date) -> int:
    """Return how many touches there are of days before this one, with those that stay."""
    return Touch.objects.filter(org=org, day__lt=day).count()


def awaits_verdict(org: int, before: datetime) -> bool:
    """Say whether a click waits to be judged of those that what is final with an instant needs."""
    return Unjudged.objects.filter(org=org, at__lt=before + _JUDGED_BY).exists()


def let_go(org: int, until: date, budget: Budget) -> int:
    """Delete the touches of days before `until` that are final, day by day; return how many.

    Each portion is a commit; what was cut off goes on where it was.
    """
    said = orgs.retention(org)
    if said.horizon is None:
        return 0
    until = min(until, said.horizon)
    day, done = said.gone or first_day(org), 0
    while day is not None and day < until:
        while rows := store.rows_sql(f"{_GOING}ORDER BY t.dedup LIMIT %s", [org, day, _AT_ONCE]):
            if budget.spent():
                return done
            done += _delete(org, [row[0] for row in rows])
        day += _DAY
        if budget.spent():
            break
    if day is not None:
        orgs.note_gone(org, min(day, until))
        done += _forget_repeats(org, until, budget)
    return done


def _delete(org: int, touches: list[int]) -> int:
    with store.write():
        gone = Touch.objects.filter(org=org, id__in=touches).delete()[0]
        for beside in (Verdict, Unjudged, Clicker):
            beside._default_manager.filter(org=org, touch__in=touches).delete()  # noqa: SLF001
    boundaries.crossing("tracking.touches_gone")
    return gone


def _forget_repeats(org: int, until: date, budget: Budget) -> int:
    """Forget what stood for clicks of then; pages ask for that within half an hour."""
    old = ids.first_of(orgs.day_bounds(org, until)[0])
    done = 0
    while not budget.spent():
        rows = list(Repeat.objects.filter(org=org, touch__lt=old).order_by("touch")[:_AT_ONCE])
        if rows:
            with store.write():
                Repeat.objects.filter(touch__in=[each.touch for each in rows]).delete()
            done += len(rows)
        if len(rows) < _AT_ONCE:
            break
    return done
