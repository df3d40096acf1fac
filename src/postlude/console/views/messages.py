"""Messages, and everything that happened to one."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from postlude.console import menu
from postlude.console.gate import Visit, page
from postlude.console.middleware import PREVIEW_POLICY
from postlude.console.readings import letters as reading
from postlude.console.readings import message_filters, reactions
from postlude.console.readings.message_filters import Asked
from postlude.kernel import clock, tokens
from postlude.kernel.errors import AppError, BadToken
from postlude.messages import api as messages_api
from postlude.messages.types import MessageFact
from postlude.orgs.api import Permission


@require_safe
@page(Permission.VIEW_SALES)
def messages(request: HttpRequest, visit: Visit) -> HttpResponse:
    """List messages; what is asked for stands in the query, and nobody's address ever does."""
    asked = Asked.of(request.GET)
    shown = reading.listing(visit.org, asked, before=_before(request.GET.get("before", "")))
    following = tokens.seal("message", shown.next_before) if shown.next_before else ""
    context = menu.context(
        visit,
        "messages",
        rows=shown.rows,
        tabs=shown.tabs,
        state=asked.state,
        asked=asked,
        choices=message_filters.choices(visit.org.id, asked),
        empty=message_filters.empty_words(asked),
        next_url=f"?{asked.query(before=following)}" if following else "",
    )
    return render(request, "console/messages.html", context)


def _before(token: str) -> int:
    if not token:
        return reading.NEWEST
    try:
        return tokens.unseal("message", token)
    except BadToken:
        raise Http404 from None


@require_safe
@page(Permission.VIEW_SALES)
def message(request: HttpRequest, visit: Visit, token: str) -> HttpResponse:
    """Show why one message was sent or not, and what the provider said."""
    fact = _fact(visit, token)
    context = menu.context(
        visit,
        "messages",
        message=reading.letters(visit.org, [fact])[0],
        entries=reading.story(visit.org.id, fact),
        facts=reading.facts(fact),
        back=reactions.story(visit.org.id, fact, now=clock.now()),
        preview_url=reverse("console:preview", args=[visit.org.slug, token]),
    )
    return render(request, "console/message.html", context)


@require_safe
@xframe_options_sameorigin
@page(Permission.VIEW_SALES)
def preview(request: HttpRequest, visit: Visit, token: str) -> HttpResponse:
    """Show the text of the version this message was decided with, for an invented person."""
    fact = _fact(visit, token)
    try:
        shown = messages_api.preview(visit.org.id, fact.template_version, fact.locale)
    except AppError:
        raise Http404 from None
    context = {"subject": shown.subject, "html": shown.html, "text": shown.text}
    response = render(request, "console/preview.html", context)
    response["Content-Security-Policy"] = PREVIEW_POLICY
    return response


def _fact(visit: Visit, token: str) -> MessageFact:
    try:
        number = tokens.unseal("message", token)
    except BadToken:
        raise Http404 from None
    found = messages_api.state_of(visit.org.id, [number]).get(number)
    if found is None:
        raise Http404
    return found
