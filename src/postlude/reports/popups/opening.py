"""The rows behind a number of the popup report."""

from collections.abc import Sequence

from postlude.kernel import store
from postlude.popups import api as popups
from postlude.reports.errors import BadPopupNumber
from postlude.reports.popups import report
from postlude.reports.popups.counting import Click
from postlude.reports.queries import ask
from postlude.reports.types.popups import (
    PopupDays,
    PopupNumber,
    PopupRow,
    PopupRows,
    Side,
)

PAGE = 50
_BOTH = -1


def number(name: str) -> PopupNumber:
    """Return the number of that name; raise BadPopupNumber."""
    if name not in set(PopupNumber):
        raise BadPopupNumber(name, ", ".join(PopupNumber))
    return PopupNumber(name)


def opened(  # noqa: PLR0913 - which number, and which page of it
    org: int,
    which: PopupDays,
    wanted: PopupNumber,
    *,
    of: Side | None = None,
    limit: int = PAGE,
    offset: int = 0,
) -> PopupRows:
    """Return what stands behind a number, the newest first."""
    if wanted in {PopupNumber.SHOWN, PopupNumber.HELD_OUT}:
        total = report.report(org, which).total.count(wanted, of)
        page = _exposures(org, which, wanted, of, (limit, offset))
    else:
        found = _clicked(org, which, wanted, of)
        total, page = len(found), found[offset : offset + limit]
    more = offset + limit if total > offset + limit else None
    return PopupRows(wanted, page, total, more)


def _exposures(
    org: int, which: PopupDays, wanted: PopupNumber, of: Side | None, page: tuple[int, int]
) -> Sequence[PopupRow]:
    ids = {each.slug: each.id for each in popups.lines(org)}
    given = report.span(org, which) | {
        "fate": wanted.value,
        "popup": ids[which.popup] if which.popup else 0,
        "headless": _BOTH if of is None else int(of is Side.ANONYMOUS),
        "limit": page[0],
        "offset": page[1],
    }
    return [
        PopupRow(row[0], row[1], store.known_instant(row[2]), row[3], row[4], report.side(row[5]))
        for row in ask("list_popup_exposures", given)
    ]


def _clicked(
    org: int, which: PopupDays, wanted: PopupNumber, of: Side | None
) -> Sequence[PopupRow]:
    names = {each.id: each.slug for each in popups.lines(org) if which.popup in {"", each.slug}}
    read = report.read_all(org, which, set(names))
    if wanted is PopupNumber.CLICKED:
        found = [_row(each, names) for each in read.clicks]
    else:
        found = [
            PopupRow(
                names[click.popup],
                click.version,
                order.at,
                click.visitor,
                click.contact,
                click.side,
                order.uid,
                order.amount,
            )
            for order, click in read.orders
        ]
    kept = [each for each in found if of in {None, each.side}]
    return sorted(kept, key=lambda each: each.at, reverse=True)


def _row(click: Click, names: dict[int, str]) -> PopupRow:
    return PopupRow(
        names[click.popup], click.version, click.at, click.visitor, click.contact, click.side
    )
