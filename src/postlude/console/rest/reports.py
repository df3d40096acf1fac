"""Reports for other systems."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from postlude.console.readings import people_rows
from postlude.console.rest import channel_reports, keys, promotion_reports, shapes
from postlude.kernel import tokens
from postlude.orgs.api import Permission
from postlude.orgs.types import KeyRef
from postlude.reports import api as reports
from postlude.reports.types.funnel import Scope

router = Router()
router.add_router("/promotions", promotion_reports.router)
router.add_router("", channel_reports.router)
_SALES = keys.Key(Permission.VIEW_SALES)


class Filters(Schema):
    """Days are of purchase, local to the organisation, both included."""

    event: str = ""
    ticket_type: str = ""
    since: str = ""
    until: str = ""

    def scope(self, org: int) -> Scope:
        return reports.scope(
            org,
            event=self.event,
            ticket_type=self.ticket_type,
            since=self.since,
            until=self.until,
        )


def _org(request: HttpRequest) -> int:
    key: KeyRef = request.auth  # type: ignore[attr-defined]
    return key.org


@router.get(
    "/funnel",
    auth=_SALES,
    response=shapes.FunnelOut,
    exclude_unset=True,
    summary="From registration to the access link",
)
def funnel(request: HttpRequest, filters: Annotated[Filters, Query()]) -> dict[str, Any]:
    org = _org(request)
    return reports.as_json(reports.funnel(org, filters.scope(org)))


@router.get(
    "/funnel/rows",
    auth=_SALES,
    response=shapes.FunnelRowsOut,
    summary="The tickets behind a number of the funnel",
)
def funnel_rows(  # noqa: PLR0913, PLR0917 - the query of a call
    request: HttpRequest,
    filters: Annotated[Filters, Query()],
    step: str = "registered",
    day: str = "",
    stopped: bool = False,  # noqa: FBT001, FBT002 - a query parameter
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = reports.PAGE,
) -> dict[str, Any]:
    """`step` is a step, or unpaid, cancelled, refunded; `stopped` leaves out who has gone on."""
    org = _org(request)
    scope = filters.scope(org)
    if day:
        scope = reports.scope(org, event=scope.event, ticket_type=scope.ticket_type, day=day)
    page = reports.rows(org, scope, reports.step(step), stopped=stopped, limit=limit, offset=offset)
    shown = people_rows.masked(org, {each.contact for each in page.rows if each.contact})
    items = []
    for each in page.rows:
        person = shown.get(each.contact or 0)
        contact = tokens.seal("contact", each.contact) if each.contact else None
        email = (person.email or person.email_as_given) if person else ""
        items.append({**reports.row_as_json(each), "contact": contact, "email": email})
    return {"items": items, "total": page.total, "next_offset": page.next_offset}
