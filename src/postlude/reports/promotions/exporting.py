"""The promotions as a file and as JSON. Pure."""

import csv
import io
from collections.abc import Iterator
from typing import Any

from postlude.reports.exporting import BOM, safe
from postlude.reports.types.promotions import (
    UNITS,
    DayRow,
    Number,
    Opened,
    OrderRow,
    Promotions,
    Purse,
    Refusal,
    RuleLine,
    Turnover,
)

COUNTS = (
    Number.PREVIEWED,
    Number.RESERVED,
    Number.HELD,
    Number.CONFIRMED,
    Number.CANCELLED,
    Number.EXPIRED,
    Number.REVERSED,
    Number.REPEATED,
    Number.REFUSED,
    Number.COUPONS_GIVEN,
    Number.COUPONS_REDEEMED,
)
_HEAD = ("rule", "title", "business", "versions")
_MONEY = ("currency", "paid_in", "bonus", "bonus_share")


def as_json(found: Promotions) -> dict[str, Any]:
    """Return the report as the API and `--json` give it; amounts in minor units."""
    days = found.days
    return {
        "since": days.since.isoformat() if days.since else None,
        "until": days.until.isoformat() if days.until else None,
        "zone": found.zone,
        "now": found.now.isoformat(),
        "rules": [_rule(each) for each in found.rules],
    }


def _rule(line: RuleLine) -> dict[str, Any]:
    return {
        "rule": line.rule,
        "title": line.title,
        "business": line.business,
        "versions": line.versions,
        **{each.value: line.count(each) for each in COUNTS},
        "refusals": [_refusal(each) for each in line.refusals],
        "turnover": [
            {
                "currency": each.currency,
                "paid_in": each.paid_in,
                "bonus": each.bonus,
                "bonus_share": each.share,
            }
            for each in line.turnover
        ],
        "rewards": [
            {"currency": each.currency, **{unit.value: getattr(each, unit) for unit in UNITS}}
            for each in line.purses
        ],
    }


def _refusal(each: Refusal) -> dict[str, Any]:
    said = {"why": each.why, "leaf": each.leaf, "detail": each.detail, "words": each.words}
    return {**said, "count": each.count}


def as_csv(found: Promotions) -> str:
    """Return a line per rule and currency, money in minor units. Begins with a byte order mark.

    The counts stand on a rule's first line only, so that a column may be summed.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*_HEAD, *COUNTS, *_MONEY, *UNITS])
    for line in found.rules:
        writer.writerows(_lines(line))
    return BOM + out.getvalue()


def _lines(line: RuleLine) -> Iterator[list[Any]]:
    first: list[Any] = [line.versions, *(line.count(each) for each in COUNTS)]
    later: list[Any] = [""] * len(first)
    head = [safe(each) for each in (line.rule, line.title, line.business)]
    for at, (currency, turned, purse) in enumerate(_currencies(line)):
        money = [turned.paid_in, turned.bonus, turned.share] if turned else [""] * 3
        units = [getattr(purse, each) for each in UNITS] if purse else [""] * len(UNITS)
        shown = ["" if each is None else each for each in money]
        yield [*head, *(later if at else first), currency, *shown, *units]


def _currencies(line: RuleLine) -> list[tuple[str, Turnover | None, Purse | None]]:
    purses = {each.currency: each for each in line.purses}
    found: list[tuple[str, Turnover | None, Purse | None]] = [
        (each.currency, each, purses.pop(f"bonus:{each.currency}", None)) for each in line.turnover
    ]
    return [*found, *((name, None, each) for name, each in purses.items())] or [("", None, None)]


def opened_as_json(found: Opened) -> dict[str, Any]:
    """Return a page behind a number: keys and amounts, nobody's name."""
    return {
        "rule": found.rule,
        "number": found.number.value,
        "figure": found.figure,
        "total": found.total,
        "items": [row_as_json(each) for each in found.rows],
        "next_offset": found.next_offset,
    }


def row_as_json(row: OrderRow | DayRow) -> dict[str, Any]:
    if isinstance(row, DayRow):
        return {"day": row.day.isoformat(), "figure": row.figure}
    return {
        "order": row.key,
        "business": row.business,
        "day": row.day.isoformat(),
        "decided_at": row.decided_at.isoformat(),
        "state": row.state,
        "amount": row.amount,
        "currency": row.currency or None,
        "figure": row.figure,
        "why": _refusal(row.why) if row.why else None,
    }
