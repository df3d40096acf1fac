"""Who looked at whom."""

from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from postlude.console import menu
from postlude.console.gate import Visit, page
from postlude.console.readings import people_rows
from postlude.kernel import tokens
from postlude.orgs import api as orgs
from postlude.orgs.api import Permission
from postlude.people import api as people
from postlude.people.types import View

_MOST = 200


@require_safe
@page(Permission.VIEW_CONTACT)
def audit(request: HttpRequest, visit: Visit) -> HttpResponse:
    """List the newest readings of clear values."""
    views = people.views(visit.org.id, limit=_MOST)
    context = menu.context(visit, "audit", rows=_rows(visit, views))
    return render(request, "console/audit.html", context)


def _rows(visit: Visit, views: list[View]) -> list[dict[str, object]]:
    org = visit.org
    masked = people_rows.masked(org.id, {each.contact for each in views})
    names = {str(each.user): each.username for each in orgs.staff(org.id)}
    return [
        {
            "at": each.at,
            "who": _who(each, names),
            "what": ", ".join(each.fields),
            "whom": people_rows.called(masked.get(each.contact)),
            "href": reverse("console:buyer", args=[org.slug, tokens.seal("contact", each.contact)]),
            "purpose": each.purpose,
        }
        for each in views
    ]


def _who(view: View, names: dict[str, str]) -> str:
    if view.actor.kind == "staff":
        return names.get(view.actor.id) or _former(view.actor.id)
    return f"{view.actor.kind} {view.actor.id}"


def _former(user: str) -> str:
    """People who left the organisation keep their place in its audit."""
    found = get_user_model().objects.filter(pk=user).first() if user.isdecimal() else None
    return found.get_username() if found else _("a former member")
