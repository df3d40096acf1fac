"""The popup report: the page, the rows behind a number, the file."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from postlude.console import menu
from postlude.console.gate import Visit, page
from postlude.console.readings import popups as reading
from postlude.console.readings.days import Asked
from postlude.kernel.errors import AppError
from postlude.orgs.api import Permission
from postlude.reports import api as reports
from postlude.reports.errors import ReportError
from postlude.reports.types.popups import Side

_LONGEST = 200


@require_safe
@page(Permission.VIEW_SALES)
def popups(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show what popups brought."""
    asked = _asked(request)
    context: dict[str, Any] = {"asked": asked, "query": asked.query()}
    try:
        which = reports.popups_asked(visit.org.id, since=asked.since, until=asked.until)
    except ReportError as error:
        return _refused(request, visit, context, error)
    found = reports.popups(visit.org.id, which)
    context["page"] = reading.page(visit.org, asked, found)
    return render(request, "console/popups.html", menu.context(visit, "popups", **context))


@require_safe
@page(Permission.VIEW_SALES)
def rows(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show what stands behind a number; people are masked."""
    asked = _asked(request)
    popup, of = _given(request, "popup"), _given(request, "of")
    side = Side(of) if of in set(Side) else None
    offset = _number(request.GET.get("offset", ""))
    context: dict[str, Any] = {"asked": asked, "query": asked.query()}
    try:
        number = reports.popup_number(_given(request, "number") or "shown")
        which = reports.popups_asked(
            visit.org.id, since=asked.since, until=asked.until, popup=popup
        )
    except ReportError as error:
        return _refused(request, visit, context, error)
    found = reports.popups_opened(visit.org.id, which, number, of=side, offset=offset)
    following = {"number": number.value, "popup": popup, "of": of, "offset": found.next_offset}
    context |= {
        "label": _(reading.LABELS[number]),
        "popup": popup,
        "side": _(reading.SIDES[side]) if side else "",
        "total": found.total,
        "rows": reading.rows(visit.org, found, visit.org.currency),
        "next_query": asked.query(**following) if found.next_offset else "",
    }
    return render(request, "console/popup_rows.html", menu.context(visit, "popups", **context))


@require_safe
@page(Permission.VIEW_SALES)
def csv(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Send the report as a file."""
    asked = _asked(request)
    try:
        which = reports.popups_asked(visit.org.id, since=asked.since, until=asked.until)
    except ReportError as error:
        return _refused(request, visit, {"asked": asked}, error)
    text = reports.popups_as_csv(reports.popups(visit.org.id, which))
    answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="popups-{visit.org.slug}.csv"'
    return answer


def _asked(request: HttpRequest) -> Asked:
    return Asked(_given(request, "since"), _given(request, "until"))


def _given(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\0", "").strip()[:_LONGEST]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else 0  # noqa: PLR2004


def _refused(
    request: HttpRequest, visit: Visit, context: dict[str, Any], error: AppError
) -> HttpResponse:
    context["problem"], context["problem_hint"] = error.in_words(_)
    whole = menu.context(visit, "popups", **context)
    return render(request, "console/popups.html", whole, status=error.http_status)
