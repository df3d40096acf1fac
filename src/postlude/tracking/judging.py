"""Was a click a person's? Whoever clicked is on the site about then.

A verdict is what all facts say that are known when it is made: clicks are locked before anything
is read, so that of two who judge the same click the later one has seen what the earlier one saw.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from postlude.kernel import boundaries, store, work
from postlude.people import api as people
from postlude.tracking import windows
from postlude.tracking.going import final_before
from postlude.tracking.models import Unjudged, Verdict
from postlude.tracking.types import Reason

JUDGED = "touch.judged"
RULE = 1
_PAIRS = 1_000  # in one join: four values each
_CHUNK = 5_000
_COLUMNS = ("touch", "org", "human", "reasons", "rule", "judged_at", "first_judged_at")


@dataclass(frozen=True, slots=True)
class Click:
    """A click on its way to a verdict; `human` and `reasons` are what was said before."""

    touch: int
    at: datetime
    contact: int | None
    visitor: int | None
    signs: Reason
    human: bool | None
    reasons: Reason | None
    first_judged_at: datetime | None


def judge(
    org: int,
    touches: Collection[int],
    *,
    now: datetime,
    only_true: bool = False,
    again: bool = False,
) -> int:
    """Judge these clicks and return how many verdicts are new or changed.

    Of a day that is final nothing is said any more. With `only_true` a click that nobody on the
    site speaks for is left as it is. A True is not taken back, unless `again`: two persons turned
    out not to be one. Tells `touch.judged` in the same commit.
    """
    changed = 0
    for part in store.chunks(sorted(set(touches)), _CHUNK):
        with store.write():
            clicks, seen = _known(org, part)
            verdicts = [
                (click, *said)
                for click in clicks
                if (said := _said(click, seen, only_true=only_true, again=again)) is not None
            ]
            changed += _keep(org, verdicts, now)
            settled = _settled(verdicts) if only_true else part
            Unjudged.objects.filter(org=org, touch__in=settled).delete()
        boundaries.crossing("tracking.judged")
    return changed


def _known(org: int, touches: Sequence[int]) -> tuple[list[Click], dict[int, Reason]]:
    """Return clicks that are not final, and which of them somebody on the site speaks for."""
    while True:
        final = final_before(org)
        clicks = _locked(org, touches, final)
        seen = seen_on_site(org, clicks)
        # Facts go only after their days became final: so nothing was missing when we looked.
        if final_before(org) == final:
            return clicks, seen


def seen_on_site(org: int, clicks: Sequence[Click]) -> dict[int, Reason]:
    """Return the clicks about which somebody did something on the site, in time.

    DRIVEN: only a machine did.
    """
    found: dict[int, Reason] = {}
    for part in store.chunks(_windows(org, clicks), _PAIRS):
        marks = ", ".join(["(%s, %s, %s, %s)"] * len(part))
        rows = store.rows_sql(
            "SELECT w.column1, MIN(a.by_machine) "  # noqa: S608 - our own SQL
            f"FROM (VALUES {marks}) AS w CROSS JOIN activity_facts_activity a "
            "WHERE a.org = %s AND a.visitor = w.column2 AND a.at >= w.column3 "
            "AND a.at <= w.column4 GROUP BY w.column1",
            [*(value for row in part for value in row), org],
        )
        for touch, machine in rows:
            sign = Reason.DRIVEN if machine else Reason.NONE
            found[touch] = sign & found.get(touch, Reason.DRIVEN)
    return found


def _windows(org: int, clicks: Iterable[Click]) -> Sequence[tuple[int, int, datetime, datetime]]:
    """Return (click, visitor, since, until): of its browser, else of all of its contact."""
    clicks = list(clicks)
    strange = {each.contact for each in clicks if each.visitor is None and each.contact is not None}
    browsers = people.visitors_of_contacts(org, strange) if strange else {}
    return [
        (click.touch, visitor, *windows.of_click(click.at))
        for click in clicks
        for visitor in (
            browsers.get(click.contact or 0, ()) if click.visitor is None else (click.visitor,)
        )
    ]


def _said(
    click: Click, seen: Mapping[int, Reason], *, only_true: bool, again: bool
) -> tuple[bool | None, Reason] | None:
    """Return the verdict where it is news."""
    driven = seen.get(click.touch)
    human: bool | None = driven is not None
    if driven is None and click.human and not again:
        return None
    if driven is None and only_true and click.human is None:
        return None
    kept = (click.signs if click.reasons is None else click.reasons) & ~Reason.DRIVEN
    reasons = kept | (driven or Reason.NONE)
    return None if (human, reasons) == (click.human, click.reasons) else (human, reasons)


def _locked(org: int, touches: Sequence[int], final: date) -> list[Click]:
    """Return these clicks, in one order, each until the end of the transaction."""
    if store.locked():
        store.rows_sql(
            "SELECT id FROM tracking_touch "  # noqa: S608 - our own SQL
            f"WHERE org_id = %s AND id {store.among()} ORDER BY id {store.locked()}",
            [org, store.many(touches)],
        )
    rows = store.rows_sql(
        "SELECT t.id, t.at, t.contact, COALESCE(t.visitor, c.visitor), t.reasons, v.human, "  # noqa: S608
        "v.reasons, v.first_judged_at FROM tracking_touch t "
        "LEFT JOIN tracking_verdict v ON v.touch = t.id "
        "LEFT JOIN tracking_clicker c ON c.touch = t.id "
        f"WHERE t.org_id = %s AND t.kind = 'click' AND NOT t.testing AND t.id {store.among()} "
        "AND t.day >= %s ORDER BY t.id",
        [org, store.many(touches), final],
    )
    return [
        Click(
            touch=touch,
            at=store.known_instant(at),
            contact=contact,
            visitor=visitor,
            signs=Reason(signs),
            human=None if human is None else bool(human),
            reasons=None if reasons is None else Reason(reasons),
            first_judged_at=store.instant(first),
        )
        for touch, at, contact, visitor, signs, human, reasons, first in rows
    ]


def _settled(verdicts: Iterable[tuple[Click, bool | None, Reason]]) -> list[int]:
    """Return what no later fact can change, ahead of its time."""
    return [
        click.touch for click, human, reasons in verdicts if human and Reason.DRIVEN not in reasons
    ]


def _keep(org: int, verdicts: Sequence[tuple[Click, bool | None, Reason]], now: datetime) -> int:
    rows = [
        (click.touch, org, human, int(reasons), RULE, now, click.first_judged_at or now)
        for click, human, reasons in verdicts
    ]
    keep_rows(org, rows)
    return len(rows)


def keep_rows(org: int, rows: Sequence[tuple[object, ...]]) -> None:
    """Write verdicts and tell of them. Joins the caller's transaction."""
    if not rows:
        return
    store.upsert_many(
        Verdict, _COLUMNS, rows, key="touch", changes={"human", "reasons", "rule", "judged_at"}
    )
    work.publish(JUDGED, org, [int(str(row[0])) for row in rows])


def by_org(rows: Iterable[tuple[int, int]]) -> dict[int, list[int]]:
    """Group (organisation, id)."""
    found: dict[int, list[int]] = defaultdict(list)
    for org, number in rows:
        found[org].append(number)
    return dict(found)
