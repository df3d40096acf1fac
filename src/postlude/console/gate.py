"""The one gate of the pages: who is it, whose organisation is it, may they see this?"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _

from postlude.orgs import api as orgs
from postlude.orgs.types import OrgRef
from postlude.people.types import Actor

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, "Visit", P], HttpResponse]


@dataclass(frozen=True, slots=True)
class Visit:
    """A person who works for this organisation looks at one of its pages."""

    org: OrgRef
    user: AbstractBaseUser | AnonymousUser
    permissions: frozenset[str]

    @property
    def actor(self) -> Actor:
        return Actor("staff", str(self.user.pk))

    def may(self, permission: str) -> bool:
        return permission in self.permissions


def page(permission: str) -> Callable[[Page[P]], Callable[..., HttpResponse]]:
    """Let a view be seen only by members of the organisation in its URL who may.

    Strangers are sent to the login; people of other organisations get the same 404 as for an
    organisation that does not exist; members without the permission get a plain 403.
    """

    def wrap(view: Page[P]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def guarded(
            request: HttpRequest, slug: str, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponse:
            if not request.user.is_authenticated:
                return to_login(request)
            visit = _visit(request, slug)
            with timezone.override(ZoneInfo(visit.org.zone)):
                if visit.may(permission):
                    response = view(request, visit, *args, **kwargs)
                else:
                    response = forbidden(request)
            patch_cache_control(response, no_store=True, private=True)
            return response

        return guarded

    return wrap


def to_login(request: HttpRequest) -> HttpResponse:
    """Send a stranger to the login, and back afterwards; htmx gets a whole new page."""
    target = f"{reverse('console:login')}?{urlencode({'next': request.path})}"
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=401)
        response["HX-Redirect"] = reverse("console:login")
        return response
    return HttpResponseRedirect(target)


def forbidden(request: HttpRequest) -> HttpResponse:
    """Say that a role does not reach this far."""
    context = {
        "title": _("Your role does not include this"),
        "words": _("Ask an owner of the organisation for it."),
    }
    return render(request, "console/problem.html", context, status=403)


def _visit(request: HttpRequest, slug: str) -> Visit:
    try:
        org = orgs.by_slug(slug)
    except LookupError:
        raise Http404 from None
    if org.id not in orgs.orgs_of(request.user):
        raise Http404
    return Visit(org, request.user, orgs.permissions_of(request.user, org.id))


def frame(visit: Visit, **context: Any) -> dict[str, Any]:
    """Return what every page's template needs, and `context`."""
    return {
        "org": visit.org,
        "orgs": [orgs.get(each) for each in orgs.orgs_of(visit.user)],
        **context,
    }
