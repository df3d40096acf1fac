"""The report of promotions for other systems."""

from datetime import date, datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router, Schema

from postlude.console.rest import keys
from postlude.kernel import tokens
from postlude.orgs.api import Permission
from postlude.orgs.types import KeyRef
from postlude.reports import api as reports
from postlude.reports.types.promotions import OrderRow

router = Router()
_SALES = keys.Key(Permission.VIEW_SALES)


class RefusalOut(Schema):
    """How often a leaf kept the rule out; of a claim `detail` is sold_out, per_person, …"""

    why: str
    leaf: str
    detail: str
    words: str
    count: int


class TurnoverOut(Schema):
    """Minor units; `bonus` is what was given and not taken back, `bonus_share` is of 1."""

    currency: str
    paid_in: int
    bonus: int
    bonus_share: float | None


class PurseOut(Schema):
    """Units of the ledger: given = spent + burnt + taken_back + live."""

    currency: str
    given: int
    spent: int
    burnt: int
    taken_back: int
    live: int
    owed: int


class PromotionOut(Schema):
    rule: str
    title: str
    business: str
    versions: int
    previewed: int
    reserved: int
    held: int
    confirmed: int
    cancelled: int
    expired: int
    reversed: int
    repeated: int
    refused: int
    coupons_given: int
    coupons_redeemed: int
    refusals: list[RefusalOut]
    turnover: list[TurnoverOut]
    rewards: list[PurseOut]


class PromotionsOut(Schema):
    since: date | None
    until: date | None
    zone: str
    now: datetime
    rules: list[PromotionOut]


class RowOut(Schema):
    """A rule order, or of `previewed` a day; `figure` is what it adds to the number."""

    figure: int
    day: date
    order: str | None = None
    contact: str | None = None
    business: str | None = None
    decided_at: datetime | None = None
    state: str | None = None
    amount: int | None = None
    currency: str | None = None
    why: RefusalOut | None = None


class RowsOut(Schema):
    rule: str
    number: str
    figure: int
    total: int
    items: list[RowOut]
    next_offset: int | None


class Number(Schema):
    """`why`, `leaf` and `detail` name one refusal, `currency` one purse or turnover."""

    rule: str
    number: str = "reserved"
    why: str = ""
    leaf: str = ""
    detail: str = ""
    currency: str = ""
    since: str = ""
    until: str = ""


def _org(request: HttpRequest) -> int:
    key: KeyRef = request.auth  # type: ignore[attr-defined]
    return key.org


@router.get("", auth=_SALES, response=PromotionsOut, summary="What each promotion did")
def promotions(request: HttpRequest, since: str = "", until: str = "") -> dict[str, Any]:
    """Days are local days of the orders, both included."""
    days = reports.days(since, until)
    return reports.promotions_as_json(reports.promotions(_org(request), days))


@router.get("/rows", auth=_SALES, response=RowsOut, summary="The orders behind one of its numbers")
def promotion_rows(
    request: HttpRequest,
    asked: Annotated[Number, Query()],
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=500)] = reports.PAGE,
) -> dict[str, Any]:
    """All figures add up to the number; contacts are tokens, as in /buyers."""
    which = reports.which(
        asked.number,
        why=asked.why,
        leaf=asked.leaf,
        detail=asked.detail,
        currency=asked.currency,
    )
    days = reports.days(asked.since, asked.until)
    page = reports.opened(_org(request), days, asked.rule, which, limit=limit, offset=offset)
    answer = reports.opened_as_json(page)
    for row, item in zip(page.rows, answer["items"], strict=True):
        if isinstance(row, OrderRow) and row.contact is not None:
            item["contact"] = tokens.seal("contact", row.contact)
    return answer
