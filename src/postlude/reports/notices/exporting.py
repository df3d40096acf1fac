"""The report of notices as a file and as JSON. Pure."""

import csv
import io
from typing import Any

from postlude.reports.exporting import BOM, safe
from postlude.reports.notices.intervals import wilson
from postlude.reports.types.notices import (
    Comparison,
    Count,
    Group,
    Lift,
    Line,
    Notices,
    Tally,
    Unit,
)

_HEAD = ("kind", "action", "version", "week", "branch")
_TAIL = ("rate", "rate_low", "rate_high", "credited_rate", "median_days", "redeemed")


def as_json(found: Notices) -> dict[str, Any]:
    """Return the report as `--json` gives it; money in minor units, rates of 1."""
    asked = found.asked
    return {
        "since": asked.since.isoformat() if asked.since else None,
        "until": asked.until.isoformat() if asked.until else None,
        "kind": asked.kind or None,
        "branch": asked.branch or None,
        "zone": found.zone,
        "as_of": found.now.isoformat(),
        "under_way": found.under_way,
        "untold": dict(sorted(found.untold.items())),
        "total": _tally(found.total, found.currency),
        "kinds": [_line(each, found) for each in found.kinds],
        "actions": [_line(each, found) for each in found.actions],
        "weeks": [_line(each, found) for each in found.weeks],
        "comparisons": [_comparison(each, found) for each in found.comparisons],
        "lifts": [_lift(each) for each in found.lifts],
    }


def _line(line: Line, found: Notices) -> dict[str, Any]:
    return {**_group(line.group), **_tally(line.tally, found.currency)}


def _group(group: Group) -> dict[str, Any]:
    said = {"kind": group.kind, "action": group.action or None, "version": group.version}
    week = group.week.isoformat() if group.week else None
    return {**said, "week": week, "branch": group.branch}


def _tally(tally: Tally, currency: str) -> dict[str, Any]:
    interval = wilson(tally.share)
    return {
        **{each.value: tally.count(each) for each in Count},
        "rate": tally.share.rate,
        "rate_95": list(interval) if interval else None,
        "credited_rate": tally.credited.rate,
        "median_days": tally.median_days,
        "redeemed": tally.redeemed,
        "revenue": [
            {"currency": name, "minor": minor} for name, minor in sorted(tally.revenue.items())
        ],
        "points": {each.value: tally.points.get(each, 0) for each in Unit},
        "cost": None if tally.cost is None else {"currency": currency, "minor": tally.cost},
    }


def _comparison(each: Comparison, found: Notices) -> dict[str, Any]:
    difference = each.difference
    return {
        "kind": each.kind,
        "version": each.version,
        "first": each.first,
        "second": each.second,
        "difference": difference.points,
        "difference_95": [difference.low, difference.high],
        "sure": difference.is_sure,
        "winner": found.winners.get((each.kind, each.version)),
    }


def _lift(each: Lift) -> dict[str, Any]:
    difference = each.difference
    return {
        "kind": each.kind,
        "version": each.version,
        "rate": each.written_to.rate,
        "held_out_rate": each.held_out.rate,
        "lift": difference.points,
        "lift_95": [difference.low, difference.high],
        "sure": difference.is_sure,
    }


def as_csv(found: Notices) -> str:
    """Return a line per kind, action, version, week and currency of revenue, then the total.

    By branch where it was asked so; of what is of none, and else, that column is empty.

    Begins with a byte order mark. Money in minor units; of a line with several currencies all but
    the revenue stand on its first row, so that a column may be summed.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    units = [f"points_{each}" for each in Unit]
    writer.writerow([*_HEAD, *Count, *_TAIL, *units, "cost", "currency", "revenue"])
    for line in found.weeks:
        group = line.group
        week = group.week.isoformat() if group.week else ""
        head = [safe(group.kind), safe(group.action), group.version, week, safe(group.branch or "")]
        writer.writerows([*head, *row] for row in _rows(line.tally))
    writer.writerows(["total", "", "", "", "", *row] for row in _rows(found.total))
    return BOM + out.getvalue()


def _rows(tally: Tally) -> list[list[Any]]:
    low, high = wilson(tally.share) or (None, None)
    figures: list[Any] = [tally.count(each) for each in Count]
    figures += [tally.share.rate, low, high, tally.credited.rate, tally.median_days, tally.redeemed]
    figures += [tally.points.get(each, 0) for each in Unit]
    figures += [tally.cost]
    plain = ["" if each is None else each for each in figures]
    money = sorted(tally.revenue.items()) or [("", 0)]
    return [
        [*(plain if not at else [""] * len(plain)), currency, minor]
        for at, (currency, minor) in enumerate(money)
    ]
