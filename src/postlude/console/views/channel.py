"""The channel report and the cost report: pages, rows behind a number, files."""

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from postlude.console import menu
from postlude.console.gate import Visit, page
from postlude.console.readings import channel as reading
from postlude.console.readings.channel import Asked
from postlude.kernel.errors import AppError
from postlude.orgs.api import Permission
from postlude.reports import api as reports
from postlude.reports.errors import ReportError
from postlude.reports.types import channel as types
from postlude.reports.types import cost

_LONGEST = 200


@require_safe
@page(Permission.VIEW_SALES)
def channel(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show what a channel sent, who opened and clicked it, and what was bought then."""
    asked = _asked(request)
    context = _around(visit, asked)
    try:
        meant = _meant(visit.org.id, asked)
    except ReportError as error:
        return _refused(request, visit, "channel", context, error)
    found = reports.channel(visit.org.id, meant)
    context |= {"page": reading.page(visit.org, asked, found), "meant": meant}
    return render(request, "console/channel.html", menu.context(visit, "channel", **context))


@require_safe
@page(Permission.VIEW_SALES)
def rows(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show what stands behind a number; people are masked."""
    asked = _asked(request)
    context = _around(visit, asked)
    number, line = _given(request, "number") or "sent", _given(request, "line")
    offset = _number(request.GET.get("offset", ""))
    try:
        meant = _meant(visit.org.id, asked)
        place = reports.channel_line(line)
        found = reports.channel_rows(visit.org.id, meant, number, place=place, offset=offset)
    except ReportError as error:
        return _refused(request, visit, "channel", context, error)
    following = asked.query(number=number, line=line, offset=found.next_offset)
    context |= {
        "label": _(reading.LABELS[found.number]),
        "place": place,
        "channel_name": reading.channel(place.channel) if place else "",
        "meant": meant,
        "rows": reading.shown(visit.org, found),
        "next_query": following if found.next_offset else "",
    }
    return render(request, "console/channel_rows.html", menu.context(visit, "channel", **context))


@require_safe
@page(Permission.VIEW_SALES)
def csv(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Send the channel report as a file."""
    asked = _asked(request)
    try:
        found = reports.channel(visit.org.id, _meant(visit.org.id, asked))
    except ReportError as error:
        return _refused(request, visit, "channel", _around(visit, asked), error)
    return _file(reports.channel_as_csv(found), f"channel-{visit.org.slug}.csv")


@require_safe
@page(Permission.VIEW_SALES)
def costs(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show what the channels cost, and what they brought."""
    asked = _asked(request)
    context = _around(visit, asked)
    try:
        meant = _cost_meant(visit.org.id, asked)
    except ReportError as error:
        return _refused(request, visit, "cost", context, error)
    found = reports.cost(visit.org.id, meant)
    context |= {
        "meant": meant,
        "rows": reading.bills(found),
        "total": reading.bill_total(found),
        "columns": reading.bill_columns(),
        "bars": reading.bill_chart(found),
        "now": found.now,
        "usual": any(it.is_usual_fee and it.messages for it in found.channels.values()),
    }
    return render(request, "console/cost.html", menu.context(visit, "cost", **context))


@require_safe
@page(Permission.VIEW_SALES)
def costs_csv(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Send the cost report as a file."""
    asked = _asked(request)
    try:
        found = reports.cost(visit.org.id, _cost_meant(visit.org.id, asked))
    except ReportError as error:
        return _refused(request, visit, "cost", _around(visit, asked), error)
    return _file(reports.cost_as_csv(found), f"cost-{visit.org.slug}.csv")


@require_safe
@page(Permission.VIEW_SALES)
def metrics(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show what each number of these reports is, as docs/reference/metrics.md says it."""
    listed = [
        {
            "metric": each["metric"],
            "parts": [(name.replace("_", " "), text) for name, text in list(each.items())[1:]],
        }
        for each in map(asdict, reports.METRICS)
    ]
    context = menu.context(visit, "channel", metrics=listed)
    return render(request, "console/report_metrics.html", context)


def _given(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\0", "").strip()[:_LONGEST]


def _asked(request: HttpRequest) -> Asked:
    return Asked(
        since=_given(request, "from"),
        until=_given(request, "to"),
        channel=_given(request, "channel"),
        folder=_given(request, "folder"),
        journey=_given(request, "journey"),
        basis=_given(request, "basis"),
        counts=_given(request, "counts"),
        orders=_given(request, "orders"),
    )


def _meant(org: int, asked: Asked) -> types.Asked:
    return reports.channel_asked(
        org,
        since=asked.since,
        until=asked.until,
        channels=[asked.channel],
        folder=asked.folder,
        journey=asked.journey,
        basis=asked.basis,
        counts=asked.counts,
        orders=asked.orders,
    )


def _cost_meant(org: int, asked: Asked) -> cost.Asked:
    return reports.cost_asked(
        org,
        since=asked.since,
        until=asked.until,
        channels=[asked.channel],
        basis=asked.basis,
        orders=asked.orders,
    )


def _around(visit: Visit, asked: Asked) -> dict[str, Any]:
    every = reports.channel_choices(visit.org.id)
    journeys = [it for it in every if not asked.channel or asked.channel in it.channels]
    return {
        "asked": asked,
        "query": asked.query(),
        "channels": reading.channel_choices(),
        "folders": sorted({it.folder for it in journeys if it.folder}),
        "journeys": journeys,
        "readings": [(each.value, _(label)) for each, label in reading.READINGS.items()],
    }


def _refused(
    request: HttpRequest, visit: Visit, name: str, context: dict[str, Any], error: AppError
) -> HttpResponse:
    context["problem"], context["problem_hint"] = error.in_words(_)
    whole = menu.context(visit, name, **context)
    return render(request, f"console/{name}.html", whole, status=error.http_status)


def _file(text: str, name: str) -> HttpResponse:
    answer = HttpResponse(text, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else 0  # noqa: PLR2004
