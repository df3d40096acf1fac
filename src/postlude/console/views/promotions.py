"""Promotions: the page, the orders behind a number, the file."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from postlude.console import menu
from postlude.console.gate import Visit, page
from postlude.console.readings import people_rows
from postlude.console.readings.days import Asked
from postlude.console.readings.promotions import listing, wording
from postlude.kernel import clock, tokens
from postlude.kernel.errors import AppError
from postlude.orgs.api import Permission
from postlude.reports import api as reports
from postlude.reports.errors import ReportError
from postlude.reports.types.promotions import OF_MONEY, DayRow, Opened, OrderRow, Which
from postlude.rules import api as rules

_LONGEST = 200


@require_safe
@page(Permission.VIEW_SALES)
def promotions(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show what is in force, what is scarce, and what each rule did."""
    asked = asked_of(request)
    context: dict[str, Any] = {"asked": asked, "can_switch": visit.may(Permission.PUBLISH_JOURNEYS)}
    now = clock.now()
    try:
        days = reports.days(asked.since, asked.until)
    except ReportError as error:
        return refused(request, visit, "console/promotions.html", context, error)
    found = reports.promotions(visit.org.id, days, now=now)
    context["page"] = listing.page(visit.org, asked, found, now=now)
    context["csv_query"] = asked.query()
    whole = menu.context(visit, "promotions", **context)
    return render(request, "console/promotions.html", whole)


@require_safe
@page(Permission.VIEW_SALES)
def rows(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show the orders behind a number, their buyers masked."""
    asked, said = asked_of(request), _which_of(request)
    offset = _number(request.GET.get("offset", ""))
    context: dict[str, Any] = {"asked": asked, "back_query": asked.query()}
    try:
        which = reports.which(**said)
        days = reports.days(asked.since, asked.until)
        rule = _given(request, "rule")
        found = reports.opened(visit.org.id, days, rule, which, offset=offset)
    except ReportError as error:
        return refused(request, visit, "console/promotion_rows.html", context, error)
    following = {**said, "rule": rule, "offset": found.next_offset}
    context |= {
        "label": _(wording.LABELS[which.number]),
        "title": next(each.title for each in _names(visit, rule)),
        "rule_href": listing.Links(visit.org, asked).rule(rule),
        "total": found.total,
        "figure": wording.amount(found.figure, which.currency) if which.currency else "",
        "is_money": which.number in OF_MONEY,
        "unit": wording.currency(which.currency) if ":" in which.currency else which.currency,
        "rows": _rows(visit, found, which),
        "next_query": asked.query(**following) if found.next_offset else "",
    }
    whole = menu.context(visit, "promotions", **context)
    return render(request, "console/promotion_rows.html", whole)


@require_safe
@page(Permission.VIEW_SALES)
def csv(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Send the report as a file: a line per rule and currency."""
    asked = asked_of(request)
    try:
        days = reports.days(asked.since, asked.until)
    except ReportError as error:
        return refused(request, visit, "console/promotions.html", {"asked": asked}, error)
    found = reports.promotions(visit.org.id, days)
    answer = HttpResponse(reports.promotions_as_csv(found), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="promotions-{visit.org.slug}.csv"'
    return answer


def asked_of(request: HttpRequest) -> Asked:
    """Return the days that a request names."""
    return Asked(_given(request, "since"), _given(request, "until"))


def refused(
    request: HttpRequest, visit: Visit, template: str, context: dict[str, Any], error: AppError
) -> HttpResponse:
    """Show a page that says why it cannot answer, and how to ask."""
    context["problem"], context["problem_hint"] = error.in_words(_)
    whole = menu.context(visit, "promotions", **context)
    return render(request, template, whole, status=error.http_status)


def _which_of(request: HttpRequest) -> dict[str, str]:
    said = {name: _given(request, name) for name in ("why", "leaf", "detail", "currency")}
    return {"number": _given(request, "number") or "reserved", **said}


def _given(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "").replace("\0", "").strip()[:_LONGEST]


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else 0  # noqa: PLR2004


def _names(visit: Visit, rule: str) -> list[Any]:
    return [each for each in rules.names(visit.org.id) if each.key == rule]


def _rows(visit: Visit, found: Opened, which: Which) -> list[dict[str, Any]]:
    contacts = {each.contact for each in found.rows if isinstance(each, OrderRow) and each.contact}
    shown = people_rows.masked(visit.org.id, contacts)
    rows: list[dict[str, Any]] = []
    for each in found.rows:
        if isinstance(each, DayRow):
            rows.append({"day": each.day, "figure": wording.amount(each.figure, "")})
            continue
        token = tokens.seal("contact", each.contact) if each.contact else ""
        state, tone = wording.state(each.state)
        rows.append(
            {
                "order": each.key,
                "who": people_rows.called(shown.get(each.contact or 0)) if token else "",
                "href": reverse("console:buyer", args=[visit.org.slug, token]) if token else "",
                "business": each.business,
                "at": each.decided_at,
                "day": each.day,
                "amount": "" if each.amount is None else wording.amount(each.amount, each.currency),
                "currency": each.currency,
                "state": state,
                "tone": tone,
                "figure": wording.amount(each.figure, which.currency),
                "why": wording.why(each.why) if each.why else "",
                "leaf": (wording.leaf(each.why) or each.why.words) if each.why else "",
            }
        )
    return rows
