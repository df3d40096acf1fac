"""The machinery: jobs, sources, backlog, senders."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from postlude.console import menu, readiness
from postlude.console.gate import Visit, page
from postlude.console.readings import machinery
from postlude.console.types import Tone
from postlude.kernel import clock
from postlude.orgs.api import Permission


@require_safe
@page(Permission.VIEW_OPERATIONS)
def system(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show what runs, what waits, and what is silent."""
    now = clock.now()
    ready = readiness.check(now)
    context = menu.context(
        visit,
        "system",
        sections=machinery.sections(visit.org, now=now),
        ready_tone=Tone.GOOD if ready.ok else Tone.BAD,
        ready_words=_("ready") if ready.ok else _("not ready"),
    )
    return render(request, "console/system.html", context)
