"""The channel report as a file and as JSON. Pure."""

import csv
import io
from typing import Any

from postlude.reports.channel.opening import Row
from postlude.reports.exporting import BOM, safe
from postlude.reports.types.channel import (
    ChannelReport,
    Conversion,
    Line,
    Place,
    Reading,
    Split,
    Tally,
)

_FATES = ("entered", "sent", "blocked", "held_out", "waiting", "failed", "unknown")
_ORDERS = ("open_orders", "click_orders", "session_orders")


def as_json(found: ChannelReport) -> dict[str, Any]:
    """Return the report as the API and `--json` give it; money in minor units, rates of 1."""
    asked = found.asked
    return {
        "from": asked.since.isoformat(),
        "to": asked.until.isoformat(),
        "channels": list(asked.channels),
        "folder": asked.folder or None,
        "journey": asked.journey or None,
        "basis": asked.basis.value,
        "counts": asked.counts.value,
        "orders": asked.orders.value,
        "zone": found.zone,
        "currency": found.currency,
        "as_of": found.now.isoformat(),
        "total": _tally(found.total, asked.counts),
        "lines": [_line(each, asked.counts) for each in found.lines],
        "days": [
            {
                "day": each.day.isoformat(),
                "sent": each.sent,
                "opened": each.opened,
                "clicked": each.clicked,
            }
            for each in found.days
        ],
    }


def _line(line: Line, counts: Reading) -> dict[str, Any]:
    return {
        "channel": line.place.channel,
        "journey": line.journey or None,
        "title": line.title or None,
        "folder": line.folder or None,
        "node": line.place.node or None,
        "template": line.template or None,
        "line": written(line.place),
        **_tally(line.tally, counts),
    }


def written(place: Place) -> str:
    """Return a line as a link names it."""
    return f"{place.channel}|{place.template}|{place.node}"


def place_of(text: str) -> Place | None:
    """Read what `written` wrote; None of nothing or of something else."""
    channel, _, rest = text.partition("|")
    template, found, node = rest.partition("|")
    if not found or not template.isascii() or not template.isdecimal():
        return None
    return Place(channel, node, int(template[:19]))


def _tally(it: Tally, counts: Reading) -> dict[str, Any]:
    people = {"open_orders": it.opened(counts)}
    return {
        **{name: getattr(it, name) for name in _FATES},
        "blocked_by": dict(it.blocked_by),
        "delivered_rate": it.delivered_rate,
        "opens": {each.value: _split(it.opened(each)) for each in Reading},
        "clicks": {each.value: _split(it.clicked(each)) for each in Reading},
        **{
            name: _conversion(getattr(it, name), people.get(name, it.clicked(counts)))
            for name in _ORDERS
        },
    }


def _split(it: Split) -> dict[str, int]:
    return {"total": it.total, "member": it.member, "anonymous": it.anonymous}


def _conversion(it: Conversion, people: Split) -> dict[str, Any]:
    return {
        **_split(it.orders),
        "rate": it.rate(people),
        "revenue": [{"currency": name, "minor": minor} for name, minor in it.revenue.items()],
    }


def as_csv(found: ChannelReport) -> str:
    """Return a line per node and template, and the total, with a byte order mark.

    Revenue is that in the organisation's currency, in minor units.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    readings = [f"{what}_{each}" for each in Reading for what in ("opens", "clicks")]
    orders = [f"{name}{end}" for name in _ORDERS for end in ("", "_rate", "_revenue")]
    head = ["channel", "folder", "journey", "node", "template", *_FATES, "delivered_rate"]
    writer.writerow([*head, *readings, "opens_anonymous", "clicks_anonymous", *orders, "currency"])
    for line in found.lines:
        names = (line.place.channel, line.folder, line.journey, line.place.node, line.template)
        writer.writerow([*map(safe, names), *_figures(line.tally, found)])
    writer.writerow(["total", "", "", "", "", *_figures(found.total, found)])
    return BOM + out.getvalue()


def _figures(it: Tally, found: ChannelReport) -> list[Any]:
    counts = found.asked.counts
    figures: list[Any] = [getattr(it, name) for name in _FATES]
    figures.append(it.delivered_rate)
    for each in Reading:
        figures += [it.opened(each).total, it.clicked(each).total]
    figures += [it.opened(counts).anonymous, it.clicked(counts).anonymous]
    for name in _ORDERS:
        each_ = getattr(it, name)
        people = it.opened(counts) if name == "open_orders" else it.clicked(counts)
        figures += [each_.orders.total, each_.rate(people), each_.revenue.get(found.currency, 0)]
    return ["" if each is None else each for each in [*figures, found.currency]]


def row_as_json(row: Row) -> dict[str, Any]:
    """Return a row behind a number; who it is, the caller says."""
    return {
        "order": row.order or None,
        "sort": row.sort or None,
        "at": row.at.isoformat() if row.at else None,
        "state": row.state or None,
        "reason": row.reason or None,
        "amount": row.amount,
        "currency": row.currency or None,
        "anonymous": row.anonymous,
    }
