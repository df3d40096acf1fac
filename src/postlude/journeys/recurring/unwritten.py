"""Of whom a run decided that nothing is written to them: held out on purpose, or stopped."""

from django.db.models import Count

from postlude.journeys import publishing
from postlude.journeys.models import SendAttempt
from postlude.journeys.recurring.batch import BLOCKED, HELD_OUT
from postlude.journeys.recurring.figures import HeldOut, Stopped


def held_out(org: int, cycle: int, *, after: int = 0, limit: int = 500) -> list[HeldOut]:
    """Return the next people of a run who were held out, above the id `after`, in order."""
    rows = SendAttempt.objects.filter(
        org=org, execution__cycle=cycle, outcome=HELD_OUT, id__gt=after
    )
    found = rows.order_by("id").values_list("id", "contact", "at", "branch")
    return [HeldOut(*row) for row in found[:limit]]


def stopped(org: int) -> list[Stopped]:
    """Count whom each run stopped before anything was written to them."""
    rows = SendAttempt.objects.filter(
        org=org,
        outcome=BLOCKED,
        message=None,
        execution__cycle__journey__trigger=publishing.TIMETABLE,
    )
    place = (
        "execution__cycle__journey__slug",
        "execution__cycle__version__number",
        "execution__cycle__started_at",
        "branch",
    )
    found = rows.values_list(*place).annotate(n=Count("id")).order_by(*place)
    return [Stopped(*row) for row in found]
