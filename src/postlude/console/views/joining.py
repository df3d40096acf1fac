"""Saying that two contacts are one person, or two after all."""

from collections.abc import Callable

from django.contrib import messages as flash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from postlude.console import timeline as timelines
from postlude.console.gate import Visit, page
from postlude.console.views.buyers import contact_of
from postlude.kernel import clock, tokens
from postlude.kernel.errors import AppError, NotFound
from postlude.orgs.api import Permission
from postlude.people import api as people

_LONGEST = 320


@sensitive_post_parameters("other")
@require_POST
@page(Permission.CHANGE_CONTACT)
def merge(request: HttpRequest, visit: Visit, token: str) -> HttpResponse:
    """Join this contact to the one that is named; go where both are from now on."""
    contact = _of_ours(visit, token)
    other = timelines.find(visit.org.id, request.POST.get("other", "")[:_LONGEST])
    if other is None:
        flash.error(request, _("Nobody here has this address, phone, number or order."), "bad")
        return redirect("console:buyer", visit.org.slug, token)

    def joined() -> str:
        done = people.merge(
            visit.org.id, contact, other, why=_why(request), actor=visit.actor, now=clock.now()
        )
        nonlocal token
        token = tokens.seal("contact", done.contact)
        return _("They are one person from now on.")

    _try(request, joined)
    return redirect("console:buyer", visit.org.slug, token)


@require_POST
@page(Permission.CHANGE_CONTACT)
def unmerge(request: HttpRequest, visit: Visit, token: str) -> HttpResponse:
    """Part a contact from the one that speaks for it, and show the parted one."""
    contact = _of_ours(visit, token)

    def parted() -> str:
        people.unmerge(visit.org.id, contact, why=_why(request), actor=visit.actor, now=clock.now())
        return _("They are two people again, each with what it had.")

    _try(request, parted)
    return redirect("console:buyer", visit.org.slug, token)


@require_POST
@page(Permission.CHANGE_CONTACT)
def keep_apart(request: HttpRequest, visit: Visit, token: str) -> HttpResponse:
    """Say of a conflict that they are two people."""
    _of_ours(visit, token)
    text = request.POST.get("conflict", "")
    number = int(text) if text.isdecimal() and len(text) < 20 else 0  # noqa: PLR2004

    def apart() -> str:
        people.keep_apart(
            visit.org.id, number, why=_why(request), actor=visit.actor, now=clock.now()
        )
        return _("They stay two people, and nobody is asked about them again.")

    _try(request, apart)
    return redirect("console:buyer", visit.org.slug, token)


def _of_ours(visit: Visit, token: str) -> int:
    """Return whom a page is about; 404 for somebody of another organisation."""
    contact = contact_of(token)
    shown = people.show(
        visit.org.id,
        [contact],
        actor=visit.actor,
        permissions=frozenset(),
        purpose="list",
        now=clock.now(),
    )
    if contact not in shown:
        raise Http404
    return contact


def _why(request: HttpRequest) -> str:
    return request.POST.get("why", "")[:200]


def _try(request: HttpRequest, action: Callable[[], str]) -> None:
    try:
        words = action()
    except NotFound:
        raise Http404 from None
    except AppError as error:
        flash.error(request, " ".join(error.in_words(_)), "bad")
    else:
        flash.success(request, words, "good")
