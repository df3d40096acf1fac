"""Buyers, and the one that somebody asks about."""

from django.contrib import messages as flash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from postlude.console import menu
from postlude.console import timeline as timelines
from postlude.console.gate import Visit, page
from postlude.console.readings import buyers as reading
from postlude.console.readings import conferences
from postlude.console.readings import ledger as ledgers
from postlude.console.readings.possessions import possessions
from postlude.journeys import api as journeys
from postlude.kernel import clock, ids, tokens
from postlude.kernel.errors import AppError, BadToken
from postlude.orgs.api import Permission

_LONGEST_SEARCH = 320


@sensitive_post_parameters("q")
@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.VIEW_SALES)
def buyers(request: HttpRequest, visit: Visit) -> HttpResponse:
    """List buyers. A search is a POST: an address never gets into a URL, a log or a history."""
    chosen, _all = conferences.chosen(visit.org.id, request.GET.get("conference", ""))
    state = request.GET.get("state", "")
    offset = _number(request.GET.get("offset", ""))
    shown = reading.listing(visit.org, chosen.id if chosen else None, state=state, offset=offset)
    q = request.POST.get("q", "").strip()[:_LONGEST_SEARCH]
    found = reading.search(visit.org, q) if q else shown.rows
    following = shown.next_offset if not q else None
    context = menu.context(
        visit,
        "buyers",
        rows=found,
        tabs=shown.tabs,
        total=len(found) if q else shown.total,
        q=q,
        next_url=f"?state={state}&offset={following}" if following is not None else "",
    )
    return render(request, "console/buyers.html", context)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0  # noqa: PLR2004


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.VIEW_SALES)
def buyer(request: HttpRequest, visit: Visit, token: str) -> HttpResponse:
    """Show one buyer's story; a POST with a purpose reveals the person, and is audited."""
    contact = contact_of(token)
    purpose = request.POST.get("purpose", "").strip()
    reveals = bool(purpose) and request.method == "POST" and visit.may(Permission.VIEW_CONTACT)
    story = timelines.timeline(
        visit.org.id,
        contact,
        actor=visit.actor,
        permissions=visit.permissions if reveals else frozenset(),
        purpose=purpose or "list",
        now=clock.now(),
    )
    if story is None:
        raise Http404
    context = menu.context(
        visit,
        "buyers",
        story=story,
        has=possessions(
            visit.org, contact, clear=visit.may(Permission.VIEW_REWARDS), now=clock.now()
        ),
        ledger=ledgers.ledger(visit.org, contact),
        token=token,
        zone=visit.org.zone,
        can_reveal=visit.may(Permission.VIEW_CONTACT),
        can_resend=visit.may(Permission.RESEND),
        can_change=visit.may(Permission.CHANGE_CONTACT),
        request_id=ids.new_id(),
    )
    return render(request, "console/buyer.html", context)


@require_POST
@page(Permission.RESEND)
def resend(request: HttpRequest, visit: Visit, token: str) -> HttpResponse:
    """Send the invitation once more; pressing the button twice sends one."""
    contact = contact_of(token)
    known = {number for number, _name in timelines.conferences_of(visit.org.id, contact)}
    conference = _id(request.POST.get("conference", ""))
    if conference not in known:
        raise Http404
    try:
        journeys.resend(
            visit.org.id,
            contact,
            conference,
            actor=f"staff:{visit.user.pk}",
            now=clock.now(),
            request=request.POST.get("request", "")[:40],
        )
    except AppError as error:
        flash.error(request, " ".join(error.in_words(_)), "bad")
    else:
        flash.success(request, _("The invitation is on its way to the stored address."), "good")
    return redirect("console:buyer", visit.org.slug, token)


def _id(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 20 else 0  # noqa: PLR2004


def contact_of(token: str) -> int:
    """Return whom a page is about; 404 for a token that is not ours."""
    try:
        return tokens.unseal("contact", token)
    except BadToken:
        raise Http404 from None
