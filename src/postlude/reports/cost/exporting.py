"""The cost report as a file and as JSON. Pure."""

import csv
import io
from typing import Any

from postlude.reports.exporting import BOM
from postlude.reports.types.cost import Bill, CostReport

_HEAD = (
    *("channel", "messages", "tests", "segments", "test_segments", "fee", "cost", "orders"),
    *("revenue", "roas", "currency"),
)


def as_json(found: CostReport) -> dict[str, Any]:
    """Return the report as the API and `--json` give it; money in minor units, ROAS in per cent."""
    return {
        "from": found.asked.since.isoformat(),
        "to": found.asked.until.isoformat(),
        "basis": found.asked.basis.value,
        "orders": found.asked.orders.value,
        "zone": found.zone,
        "currency": found.currency,
        "as_of": found.now.isoformat(),
        "channels": [{"channel": name, **_bill(it)} for name, it in found.channels.items()],
        "total": _bill(found.total),
    }


def _bill(it: Bill) -> dict[str, Any]:
    return {
        "messages": it.messages,
        "tests": it.tests,
        "segments": it.segments,
        "test_segments": it.test_segments,
        "fee": it.fee,
        "is_usual_fee": it.is_usual_fee,
        "cost": it.cost,
        "orders": it.orders,
        "revenue": it.revenue,
        "elsewhere": [{"currency": name, "minor": minor} for name, minor in it.elsewhere.items()],
        "roas": None if it.roas is None else str(it.roas),
    }


def as_csv(found: CostReport) -> str:
    """Return a line per channel and the total, with a byte order mark; money in minor units."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_HEAD)
    for name, it in [*found.channels.items(), ("total", found.total)]:
        figures = [it.messages, it.tests, it.segments, it.test_segments, it.fee, it.cost]
        figures += [it.orders, it.revenue]
        ends = ["" if it.roas is None else str(it.roas), found.currency]
        writer.writerow([name, *["" if each is None else each for each in figures], *ends])
    return BOM + out.getvalue()
