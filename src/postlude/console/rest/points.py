"""Giving, spending and undoing points and bonus money."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from postlude.console.rest import keys, ledger, naming, own_keys
from postlude.console.rest.once import IdempotencyKey, once
from postlude.console.rest.point_shapes import GrantIn, PostedOut, ReverseIn, SpendIn
from postlude.kernel import clock
from postlude.orgs.api import Permission
from postlude.rewards import api as rewards
from postlude.rewards.types.points import Give, Reverse

router = Router(tags=["points"])
_GIVE = keys.Key(Permission.GIVE_BY_HAND)
_SPEND = keys.Key(Permission.SPEND_REWARDS)


@router.post("/grant", auth=_GIVE, response=PostedOut, summary="Give points or bonus money")
def grant(
    request: HttpRequest, said: GrantIn, idempotency_key: IdempotencyKey = ""
) -> dict[str, Any]:
    """For ever, or until a moment; `reason` is kept word for word."""
    org, now = keys.org_of(request), clock.now()
    ledger.check_currency(org, said.amount)
    contact = naming.contact(org, said.contact)
    body = said.model_dump(mode="json") | {"contact": contact}
    with once(org, idempotency_key, "points/grant", body, now=now) as doing:
        give = Give(
            own_keys.points(doing.key),
            contact,
            said.amount.minor(),
            said.reason,
            said.amount.ledger(),
            expires_at=said.until(doing.at),
            campaign=said.campaign,
        )
        (posted,) = rewards.give_many(org, [give], now=now)
    return ledger.told(posted, doing)


@router.post("/spend", auth=_SPEND, response=PostedOut, summary="Spend points or bonus money")
def spend(
    request: HttpRequest, said: SpendIn, idempotency_key: IdempotencyKey = ""
) -> dict[str, Any]:
    """The earliest expiry first. Too little is an answer 409, and its key may be tried again."""
    org, now = keys.org_of(request), clock.now()
    ledger.check_currency(org, said.amount)
    contact = naming.contact(org, said.contact)
    body = said.model_dump(mode="json") | {"contact": contact}
    with once(org, idempotency_key, "points/spend", body, now=now) as doing:
        take = said.take(contact, doing)
        posted = ledger.done(rewards.take_many(org, [take], now=now), take.currency)
    return ledger.told(posted, doing)


@router.post("/reverse", auth=_GIVE, response=PostedOut, summary="Undo a grant, spend or capture")
def reverse(
    request: HttpRequest, said: ReverseIn, idempotency_key: IdempotencyKey = ""
) -> dict[str, Any]:
    """A grant that was spent becomes a debt; a spend goes back to where it came from."""
    org, now = keys.org_of(request), clock.now()
    with once(
        org, idempotency_key, "points/reverse", said.model_dump(mode="json"), now=now
    ) as doing:
        of = ledger.undoable(org, said.of)
        amount = ledger.units(said.amount, of.currency)
        wanted = Reverse(own_keys.points(doing.key), of.key, said.reason, amount)
        posted = ledger.done(rewards.reverse_many(org, [wanted], now=now), of.currency)
    return ledger.told(posted, doing)
