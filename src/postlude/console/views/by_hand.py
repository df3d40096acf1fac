"""The queue of a person who lets people in: a list to copy, "done", and back to the provider."""

from django.contrib import messages as flash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from postlude.access import api as access
from postlude.console import menu
from postlude.console.gate import Visit, frame, page
from postlude.console.readings import by_hand as reading
from postlude.kernel import clock
from postlude.orders import api as orders
from postlude.orgs.api import Permission

_PURPOSE = "lets people in by hand"


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.VIEW_SALES)
def by_hand(request: HttpRequest, visit: Visit) -> HttpResponse:
    """List who waits; a POST that names a queue reveals its e-mails, and is audited."""
    reveal = None
    if request.method == "POST" and visit.may(Permission.VIEW_CONTACT):
        reveal = reading.Reveal(
            request.POST.get("queue", ""), visit.actor, visit.permissions, _PURPOSE, clock.now()
        )
    return _answer(request, visit, reveal)


@require_POST
@page(Permission.GRANT_BY_HAND)
def done(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Note that these people have been let in: those ticked, or all that were listed."""
    field = "listed" if request.POST.get("which") == "all" else "picked"
    editions = reading.chosen(request.POST.getlist(field))
    n = access.mark_done(
        visit.org.id,
        editions,
        actor=f"staff:{visit.user.pk}",
        now=clock.now(),
        editions=editions,
    )
    words = [ngettext("{n} person is let in.", "{n} people are let in.", n).format(n=n)]
    if not editions:
        words = [_("Nobody was ticked.")]
    elif n < len(editions):
        late = _("Left out, since somebody was faster or the address has changed: {n}.")
        words.append(late.format(n=len(editions) - n))
    leaving = access.count_overtaken(visit.org.id, editions)
    if leaving:
        words.append("{}: {}.".format(_("To remove by hand"), leaving))
    flash.success(request, " ".join(words), "good" if n and not leaving else "warn")
    return _after(request, visit)


@require_POST
@page(Permission.GRANT_BY_HAND)
def hand_back(request: HttpRequest, visit: Visit) -> HttpResponse:
    """The provider works again: it tries those whom a person was to let in instead."""
    conference, _dot, resource = request.POST.get("queue", "").partition(".")
    if conference not in {str(each.id) for each in orders.conferences(visit.org.id)}:
        raise Http404
    n = access.regrant(
        visit.org.id,
        int(conference),
        resource=resource,
        actor=f"staff:{visit.user.pk}",
        now=clock.now(),
    )
    text = ngettext("{n} grant is tried again.", "{n} grants are tried again.", n)
    flash.success(request, text.format(n=n), "good")
    return _after(request, visit)


def _after(request: HttpRequest, visit: Visit) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return _answer(request, visit, None)
    return redirect("console:by-hand", visit.org.slug)


def _answer(request: HttpRequest, visit: Visit, reveal: reading.Reveal | None) -> HttpResponse:
    context = {
        "queues": reading.queues(visit.org, reveal),
        "revealed": reveal.queue if reveal else "",
        "can_reveal": visit.may(Permission.VIEW_CONTACT),
        "can_grant": visit.may(Permission.GRANT_BY_HAND),
    }
    if request.headers.get("HX-Request"):
        return render(request, "console/_by_hand.html", frame(visit, part=True, **context))
    return render(request, "console/by_hand.html", menu.context(visit, "by-hand", **context))
