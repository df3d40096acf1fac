"""The popup report as a file and as JSON. Pure."""

import csv
import io
from typing import Any

from postlude.reports.exporting import BOM, safe
from postlude.reports.types.popups import PopupNumber, Popups, PopupTally, Side


def as_json(found: Popups) -> dict[str, Any]:
    """Return the report as `--json` gives it; money in minor units, rates of 1."""
    asked = found.asked
    return {
        "since": asked.since.isoformat() if asked.since else None,
        "until": asked.until.isoformat() if asked.until else None,
        "popup": asked.popup or None,
        "zone": found.zone,
        "currency": found.currency,
        "as_of": found.now.isoformat(),
        "popups": [
            {"popup": each.popup, "title": each.title, "active": each.active, **_tally(each.tally)}
            for each in found.lines
        ],
        "days": [{"day": day.isoformat(), **_tally(tally)} for day, tally in found.days],
        "total": _tally(found.total),
    }


def _tally(tally: PopupTally) -> dict[str, Any]:
    return {
        **{each.value: {**_sides(tally, each), "all": tally.count(each)} for each in PopupNumber},
        "click_rate": _rates(tally.click_rate),
        "conversion_rate": _rates(tally.conversion_rate),
        "revenue": {"all": tally.paid(), **{each.value: tally.paid(each) for each in Side}},
    }


def _sides(tally: PopupTally, number: PopupNumber) -> dict[str, int]:
    return {each.value: tally.count(number, each) for each in Side}


def _rates(rate: Any) -> dict[str, float | None]:
    return {"all": rate(), **{each.value: rate(each) for each in Side}}


def as_csv(found: Popups) -> str:
    """Return two lines a popup, of strangers and of members, then the totals.

    Begins with a byte order mark. Money in minor units, rates of 1, empty of nobody.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    numbers = [each.value for each in PopupNumber]
    rates = ("click_rate", "conversion_rate")
    writer.writerow(["popup", "title", "who", *numbers, *rates, "currency", "revenue"])
    for line in found.lines:
        for side in Side:
            head = [safe(line.popup), safe(line.title), side.value]
            writer.writerow([*head, *_figures(line.tally, side, found.currency)])
    for each in (*Side, None):
        writer.writerow(
            ["total", "", each.value if each else "", *_figures(found.total, each, found.currency)]
        )
    return BOM + out.getvalue()


def _figures(tally: PopupTally, side: Side | None, currency: str) -> list[Any]:
    rates = [tally.click_rate(side), tally.conversion_rate(side)]
    return [
        *(tally.count(each, side) for each in PopupNumber),
        *("" if each is None else each for each in rates),
        currency,
        tally.paid(side),
    ]
