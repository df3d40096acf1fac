"""Letting walks be looked at now, because of something that has happened."""

from datetime import datetime

from django.db.models import QuerySet

from postlude.journeys.models import Walk
from postlude.kernel import wakeup


def rouse(walks: QuerySet[Walk], now: datetime) -> None:
    """Let these walks be looked at now. In the caller's transaction.

    Locked first, in the order in which whoever walks them locks them: one that is being walked
    right now may have read the facts before, and is due again once that is written.
    """
    rows = walks.select_for_update().order_by("contact", "id")
    locked = list(rows.values_list("id", flat=True))
    if locked:
        Walk.objects.filter(id__in=locked).update(due=now)
        wakeup.nudge()
