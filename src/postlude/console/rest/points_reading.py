"""What a contact has, how it came, what ends soon, and what was given since a moment."""

from datetime import timedelta
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import AwareDatetime

from postlude.console.rest import keys, ledger, naming
from postlude.console.rest.amounts import ledger as in_ledger
from postlude.console.rest.amounts import shown
from postlude.console.rest.point_shapes import BalanceOut, EndingOut, EntryOut, HistoryOut
from postlude.kernel import clock, tokens
from postlude.kernel.errors import NotFound
from postlude.orgs.api import Permission
from postlude.rewards import api as rewards

router = Router(tags=["points"])
_VIEW = keys.Key(Permission.VIEW_REWARDS)
_PAGE, _MOST = 50, 500
Currency = Annotated[
    str, Query(pattern="^(points|[A-Z]{3})$", description="points, or a currency for bonus money")
]


@router.get("/{token}/balance", auth=_VIEW, response=BalanceOut, summary="What a contact has now")
def balance(request: HttpRequest, token: str, currency: Currency = "points") -> dict[str, Any]:
    org, contact = _whose(request, token)
    name = in_ledger(currency)
    found = rewards.balances(org, [contact], now=clock.now(), currency=name)[contact]
    parts = ("available", "held", "coming", "debt")
    return {"currency": currency} | {each: shown(getattr(found, each), name) for each in parts}


@router.get("/{token}/history", auth=_VIEW, response=HistoryOut, summary="The ledger, newest first")
def history(
    request: HttpRequest,
    token: str,
    currency: Currency = "points",
    before: str = "",
    limit: Annotated[int, Query(ge=1, le=_MOST)] = _PAGE,
) -> dict[str, Any]:
    """`before` is `next_before` of the page before."""
    org, contact = _whose(request, token)
    start = tokens.unseal(ledger.ENTRY, before) if before else None
    found = rewards.history(org, contact, currency=in_ledger(currency), before=start, limit=limit)
    following = tokens.seal(ledger.ENTRY, found[-1].id) if len(found) == limit else None
    return {"items": [ledger.line(each) for each in found], "next_before": following}


@router.get(
    "/{token}/expiring", auth=_VIEW, response=list[EndingOut], summary="What ends soon, first first"
)
def expiring(
    request: HttpRequest,
    token: str,
    currency: Currency = "points",
    days: Annotated[int, Query(ge=1, le=3_660)] = 14,
) -> list[dict[str, Any]]:
    """What may be spent now and can no longer be so many days from now."""
    org, contact = _whose(request, token)
    now, name = clock.now(), in_ledger(currency)
    found = rewards.expiring(
        org, contact, before=now + timedelta(days=days), now=now, currency=name
    )
    return [
        {"amount": shown(amount, name), "currency": currency, "expires_at": at}
        for at, amount in found
    ]


@router.get(
    "/{token}/first-accrual",
    auth=_VIEW,
    response=EntryOut,
    summary="The first grant after a moment",
)
def first_accrual(
    request: HttpRequest,
    token: str,
    after: AwareDatetime,
    reason: Annotated[str, Query(max_length=200)] = "",
    currency: Currency = "points",
) -> dict[str, Any]:
    """With a reason, of this reason only; 404 when there was none."""
    org, contact = _whose(request, token)
    found = rewards.first_give_after(
        org,
        {contact: after},
        currency=in_ledger(currency),
        reasons=[reason] if reason else None,
    )
    if contact not in found:
        raise NotFound("Nothing was given since then.")
    return ledger.line(found[contact])


def _whose(request: HttpRequest, token: str) -> tuple[int, int]:
    org = keys.org_of(request)
    return org, naming.contact(org, token)
