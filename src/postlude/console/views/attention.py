"""What needs a person, and the few things that a person can press."""

from django.contrib import messages as flash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from postlude.access import api as access
from postlude.console import menu
from postlude.console.gate import Visit, page
from postlude.console.readings import attention as reading
from postlude.console.readings import leaving
from postlude.kernel import clock, work
from postlude.messages import api as messages
from postlude.orgs.api import Permission

_PURPOSE = "removes people by hand"


@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.VIEW_SALES)
def attention(request: HttpRequest, visit: Visit) -> HttpResponse:
    """List everything that cannot go on by itself; a POST reveals whom to remove, audited."""
    look = None
    if request.method == "POST" and visit.may(Permission.VIEW_CONTACT):
        look = leaving.Look(visit.actor, visit.permissions, _PURPOSE)
    context = menu.context(
        visit,
        "attention",
        groups=reading.groups(visit.org, now=clock.now(), look=look),
        revealed=look is not None,
        can_reveal=visit.may(Permission.VIEW_CONTACT),
        old_epoch=messages.epoch_status().old_rows,
        can_release=visit.may(Permission.RELEASE),
        can_grant=visit.may(Permission.GRANT_BY_HAND),
        can_revive=visit.may(Permission.VIEW_OPERATIONS),
    )
    return render(request, "console/attention.html", context)


@require_POST
@page(Permission.RELEASE)
def release(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Let the messages of before a restore go out; or, with `cancel`, never."""
    actor, now = f"staff:{visit.user.pk}", clock.now()
    if request.POST.get("decision") == "cancel":
        n = messages.cancel_old_epoch(actor, now=now)
        text = ngettext("{n} message was cancelled.", "{n} messages were cancelled.", n)
    else:
        n = messages.release_old_epoch(actor, now=now)
        text = ngettext("{n} message was released.", "{n} messages were released.", n)
    flash.success(request, text.format(n=n), "good")
    return redirect("console:attention", visit.org.slug)


@require_POST
@page(Permission.VIEW_OPERATIONS)
def revive(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Try this organisation's dead work again."""
    n = work.revive([each.id for each in work.dead_rows(visit.org.id)])
    text = ngettext("{n} row is tried again.", "{n} rows are tried again.", n)
    flash.success(request, text.format(n=n), "good")
    return redirect("console:attention", visit.org.slug)


@require_POST
@page(Permission.GRANT_BY_HAND)
def regrant(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Try failed grants again, once the key or the space is mended."""
    actor, now = f"staff:{visit.user.pk}", clock.now()
    wanted = {each.conference for each in access.status(visit.org.id) if each.failed}
    n = sum(access.regrant(visit.org.id, each, actor=actor, now=now) for each in wanted)
    text = ngettext("{n} grant is tried again.", "{n} grants are tried again.", n)
    flash.success(request, text.format(n=n), "good")
    return redirect("console:attention", visit.org.slug)


@require_POST
@page(Permission.GRANT_BY_HAND)
def removed(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Note that a person took those guests off the provider's list whom the page showed."""
    listed = leaving.chosen(request.POST.getlist("listed"))
    n = access.removed_by_hand(
        visit.org.id, listed, actor=f"staff:{visit.user.pk}", now=clock.now(), listed=listed
    )
    text = ngettext("{n} guest was ticked off.", "{n} guests were ticked off.", n)
    flash.success(request, text.format(n=n), "good")
    return redirect("console:attention", visit.org.slug)
