"""Journeys that start at a set time, and the people behind their numbers."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from postlude.console import menu
from postlude.console.gate import Visit, page
from postlude.console.readings import journey_rows, paths
from postlude.console.readings import schedules as reading
from postlude.console.readings.notices import listing as notices
from postlude.kernel import clock
from postlude.orgs.api import Permission

_LAST_ID = 2**63 - 1


@require_safe
@page(Permission.VIEW_SALES)
def journeys(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show when each goes out, to how many, and how far it is."""
    now = clock.now()
    context = menu.context(
        visit,
        "journeys",
        rows=reading.rows(visit.org, now=now),
        notices=notices.rows(visit.org, now=now),
        paths=paths.rows(visit.org),
        zone=visit.org.zone,
    )
    return render(request, "console/journeys.html", context)


@require_safe
@page(Permission.VIEW_SALES)
def rows(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show who stands behind a number, masked; 404 for a run that there is not."""
    journey, conference = (request.GET.get(name, "") for name in ("journey", "conference"))
    of, before = request.GET.get("of", ""), request.GET.get("before", "")
    run = journey_rows.run(visit.org, journey, conference, now=clock.now())
    if run is None or run.cycle is None or of not in journey_rows.LABELS:
        raise Http404
    last = min(int(before), _LAST_ID) if before.isdecimal() and len(before) < 20 else None  # noqa: PLR2004 - as long as an id
    found = journey_rows.rows(visit.org, run.cycle, of, before=last)
    asked = {"journey": journey, "conference": conference, "of": of}
    context = menu.context(
        visit,
        "journeys",
        label=_(journey_rows.LABELS[of]),
        run=run,
        rows=found.rows,
        next_query=urlencode({**asked, "before": found.before}) if found.before else "",
    )
    return render(request, "console/journey_rows.html", context)
