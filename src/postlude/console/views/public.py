"""Two pages for everybody: "I have not received it", and how things stand."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from postlude.console.place import place_of
from postlude.console.readings import public
from postlude.journeys import api as journeys
from postlude.kernel import clock
from postlude.orgs import api as orgs
from postlude.orgs.types import OrgRef
from postlude.people import api as people

_LONGEST_ADDRESS = 320


@sensitive_post_parameters("email")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def not_received(request: HttpRequest, slug: str) -> HttpResponse:
    """Take an address and say the same to everybody; only a known buyer's mailbox tells more."""
    org = _org(slug)
    asked = request.method == "POST"
    if asked:
        _ask(org, request.POST.get("email", "")[:_LONGEST_ADDRESS], place_of(request))
    context = {"org": org, "asked": asked, "status": public.status(org, now=clock.now())}
    return render(request, "console/not_received.html", context)


def _ask(org: OrgRef, email: str, place: str) -> None:
    asked = people.ask(org.id, email, place, now=clock.now())
    contact = asked.contact if asked.allowed else None
    journeys.ask_again(org.id, contact, mark=asked.mark)


@require_safe
def status(request: HttpRequest, slug: str) -> HttpResponse:
    """Say how fast invitations are now; the same for everybody, so it may be kept for a while."""
    org = _org(slug)
    shown = public.status(org, now=clock.now())
    response = render(request, "console/status.html", {"org": org, "status": shown})
    patch_cache_control(response, public=True, max_age=public.KEPT_SECONDS)
    return response


def _org(slug: str) -> OrgRef:
    try:
        return orgs.by_slug(slug)
    except LookupError:
        raise Http404 from None
