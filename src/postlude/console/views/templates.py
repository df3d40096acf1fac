"""The mails as they will look, and a test of one to yourself."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages as flash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from postlude.console import menu
from postlude.console.gate import Visit, page
from postlude.console.middleware import PREVIEW_POLICY
from postlude.journeys import api as journeys
from postlude.kernel import clock
from postlude.kernel.errors import AppError
from postlude.kernel.money import Money
from postlude.messages import api as messages
from postlude.messages.types import TEXT_MESSAGE, Preview, TemplateRef
from postlude.orgs.api import Permission


@require_safe
@page(Permission.VIEW_SALES)
def templates(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show a template in one of its languages, written with an invented person."""
    known = messages.templates(visit.org.id)
    context: dict[str, Any] = {"chosen": None, "can_test": visit.may(Permission.TEST)}
    if known:
        chosen, locale = _chosen(request.GET, known)
        shown = _preview(visit, chosen, locale)
        uses = [each for each in journeys.mail_uses(visit.org.id) if each.template == chosen.slug]
        context |= {
            "chosen": chosen,
            "locale": locale,
            "shown": shown,
            "cost": _cost(visit, shown),
            "is_text": chosen.kind == TEXT_MESSAGE,
            "frame": f"{reverse('console:template', args=[visit.org.slug])}"
            f"?{_query(chosen.slug, locale)}",
            "locales": [(each, f"?{_query(chosen.slug, each)}") for each in chosen.locales],
            "others": [(each, f"?{_query(each.slug, '')}") for each in known],
            "uses": uses,
            "has_calendar": any(each.has_calendar for each in uses),
            "senders": _senders(visit, [each.sender for each in uses]),
        }
    return render(request, "console/templates.html", menu.context(visit, "templates", **context))


@require_safe
@xframe_options_sameorigin
@page(Permission.VIEW_SALES)
def template(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Answer the HTML of a preview, for a frame that may do nothing."""
    chosen, locale = _chosen(request.GET, messages.templates(visit.org.id))
    shown = _preview(visit, chosen, locale)
    if shown is None:
        raise Http404
    context = {"subject": shown.subject, "html": shown.html, "text": shown.text}
    response = render(request, "console/preview.html", context)
    response["Content-Security-Policy"] = PREVIEW_POLICY
    return response


@require_POST
@page(Permission.TEST)
def test_send(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Queue one real mail to the address that was typed; no report and no cap ever counts it."""
    chosen, locale = _chosen(request.POST, messages.templates(visit.org.id))
    try:
        queued = journeys.send_test(
            visit.org.id,
            chosen.slug,
            to=request.POST.get("to", "").strip(),
            sender=request.POST.get("sender", ""),
            locale=locale,
            source="console",
            now=clock.now(),
        )
    except AppError as error:
        flash.error(request, " ".join(error.in_words(_)), "bad")
    else:
        stopped = _("It was stopped: {reason}.").format(reason=queued.blocked)
        words = stopped if queued.blocked else _("The test is on its way; no report counts it.")
        flash.success(request, words, "good")
    page_url = reverse("console:templates", args=[visit.org.slug])
    return redirect(f"{page_url}?{_query(chosen.slug, locale)}")


def _chosen(asked: Any, known: list[TemplateRef]) -> tuple[TemplateRef, str]:
    """Return the template and language asked for, else the first of each; 404 for a wrong name."""
    slug, locale = asked.get("template", ""), asked.get("locale", "")
    found = [each for each in known if slug in {"", each.slug}]
    if not found:
        raise Http404
    if locale and locale not in found[0].locales:
        raise Http404
    return found[0], locale or found[0].locales[0]


def _preview(visit: Visit, chosen: TemplateRef, locale: str) -> Preview | None:
    """None where an old text names what nobody fills any more."""
    try:
        return messages.preview(visit.org.id, chosen.id, locale)
    except AppError:
        return None


def _cost(visit: Visit, shown: Preview | None) -> str:
    if shown is None or shown.cost is None:
        return ""
    return str(Money(shown.cost, visit.org.currency))


def _query(slug: str, locale: str) -> str:
    return urlencode({"template": slug, **({"locale": locale} if locale else {})})


def _senders(visit: Visit, used: list[str]) -> list[str]:
    """Return the names of senders, those first through which this template goes."""
    known = {each.slug for each in messages.senders(visit.org.id)}
    first = [each for each in dict.fromkeys(used) if each in known]
    return [*first, *sorted(known - set(first))]
