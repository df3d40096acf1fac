"""Page views and events that go, once the organisation keeps them no longer."""

from datetime import date

from django.db.models import Min, Q

from postlude.activity.models import Activity
from postlude.kernel import boundaries, store
from postlude.kernel.jobs import Budget
from postlude.orgs import api as orgs

_AT_ONCE = 500


def first_day(org: int) -> date | None:
    """Return a day at or before the earliest of which there is something that may go."""
    found: date | None = Activity.objects.filter(org=org).aggregate(first=Min("sent_day"))["first"]
    return found


def count_before(org: int, day: date) -> int:
    """Return how many page views and events there are of days before this one."""
    return Activity.objects.filter(_before(org, day)).count()


def let_go(org: int, until: date, budget: Budget) -> int:
    """Delete what happened on days before `until` that are final; return how much.

    Each portion is a commit.

    One whose client's id is of a later day stays until that day is final: sent again, it is known.
    """
    horizon, done = orgs.horizon(org), 0
    while horizon is not None and not budget.spent():
        rows = Activity.objects.filter(_before(org, min(until, horizon))).order_by(
            "sent_day", "message_id"
        )
        piece = list(rows.values_list("id", flat=True)[:_AT_ONCE])
        if piece:
            with store.write():
                done += Activity.objects.filter(org=org, id__in=piece).delete()[0]
            boundaries.crossing("activity.hits_gone")
        if len(piece) < _AT_ONCE:
            break
    return done


def _before(org: int, day: date) -> Q:
    return Q(org=org, sent_day__lt=day, day__lt=day)
