"""The funnel: the page, the tickets behind a number, the file."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from postlude.console import menu
from postlude.console.gate import Visit, page
from postlude.console.readings import funnel as reading
from postlude.kernel.errors import AppError
from postlude.orgs.api import Permission
from postlude.reports import api as reports
from postlude.reports.errors import ReportError
from postlude.reports.types.funnel import Scope

_LONGEST = 300


@require_safe
@page(Permission.VIEW_SALES)
def funnel(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show how many tickets came how far; a question that cannot be answered says how to ask."""
    asked = _asked(request)
    context: dict[str, Any] = _around(visit, asked)
    try:
        scope = _scope(visit.org.id, asked)
        context["types"] = reports.type_names(visit.org.id, scope.happenings)
        found = reports.funnel(visit.org.id, scope)
    except ReportError as error:
        return _refused(request, visit, context, error)
    context["page"] = reading.page(visit.org, asked, found)
    context["csv_query"] = asked.query()
    return render(request, "console/funnel.html", menu.context(visit, "funnel", **context))


@require_safe
@page(Permission.VIEW_SALES)
def rows(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show the tickets behind a number, their holders masked."""
    asked = _asked(request)
    stopped = bool(request.GET.get("stopped"))
    offset = _number(request.GET.get("offset", ""))
    context: dict[str, Any] = _around(visit, asked)
    try:
        step = reports.step(request.GET.get("step", "registered")[:_LONGEST])
        scope = _scope(visit.org.id, asked)
        found = reports.rows(visit.org.id, scope, step, stopped=stopped, offset=offset)
    except ReportError as error:
        return _refused(request, visit, context, error)
    context |= {
        "label": _(reading.LABELS[step]),
        "is_step": step in set(reports.STEPS),
        "stopped": stopped,
        "total": found.total,
        "rows": reading.ticket_rows(visit.org, found, step),
        "all_query": asked.query(step=step),
        "stopped_query": asked.query(step=step, stopped=1),
        "back_query": asked.query(),
        "next_query": asked.query(step=step, stopped=stopped, offset=found.next_offset)
        if found.next_offset
        else "",
    }
    return render(request, "console/funnel_rows.html", menu.context(visit, "funnel", **context))


@require_safe
@page(Permission.VIEW_SALES)
def csv(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Send the funnel as a file: a line per event, ticket type and day."""
    asked = _asked(request)
    try:
        found = reports.funnel(visit.org.id, _scope(visit.org.id, asked))
    except ReportError as error:
        return _refused(request, visit, _around(visit, asked), error)
    answer = HttpResponse(reports.as_csv(found), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="funnel-{visit.org.slug}.csv"'
    return answer


def _asked(request: HttpRequest) -> reading.Asked:
    def given(name: str) -> str:
        return request.GET.get(name, "").strip()[:_LONGEST]

    by = given("by")
    return reading.Asked(
        event=given("event"),
        ticket_type=given("type"),
        since=given("since"),
        until=given("until"),
        by=by if by in reading.CUTS else reading.CUTS[0],
    )


def _scope(org: int, asked: reading.Asked) -> Scope:
    return reports.scope(
        org,
        event=asked.event,
        ticket_type=asked.ticket_type,
        since=asked.since,
        until=asked.until,
    )


def _around(visit: Visit, asked: reading.Asked) -> dict[str, Any]:
    cuts = (("type", _("Ticket type")), ("day", _("Day")), ("both", _("Ticket type and day")))
    return {
        "asked": asked,
        "choices": reading.choices(visit.org),
        "types": [],
        "cuts": [(key, label, asked.query(by=key)) for key, label in cuts],
    }


def _refused(
    request: HttpRequest, visit: Visit, context: dict[str, Any], error: AppError
) -> HttpResponse:
    context["problem"], context["problem_hint"] = error.in_words(_)
    whole = menu.context(visit, "funnel", **context)
    return render(request, "console/funnel.html", whole, status=error.http_status)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else 0  # noqa: PLR2004
