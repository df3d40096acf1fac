"""How long hits are kept, and how they go: doors close, what is said is final, they are deleted.

First it is written down which days are `due`, and they are closed a while later: a clock that was
far ahead for an hour closes nothing, and whoever minds has time to say so. Then three days, each
committed before anything that follows from it, none ever going back:

- `closed`: of earlier days no fact is taken in. Whatever was taken in before is news to somebody.
- `horizon`: all that news was heeded. What was said of earlier days is final; nobody counts or
  judges there any more, so that nobody misses what is deleted.
- `gone`: the facts of earlier days are deleted.
"""

from datetime import date, datetime, timedelta

from django.db.models import F

from postlude.kernel import boundaries, clock, ids, set_back, store
from postlude.orgs.errors import BadSetting, FactsGone
from postlude.orgs.models import Organization
from postlude.orgs.models import Retention as Row
from postlude.orgs.types import Retention
from postlude.orgs.windows import local_day

MONTHS = 13
"""So long hits are kept unless the organisation says otherwise."""
LEAST, MOST = 3, 120
LOOKS_BACK = timedelta(days=2)
"""What speaks for a click, or against it, is of the day before at the earliest, by any zone."""
_DAY = timedelta(days=1)
_COLUMNS = ("id", "org_id", "months", "actor")
# No day of these last ones is ever closed: three months are never less than 89 days.
_NEVER_CLOSED = timedelta(days=80)


def retention(org: int) -> Retention:
    """Return how long hits are kept, and how far their going is."""
    row = Row.objects.filter(org=org).first()
    if row is None:
        return Retention(MONTHS)
    return Retention(
        row.months,
        row.at,
        row.closed,
        row.closed_at,
        row.horizon,
        row.gone,
        row.due,
        row.due_at,
        row.quiet,
    )


def horizon(org: int) -> date | None:
    """Return the local day before which all that was said is final; None: no day is."""
    rows = store.rows_sql("SELECT horizon FROM orgs_retention WHERE org_id = %s", [org])
    return store.day(rows[0][0]) if rows else None


def may_be_closed(earliest: datetime, now: datetime) -> bool:
    """Say whether a day may be closed: of hits that come as they happen none is. Pure.

    Whoever keeps facts of such days asks `closed_to` in the transaction in which it keeps them.
    """
    return earliest < now - _NEVER_CLOSED


def closed_to(org: int) -> date | None:
    """Return the day before which no fact is taken in; so it stays until the transaction ends.

    Two days after what was closed: a click is judged by what happened a day before it, or after.
    """
    # Whoever closes waits for us, and looks for what we have told afterwards.
    store.rows_sql(f"SELECT id FROM orgs_organization WHERE id = %s {store.shared()}", [org])  # noqa: S608
    rows = store.rows_sql("SELECT closed FROM orgs_retention WHERE org_id = %s", [org])
    closed = store.day(rows[0][0]) if rows else None
    return None if closed is None else closed + LOOKS_BACK


def check_kept(org: int, day: date) -> None:
    """Raise FactsGone for a day of which what was said is final."""
    kept = horizon(org)
    if kept is not None and day < kept:
        raise FactsGone(day=kept.isoformat())


def set_retention(org: int, months: int | None, *, actor: str, now: datetime) -> Retention:
    """Keep hits for so many months, 3 to 120, or for ever; raise BadSetting.

    A longer time brings nothing back. A shorter one holds from the next run on.
    """
    if months is not None and not LEAST <= months <= MOST:
        raise BadSetting(
            setting="retention", value=months, hint="Say 3 to 120 months, or --for-ever."
        )
    with store.write():
        _made(org)
        Row.objects.filter(org=org).update(
            months=months, actor=actor[:100], at=now, due=None, due_at=None
        )
    boundaries.crossing("orgs.retention_set")
    return retention(org)


def begin(org: int, *, now: datetime) -> None:
    """Write down since when hits are kept for so long, where nobody has said anything."""
    with store.write():
        _made(org)
        Row.objects.filter(org=org, at__isnull=True).update(at=now)


def wanted(said: Retention, now: datetime, zone: str) -> date | None:
    """Return the first day of which hits are to be kept by now; None: of all. Pure."""
    return None if said.months is None else months_before(local_day(now, zone), said.months)


def months_before(day: date, months: int) -> date:
    """Return the day so many months earlier; of a shorter month the last one. Pure."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    following = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    return min(date(year, month + 1, 1) + timedelta(days=day.day - 1), following - _DAY)


def is_due(org: int, day: date, *, now: datetime) -> None:
    """Write down that days before this one are to be closed, and when that was known."""
    with store.write():
        _made(org)
        Row.objects.filter(org=org).update(due=day, due_at=now)


def close(org: int, day: date) -> bool:
    """Take in no fact of a day before this one any more; False where that is so already."""
    with store.write():
        # Alone with whoever takes in facts of long ago, see `closed_to`.
        Organization.objects.select_for_update(no_key=True).get(id=org)
        _made(org)
        rows = Row.objects.filter(org=org).exclude(closed__gte=day)
        closed = rows.update(closed=day, closed_at=_by_now(), quiet=0, due=None, due_at=None)
    boundaries.crossing("orgs.facts_closed")
    return bool(closed)


def was_quiet(org: int, day: date) -> int:
    """Write down that nothing of before this day was waiting; return how often in a row that was.

    Who heeds news tells of it in turn: so it is asked again, from now on, before it is final.
    """
    with store.write():
        rows = Row.objects.filter(org=org, closed=day)
        rows.update(quiet=F("quiet") + 1, closed_at=_by_now())
        row = rows.first()
    return row.quiet if row else 0


def _by_now() -> datetime:
    """Return an instant before which nothing is told any more, by any clock of the fleet."""
    return clock.now() + set_back.TOLERANCE


def settle(org: int, day: date) -> bool:
    """Let all that was said of days before this one be final; they are closed. Safe to repeat."""
    with store.write():
        rows = Row.objects.filter(org=org, closed__gte=day).exclude(horizon__gte=day)
        settled = rows.update(horizon=day)
    boundaries.crossing("orgs.facts_final")
    return bool(settled)


def note_gone(org: int, day: date) -> None:
    """Write down that the touches of days before this one are deleted."""
    with store.write():
        Row.objects.filter(org=org, horizon__gte=day).exclude(gone__gte=day).update(gone=day)


def _made(org: int) -> None:
    row = (ids.new_id(), org, MONTHS, "")
    store.insert_ignore(Row, _COLUMNS, [row], conflict=("org",))
