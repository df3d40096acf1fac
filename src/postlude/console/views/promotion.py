"""One promotion: its page, trying it out, taking it off line."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages as flash
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from postlude.console import menu
from postlude.console.gate import Visit, page
from postlude.console.readings.promotions import rule_page
from postlude.console.readings.promotions.rule_page import Verdict
from postlude.console.views.promotions import asked_of, refused
from postlude.kernel import clock
from postlude.kernel.errors import N_, AppError, BadInput, MoneyError, NotFound
from postlude.kernel.money import Money
from postlude.orgs.api import Permission
from postlude.people import api as people
from postlude.reports import api as reports
from postlude.reports.errors import ReportError
from postlude.rules import api as rules
from postlude.rules.errors import UnknownRule
from postlude.rules.types import Ask, Sheet

_LONGEST = 320


@sensitive_post_parameters("contact")
@require_http_methods(["GET", "HEAD", "POST"])
@page(Permission.VIEW_SALES)
def promotion(request: HttpRequest, visit: Visit, rule: str) -> HttpResponse:
    """Show a rule; a POST tries it on an invented sale. It holds nothing and counts nowhere.

    A POST, so that no address gets into a URL. Only who may see contacts may name a buyer, and
    that is audited.
    """
    asked, now = asked_of(request), clock.now()
    context: dict[str, Any] = {
        "asked": asked,
        "can_switch": visit.may(Permission.PUBLISH_JOURNEYS),
        "can_name": visit.may(Permission.VIEW_CONTACT),
        "said": {name: request.POST.get(name, "")[:_LONGEST] for name in ("amount", "at")},
    }
    try:
        sheet = rules.sheet(visit.org.id, rule, now=now)
        days = reports.days(asked.since, asked.until)
    except UnknownRule:
        raise Http404 from None
    except ReportError as error:
        return refused(request, visit, "console/promotions.html", context, error)
    if request.method == "POST":
        try:
            context["verdict"] = _verdict(request, visit, sheet, now)
        except AppError as error:
            context["try_problem"] = " ".join(error.in_words(_))
        if request.headers.get("HX-Request"):
            return render(request, "console/_promotion_verdict.html", context)
    found = reports.promotions(visit.org.id, days, now=now)
    context["page"] = rule_page.page(visit.org, rule, asked, found, now=now)
    return render(request, "console/promotion.html", menu.context(visit, "promotions", **context))


@require_POST
@page(Permission.PUBLISH_JOURNEYS)
def switch(request: HttpRequest, visit: Visit, rule: str) -> HttpResponse:
    """Take a rule off line, or put it back; who did it stands on its page."""
    paused = request.POST.get("to") == "pause"
    try:
        sheet = rules.sheet(visit.org.id, rule, now=clock.now())
    except UnknownRule:
        raise Http404 from None
    actor = f"staff:{visit.user.pk}"
    changed = rules.pause(visit.org.id, rule, paused=paused, now=clock.now(), actor=actor)
    words = _("“{title}” is paused: no new order meets it.")
    if not paused:
        words = _("“{title}” is on line again.")
    if changed:
        flash.success(request, words.format(title=sheet.title), "good")
    if request.POST.get("back") == "list":
        return redirect("console:promotions", visit.org.slug)
    return redirect("console:promotion", visit.org.slug, rule)


def _verdict(request: HttpRequest, visit: Visit, sheet: Sheet, now: datetime) -> Verdict:
    currency = visit.org.currency
    paid = _amount(request.POST.get("amount", "").strip()[:_LONGEST], currency)
    at = _moment(request.POST.get("at", "").strip()[:_LONGEST], visit.org.zone) or now
    contact = _contact(request, visit, now)
    facts = {} if paid is None else {"amount": paid.minor}
    ask = Ask(sheet.business, contact, facts, amount=paid)
    return rule_page.verdict(rules.try_rule(visit.org.id, sheet.key, ask, now=at))


def _amount(text: str, currency: str) -> Money | None:
    if not text:
        return None
    try:
        paid = Money.parse(text, currency)
    except MoneyError:
        paid = None
    if paid is None or paid.minor < 0:
        raise BadInput(
            N_("{text} is not an amount."), text=text[:40], hint=N_("Write it as 200 or 199.50.")
        )
    return paid


def _moment(text: str, zone: str) -> datetime | None:
    """Read a local day or minute; a day is meant at noon."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is not None or not 1970 <= found.year <= 2200:  # noqa: PLR2004
        raise BadInput(
            N_("{text} is not a day."), text=text[:40], hint=N_("Write it as 2026-11-21T12:00.")
        )
    if found.time() == time() and "T" not in text:
        found = found.replace(hour=12)
    return found.replace(tzinfo=ZoneInfo(zone))


def _contact(request: HttpRequest, visit: Visit, now: datetime) -> int | None:
    """Return the buyer who was named by e-mail; looking at one leaves an audit row."""
    email = request.POST.get("contact", "").strip()[:_LONGEST]
    if not email or not visit.may(Permission.VIEW_CONTACT):
        return None
    contact = people.find(visit.org.id, email)
    if contact is None:
        raise NotFound(N_("Nobody has this address."), hint=N_("Write the whole e-mail address."))
    people.show(
        visit.org.id,
        [contact],
        actor=visit.actor,
        permissions=visit.permissions,
        purpose="tries a promotion",
        now=now,
    )
    return contact
