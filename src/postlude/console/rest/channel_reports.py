"""The channel report and the cost report for other systems."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema
from pydantic import ConfigDict, Field

from postlude.console.rest import keys
from postlude.kernel import tokens
from postlude.orgs.api import Permission
from postlude.orgs.types import KeyRef
from postlude.reports import api as reports
from postlude.reports.types import channel as types
from postlude.reports.types import cost

router = Router()
_SALES = keys.Key(Permission.VIEW_SALES)


class SplitOut(Schema):
    """How many; known by name, and not, as it stands now."""

    total: int
    member: int
    anonymous: int


class RevenueOut(Schema):
    currency: str
    minor: int


class ConversionOut(SplitOut):
    """Orders; `rate` is of the people who opened, or clicked: None of nobody, it may exceed 1."""

    rate: float | None
    revenue: list[RevenueOut]


class ReadingsOut(Schema):
    raw: SplitOut
    human: SplitOut
    filtered: SplitOut


class TallyOut(Schema):
    """entered = sent + blocked + held_out + waiting + failed + unknown."""

    entered: int
    sent: int
    blocked: int
    held_out: int
    waiting: int
    failed: int
    unknown: int
    blocked_by: dict[str, int]
    delivered_rate: float | None
    opens: ReadingsOut
    clicks: ReadingsOut
    open_orders: ConversionOut
    click_orders: ConversionOut
    session_orders: ConversionOut


class LineOut(TallyOut):
    """A node and a template; `line` names it where its rows are asked for."""

    channel: str
    journey: str | None
    title: str | None
    folder: str | None
    node: str | None
    template: str | None
    line: str


class DayOut(Schema):
    """Sent on the day; opened and clicked on it, whenever that had been sent."""

    day: date
    sent: int
    opened: int
    clicked: int


class ChannelOut(Schema):
    model_config = ConfigDict(populate_by_name=True)

    since: date = Field(alias="from")
    to: date
    channels: list[str]
    folder: str | None
    journey: str | None
    basis: str
    counts: str
    orders: str
    zone: str
    currency: str
    as_of: datetime
    total: TallyOut
    lines: list[LineOut]
    days: list[DayOut]


class RowOut(Schema):
    """A message, a person or an order; contacts are tokens, as in /buyers."""

    contact: str | None
    message: str | None
    order: str | None
    sort: str | None
    at: datetime | None
    state: str | None
    reason: str | None
    amount: int | None
    currency: str | None
    anonymous: bool


class RowsOut(Schema):
    number: str
    items: list[RowOut]
    next_offset: int | None


class BillOut(Schema):
    """Minor units; tests are in all but orders and revenue; `roas` is in per cent."""

    messages: int
    tests: int
    segments: int
    test_segments: int
    fee: int | None
    is_usual_fee: bool
    cost: int
    orders: int
    revenue: int
    elsewhere: list[RevenueOut]
    roas: str | None


class ChannelBillOut(BillOut):
    channel: str


class CostOut(Schema):
    model_config = ConfigDict(populate_by_name=True)

    since: date = Field(alias="from")
    to: date
    basis: str
    orders: str
    zone: str
    currency: str
    as_of: datetime
    channels: list[ChannelBillOut]
    total: BillOut


class Days(Schema):
    """Local days, both included; `channel` may come several times."""

    model_config = ConfigDict(populate_by_name=True)

    since: str = Field("", alias="from")
    to: str = ""
    channel: list[str] = Field(default_factory=list)
    basis: str = ""
    orders: str = ""

    def cost(self, org: int) -> cost.Asked:
        return reports.cost_asked(
            org,
            since=self.since,
            until=self.to,
            channels=self.channel,
            basis=self.basis,
            orders=self.orders,
        )


class Filters(Days):
    folder: str = ""
    journey: str = ""
    counts: str = ""

    def asked(self, org: int) -> types.Asked:
        return reports.channel_asked(
            org,
            since=self.since,
            until=self.to,
            channels=self.channel,
            folder=self.folder,
            journey=self.journey,
            basis=self.basis,
            counts=self.counts,
            orders=self.orders,
        )


def _org(request: HttpRequest) -> int:
    key: KeyRef = request.auth  # type: ignore[attr-defined]
    return key.org


@router.get(
    "/channel",
    auth=_SALES,
    response=ChannelOut,
    by_alias=True,
    summary="What a channel sent, and what came of it",
)
def channel(request: HttpRequest, filters: Annotated[Filters, Query()]) -> dict[str, Any]:
    org = _org(request)
    return reports.channel_as_json(reports.channel(org, filters.asked(org)))


@router.get(
    "/channel/rows", auth=_SALES, response=RowsOut, summary="What stands behind one of its numbers"
)
def channel_rows(  # noqa: PLR0913, PLR0917 - the query of a call
    request: HttpRequest,
    filters: Annotated[Filters, Query()],
    number: str = "sent",
    line: str = "",
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = reports.PAGE,
) -> dict[str, Any]:
    """`line` is that of a line; without it the total is opened."""
    org = _org(request)
    place = reports.channel_line(line)
    page = reports.channel_rows(
        org, filters.asked(org), number, place=place, limit=limit, offset=offset
    )
    items = [
        {
            "contact": tokens.seal("contact", row.contact) if row.contact is not None else None,
            "message": tokens.seal("message", row.message) if row.message is not None else None,
            **reports.channel_row_as_json(row),
        }
        for row in page.rows
    ]
    return {"number": page.number.value, "items": items, "next_offset": page.next_offset}


@router.get(
    "/cost",
    auth=_SALES,
    response=CostOut,
    by_alias=True,
    summary="What the channels cost, and what they brought",
)
def cost_report(request: HttpRequest, filters: Annotated[Days, Query()]) -> dict[str, Any]:
    org = _org(request)
    return reports.cost_as_json(reports.cost(org, filters.cost(org)))
