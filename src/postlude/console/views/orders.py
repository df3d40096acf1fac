"""What one order is credited to, and why."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from postlude.console import menu
from postlude.console.gate import Visit, page
from postlude.console.readings import order_credit
from postlude.orgs.api import Permission

_LONGEST = 64


@require_safe
@page(Permission.VIEW_SALES)
def order(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show the touches around an order, which were taken, and why the others were not."""
    number = request.GET.get("number", "").strip()[:_LONGEST]
    sort = request.GET.get("of", "")
    shown = order_credit.shown(visit.org, number, sort) if number else None
    context = menu.context(visit, "channel", number=number, sort=sort, shown=shown)
    return render(request, "console/order.html", context)
