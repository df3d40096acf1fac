"""Journeys that start at a set time."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from postlude.console import menu
from postlude.console.gate import Visit, page
from postlude.console.readings import schedules as reading
from postlude.kernel import clock
from postlude.orgs.api import Permission


@require_safe
@page(Permission.VIEW_SALES)
def journeys(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show when each goes out, to how many, and how far it is."""
    rows = reading.rows(visit.org, now=clock.now())
    context = menu.context(visit, "journeys", rows=rows, zone=visit.org.zone)
    return render(request, "console/journeys.html", context)
