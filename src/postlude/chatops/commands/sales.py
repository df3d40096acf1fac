"""/event sales: what was sold, by ticket type and local day, as a CSV file."""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.translation import gettext as _

from postlude.chatops.commands import events, ranges
from postlude.chatops.commands.fitting import plain
from postlude.chatops.commands.ranges import Range
from postlude.chatops.commands.shape import Answer, Call, File
from postlude.chatops.errors import BadRange
from postlude.kernel.errors import N_
from postlude.orders import api as orders
from postlude.orders.types import HappeningRef
from postlude.orgs import api as orgs

_BOM = "\ufeff"
# A cell that begins so is a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9._-]+")


def check(call: Call) -> object:
    """Raise NoSuchEvent or BadRange before anything is promised."""
    return _days(call, events.find(call.org.id, call.value("slug")))


def answer(call: Call) -> Answer:
    """Return the file, and in words what is in it."""
    happening = events.find(call.org.id, call.value("slug"))
    days = _days(call, happening)
    names = [
        (each.ticket_type, each.name) for each in orders.sold_by_type(call.org.id, [happening.id])
    ]
    counts: dict[int, dict[date, int]] = defaultdict(dict)
    for each in orders.sold_by_day(call.org.id, happening.id, first=days.first, last=days.last):
        counts[each.ticket_type][each.day] = each.sold
    content = table(names, counts, days).encode()
    if len(content) > call.size_limit:
        raise BadRange(
            N_("The file would be larger than Discord takes here ({most} MB)."),
            most=max(1, call.size_limit // 1_000_000),
            hint=N_("Ask for fewer days."),
        )
    slug = events.slug_of(happening)
    name = f"{slug}_{days.first:%Y%m%d}-{days.last:%Y%m%d}.csv"
    total = sum(sum(each.values()) for each in counts.values())
    text = _("{slug}: sold from {first} to {last}: {total}").format(
        slug=plain(slug),
        first=f"{days.first:%Y/%m/%d}",
        last=f"{days.last:%Y/%m/%d}",
        total=total,
    )
    return Answer(text, File(_NOT_IN_A_NAME.sub("-", name), content, "text/csv; charset=utf-8"))


def _days(call: Call, happening: HappeningRef) -> Range:
    today = orgs.local_day(call.org.id, call.now)
    first, last = call.value("from"), call.value("to")
    whole = None
    if not (first or last):
        whole = orders.first_and_last_day(call.org.id, happening.id)
    return ranges.read(first, last, today=today, whole=whole)


def table(
    names: Sequence[tuple[int, str]], counts: Mapping[int, Mapping[date, int]], days: Range
) -> str:
    """Return the CSV: a row a ticket type, a column a day, and the totals of both."""
    columns = days.days()
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["", *(f"{day:%Y/%m/%d}" for day in columns), _("Total sold")])
    sums = [0] * len(columns)
    for number, name in names:
        row = [counts.get(number, {}).get(day, 0) for day in columns]
        sums = [before + each for before, each in zip(sums, row, strict=True)]
        writer.writerow([_harmless(name), *row, sum(row)])
    writer.writerow([_("Total"), *sums, sum(sums)])
    return _BOM + out.getvalue()


def _harmless(name: str) -> str:
    return f"'{name}" if name.startswith(_FORMULA) else name
