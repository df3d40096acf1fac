"""Coming in and going out."""

from django.conf import settings
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from postlude.console import throttle
from postlude.console.gate import to_login
from postlude.console.place import place_of
from postlude.kernel import clock, storable, store
from postlude.orgs import api as orgs

_A_YEAR = 365 * 24 * 3600


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: HttpRequest) -> HttpResponse:
    """Ask for user name and password; the same answer whichever of them is wrong."""
    problem, status = "", 200
    if request.method == "POST":
        problem, status = _try(request)
        if not problem:
            return HttpResponseRedirect(_next(request))
    elif request.user.is_authenticated:
        return HttpResponseRedirect(_next(request))
    wanted = request.POST.get("next", request.GET.get("next", ""))
    context = {"problem": problem, "next": wanted}
    return render(request, "console/login.html", context, status=status)


def _try(request: HttpRequest) -> tuple[str, int]:
    username = storable.text(request.POST.get("username", ""))
    password = request.POST.get("password", "")
    now, place = clock.now(), place_of(request)
    if throttle.is_blocked(username, place, now=now):
        return _("Too many failed tries. Wait a quarter of an hour, then try again."), 429
    user = authenticate(request, username=username, password=password)
    if user is None:
        throttle.note_failure(username, place, now=now)
        return _("The user name or the password is wrong."), 200
    with store.write():
        login(request, user)
    return "", 200


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next", request.GET.get("next", ""))
    hosts = {request.get_host()}
    safe = url_has_allowed_host_and_scheme(wanted, hosts, require_https=request.is_secure())
    return wanted if wanted and safe else reverse("console:home")


@require_POST
def log_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("console:login")


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Lead to the first page of an organisation of the reader's."""
    if not request.user.is_authenticated:
        return to_login(request)
    mine = [orgs.get(each).slug for each in orgs.orgs_of(request.user)]
    wanted = request.GET.get("org", "")
    if mine:
        return redirect("console:sales", wanted if wanted in mine else mine[0])
    context = {
        "title": _("You work for no organisation yet"),
        "words": _("Ask an owner of your organisation for a role."),
    }
    return render(request, "console/problem.html", context, status=403)


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Keep the chosen language in a cookie of its own; nothing is stored about the person."""
    response = HttpResponseRedirect(_next(request))
    language = request.POST.get("language", "")
    if check_for_language(language) and language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=_A_YEAR,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
        )
    return response
