"""What an organiser needs when buyers write: the sale page's text, another address, guests."""

import base64
import binascii

from django.contrib import messages as flash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from postlude.console import menu
from postlude.console.gate import Visit, page
from postlude.console.readings import sale_page
from postlude.console.views.buyers import contact_of
from postlude.kernel import clock
from postlude.kernel.errors import N_, AppError, BadInput, NotFound
from postlude.orders import api as orders
from postlude.orgs.api import Permission
from postlude.people import api as people
from postlude.sources import api as sources
from postlude.sources.types import GuestReport

_LONGEST_ADDRESS = 320
_MOST_BYTES = 500_000


@require_safe
@page(Permission.VIEW_SALES)
def support(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show what to write on the sale page, and the pages to link to from there."""
    context = menu.context(
        visit,
        "support",
        texts=sale_page.texts(visit.org),
        links=[
            (_("I have not received it"), reverse("console:not-received", args=[visit.org.slug])),
            (_("How things stand now"), reverse("console:status", args=[visit.org.slug])),
        ],
        warnings=people.count_address_warnings(visit.org.id),
        can_invite=visit.may(Permission.GRANT_BY_HAND),
    )
    return render(request, "console/support.html", context)


@sensitive_post_parameters("email")
@require_POST
@page(Permission.CHANGE_CONTACT)
def change_email(request: HttpRequest, visit: Visit, token: str) -> HttpResponse:
    """Correct a buyer's address; with `join` also when it is another contact's."""
    contact = contact_of(token)
    try:
        found = people.change_email(
            visit.org.id,
            contact,
            request.POST.get("email", "")[:_LONGEST_ADDRESS],
            actor=visit.actor,
            now=clock.now(),
            join=request.POST.get("join") == "yes",
        )
    except NotFound:
        raise Http404 from None
    except AppError as error:
        flash.error(request, " ".join(error.in_words(_)), "bad")
        return redirect("console:buyer", visit.org.slug, token)
    if found.problem is not None:
        words = f"{_(found.problem.message)} {_(found.problem.hint)}"
        flash.error(request, words, "bad")
    else:
        text = _("The address is changed. The invitation follows once access is granted there.")
        flash.success(request, text, "good")
    return redirect("console:buyer", visit.org.slug, token)


@sensitive_post_parameters("content")
@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.GRANT_BY_HAND)
def guests(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Take a file of guests: look at it first, then let them in."""
    report, problem, content = None, "", b""
    if request.method == "POST":
        try:
            content = _content(request)
            report = _take(request, visit, content)
        except AppError as error:
            problem = " ".join(error.in_words(_))
    if report is not None and report.imported:
        flash.success(request, _told(report), "good")
        return redirect("console:guests", visit.org.slug)
    context = menu.context(
        visit,
        "support",
        conferences=orders.conferences(visit.org.id),
        report=report,
        problem=problem,
        content=base64.b64encode(content).decode() if report and not report.errors else "",
        chosen=request.POST.get("conference", ""),
        kind=request.POST.get("kind", "speaker"),
    )
    return render(request, "console/guests.html", context)


def _take(request: HttpRequest, visit: Visit, content: bytes) -> GuestReport:
    return sources.import_guests(
        visit.org.id,
        file=content,
        conference=request.POST.get("conference", ""),
        kind=request.POST.get("kind", "").strip(),
        now=clock.now(),
        dry_run=request.POST.get("step") != "import",
        revoke_missing=request.POST.get("revoke") == "yes",
    )


def _content(request: HttpRequest) -> bytes:
    """Return the file, or what was looked at before; raise BadInput for one that is too large."""
    uploaded = request.FILES.get("file")
    if uploaded is not None:
        if (uploaded.size or 0) > _MOST_BYTES:
            raise BadInput(
                N_("The file is larger than 500 kB."),
                hint=N_("Split it, or use the command: postlude import guests."),
            )
        return bytes(uploaded.read())
    try:
        return base64.b64decode(request.POST.get("content", ""), validate=True)
    except (ValueError, binascii.Error):
        return b""


def _told(report: GuestReport) -> str:
    n = report.rows
    text = ngettext("{n} guest is taken in, {new} new.", "{n} guests are taken in, {new} new.", n)
    told = text.format(n=n, new=report.new)
    if report.revoked:
        words = _("The access of {n} who were not in the file ends.")
        told = f"{told} {words.format(n=report.revoked)}"
    return told
