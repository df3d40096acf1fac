"""Coupons: used once, and what somebody holds."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from postlude.console.rest import keys, naming, own_keys
from postlude.console.rest.errors import NotDone
from postlude.console.rest.naming import ContactName
from postlude.console.rest.once import IdempotencyKey, once
from postlude.console.rest.strict import Strict
from postlude.kernel import clock
from postlude.orgs.api import Permission
from postlude.rewards import api as rewards
from postlude.rewards.types.coupons import NotRedeemed, RedeemRequest

router = Router(tags=["coupons"])
_VIEW = keys.Key(Permission.VIEW_REWARDS)
_SPEND = keys.Key(Permission.SPEND_REWARDS)
_WORDS = {
    NotRedeemed.UNKNOWN: "There is no such coupon.",
    NotRedeemed.NOT_ISSUED: "This coupon was given to nobody yet.",
    NotRedeemed.NOT_YOURS: "This coupon is somebody else's.",
    NotRedeemed.EXPIRED: "This coupon has expired.",
    NotRedeemed.ALREADY_REDEEMED: "This coupon was used before.",
    NotRedeemed.RETURNED: "This coupon was taken back.",
}


class RedeemIn(Strict):
    """With a contact only theirs is taken; without, whoever shows the code may use it."""

    code: Annotated[str, Field(strict=True, min_length=1, max_length=80)]
    contact: ContactName | None = None


class RedeemedOut(Schema):
    redeemed: bool
    replayed: bool


class CouponOut(Schema):
    list: str
    code: str
    state: str
    expires_at: datetime | None
    expired: bool


@router.post("/redeem", auth=_SPEND, response=RedeemedOut, summary="Use a coupon up")
def redeem(
    request: HttpRequest, said: RedeemIn, idempotency_key: IdempotencyKey = ""
) -> dict[str, Any]:
    """A coupon that cannot be used is an answer 409 with `reason`; the key may be tried again."""
    org, now = keys.org_of(request), clock.now()
    contact = None if said.contact is None else naming.contact(org, said.contact)
    body = {"code": said.code, "contact": contact}
    with once(org, idempotency_key, "coupons/redeem", body, now=now) as doing:
        wanted = RedeemRequest(own_keys.points(doing.key), said.code, contact)
        done = rewards.redeem(org, wanted, now)
        if done.reason is not None:
            raise NotDone(
                _WORDS[done.reason],
                hint="Look at what the contact holds: GET /coupons/{id}/held",
                reason=done.reason.value,
            )
    return {"redeemed": True, "replayed": doing.replayed}


@router.get("/{token}/held", auth=_VIEW, response=list[CouponOut], summary="A contact's coupons")
def held(request: HttpRequest, token: str) -> list[Any]:
    """Used and expired ones too, the oldest first."""
    org = keys.org_of(request)
    return list(rewards.held(org, naming.contact(org, token), clock.now()))
