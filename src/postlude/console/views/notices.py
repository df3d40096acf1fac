"""One notice: its page, who stands behind its numbers, trying it, pausing it, running it."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages as flash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postlude.console import menu
from postlude.console.gate import Visit, page
from postlude.console.readings.notices import page as reading
from postlude.console.readings.notices import people
from postlude.console.readings.notices.listing import BOOKS
from postlude.console.timeline import find
from postlude.journeys import api as journeys
from postlude.kernel import clock
from postlude.kernel.errors import N_, AppError, NotFound
from postlude.orgs.api import Permission
from postlude.people import api as people_room

_LONGEST = 320
_LONGEST_ID = 20
_LAST_ID = 2**63 - 1


@sensitive_post_parameters("contact")
@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.VIEW_SALES)
def notice(request: HttpRequest, visit: Visit, notice: str) -> HttpResponse:
    """Show a notice; a POST says what it would do for one person, and changes nothing.

    A POST, so that no address gets into a URL. Only who may see contacts may name one, and that is
    audited.
    """
    now = clock.now()
    try:
        found = reading.page(visit.org, notice, now=now)
    except NotFound:
        raise Http404 from None
    context: dict[str, Any] = {
        "page": found,
        "can_switch": visit.may(Permission.PUBLISH_JOURNEYS),
        "can_name": visit.may(Permission.VIEW_CONTACT),
    }
    if request.method == "POST":
        try:
            contact = _contact(request, visit)
            context["foreseen"] = people.foreseen(visit.org, notice, contact, now=now)
        except AppError as error:
            context["try_problem"] = " ".join(error.in_words(_))
    return render(request, "console/notice.html", menu.context(visit, "journeys", **context))


@require_safe
@page(Permission.VIEW_SALES)
def rows(request: HttpRequest, visit: Visit, notice: str) -> HttpResponse:
    """Show who stands behind a number of a run, masked; 404 for a run that there is not."""
    of, selection = request.GET.get("of", ""), request.GET.get("selection", "")
    run, before = _number(request.GET.get("run", "")), _number(request.GET.get("before", ""))
    if run is None or of not in BOOKS:
        raise Http404
    found = people.lines(visit.org, notice, run, selection=selection, of=of, before=before)
    if found is None:
        raise Http404
    asked = {"run": run, "selection": selection, "of": of}
    context = menu.context(
        visit,
        "journeys",
        notice=journeys.notice(visit.org.id, notice, now=clock.now()),
        selection=selection,
        label=_(BOOKS[of]),
        rows=found.rows,
        next_query=urlencode({**asked, "before": found.before}) if found.before else "",
    )
    return render(request, "console/notice_rows.html", context)


@require_safe
@page(Permission.VIEW_SALES)
def redeemed(request: HttpRequest, visit: Visit, notice: str) -> HttpResponse:
    """Show the orders that named the coupon which this notice told of."""
    try:
        fact = journeys.notice(visit.org.id, notice, now=clock.now())
    except NotFound:
        raise Http404 from None
    action = request.GET.get("action", "")[:64]
    found = people.redeemed(visit.org, notice, action)
    context = menu.context(visit, "journeys", notice=fact, action=action, rows=found)
    return render(request, "console/notice_redeemed.html", context)


@require_POST
@page(Permission.PUBLISH_JOURNEYS)
def switch(request: HttpRequest, visit: Visit, notice: str) -> HttpResponse:
    """Pause a notice, put it back, or begin a run now; who did it stands on its page."""
    actor, to, now = f"staff:{visit.user.pk}", request.POST.get("to", ""), clock.now()
    try:
        journeys.notice(visit.org.id, notice, now=now)
        if to == "run":
            begun = journeys.begin_by_hand(visit.org.id, notice, now=now, actor=actor)
            words = _("A run has begun. Nobody gets it twice in a period.")
            if begun is None:
                words = _("A run was begun by hand this minute already.")
            flash.success(request, words, "good" if begun else "warn")
        elif to in {"pause", "resume"}:
            paused = to == "pause"
            journeys.pause_notice(visit.org.id, notice, paused=paused, now=now, actor=actor)
            words = _("It is paused: no run begins.") if paused else _("It is on again.")
            flash.success(request, words, "good")
    except NotFound:
        raise Http404 from None
    return redirect("console:notice", visit.org.slug, notice)


def _number(text: str) -> int | None:
    if not text.isdecimal() or not text.isascii() or len(text) >= _LONGEST_ID:
        return None
    return min(int(text), _LAST_ID)


def _contact(request: HttpRequest, visit: Visit) -> int:
    """Return whom an address, a ticket or an order names; looking at one leaves an audit row."""
    if not visit.may(Permission.VIEW_CONTACT):
        raise NotFound(N_("Your role does not name customers."))
    text = request.POST.get("contact", "").replace("\0", "").strip()[:_LONGEST]
    contact = find(visit.org.id, text) if text else None
    if contact is None:
        raise NotFound(N_("Nobody has this address."), hint=N_("Write the whole e-mail address."))
    people_room.show(
        visit.org.id,
        [contact],
        actor=visit.actor,
        permissions=visit.permissions,
        purpose="tries a notice",
        now=clock.now(),
    )
    return contact
