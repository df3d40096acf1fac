"""The first page, and the part of it that keeps living."""

import hashlib
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from postlude.console import menu
from postlude.console.gate import Visit, page
from postlude.console.readings import conferences
from postlude.console.readings import sales as reading
from postlude.kernel import clock
from postlude.orgs.api import Permission


@require_safe
@page(Permission.VIEW_SALES)
def sales(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show a conference's sale."""
    context = _context(request, visit, clock.now())
    context["live"] = _live(request, context)[0]
    whole = menu.context(visit, "sales", **context)
    return render(request, "console/sales.html", whole)


@require_safe
@page(Permission.VIEW_SALES)
def live(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Answer the part that lives; 204 when the reader's copy is still right."""
    html, version = _live(request, {"org": visit.org, **_context(request, visit, clock.now())})
    if request.GET.get("v") == version:
        return HttpResponse(status=204)
    return HttpResponse(html)


def _context(request: HttpRequest, visit: Visit, now: datetime) -> dict[str, Any]:
    chosen, everything = conferences.chosen(visit.org.id, request.GET.get("conference", ""))
    shown = reading.page(visit.org, chosen, now=now)
    minutes = shown.timings.minutes
    return {
        "page": shown,
        "conference": chosen.id if chosen else 0,
        "conferences": [(each.id, each.name) for each in everything],
        "points": [
            [int(each.at.timestamp()) for each in minutes],
            [round(each.median, 2) for each in minutes],
            [round(each.p95, 2) for each in minutes],
        ],
        "org": visit.org,
    }


def _live(request: HttpRequest, context: dict[str, Any]) -> tuple[str, str]:
    """Render the living part; its URL carries what it shows, so that no change means no swap."""
    html = render_to_string("console/_sales_live.html", context, request=request)
    version = hashlib.blake2b(html.encode(), digest_size=9).hexdigest()
    base = reverse("console:sales-live", args=[context["org"].slug])
    query = urlencode({"conference": context["conference"], "v": version})
    return html.replace("@LIVE_URL@", f"{base}?{query}"), version
