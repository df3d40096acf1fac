"""A gift card pays: held for a cart, taken when the sale is done, refunded in whole or in part."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from ninja import Router

from postlude.console.rest import asking, keys, ledger, naming, own_keys
from postlude.console.rest.card_shapes import CardHoldIn, RefundIn, TakeIn
from postlude.console.rest.cards import of
from postlude.console.rest.once import IdempotencyKey, checked, once
from postlude.console.rest.point_shapes import PostedOut
from postlude.console.rest.strict import Nothing
from postlude.kernel import clock
from postlude.kernel.errors import BadInput
from postlude.orgs.api import Permission
from postlude.rewards import api as rewards
from postlude.rewards.errors import UnknownEntry
from postlude.rewards.types.points import Posted
from postlude.rules import api as rules

router = Router(tags=["gift cards"])
_GIVE = keys.Key(Permission.GIVE_BY_HAND)
_SPEND = keys.Key(Permission.SPEND_REWARDS)


@router.post("/{token}/hold", auth=_SPEND, response=PostedOut, summary="Hold money for a cart")
def hold(
    request: HttpRequest, token: str, said: CardHoldIn, idempotency_key: IdempotencyKey = ""
) -> dict[str, Any]:
    """As far as the card's scope reaches. The key names the hold from now on."""
    org, now = keys.org_of(request), clock.now()
    card = of(org, naming.card(token))
    _check_currency(said, card.currency)
    items = asking.items(said.items, card.currency)
    body = said.model_dump(mode="json") | {"card": card.id}
    with once(org, idempotency_key, "gift-cards/hold", body, now=now) as doing:
        own = own_keys.card(card.id, doing.key)
        if doing.replayed:  # what the scope says by now changes nothing of it
            return ledger.told(Posted(own, ledger.hold(org, own)), doing)
        _, posted = rules.hold_card_for(
            org,
            card.id,
            items,
            said.amount.money().minor,
            key=own,
            until=doing.at + timedelta(minutes=said.minutes),
            now=now,
            merchant=said.merchant,
        )
        return ledger.told(ledger.done([posted], card.currency), doing)


@router.post(
    "/{token}/holds/{key}/take", auth=_SPEND, response=PostedOut, summary="The sale is done"
)
def take(request: HttpRequest, token: str, key: str, said: TakeIn | None = None) -> dict[str, Any]:
    """Spend what is held, or an amount of it; the rest goes back to the card."""
    org, card = keys.org_of(request), naming.card(token)
    held = ledger.hold(org, own_keys.card(card, checked(key)))
    amount = None if said is None else ledger.units(said.amount, held.currency)
    own = own_keys.card(card, key, "take")
    done = rewards.take_held(org, held.key, key=own, amount=amount, now=clock.now())
    return ledger.told(ledger.settled([done], own))


@router.post(
    "/{token}/holds/{key}/release", auth=_SPEND, response=PostedOut, summary="The sale is off"
)
def release(
    request: HttpRequest,
    token: str,
    key: str,
    said: Nothing | None = None,  # noqa: ARG001 - a body may be sent, and says nothing
) -> dict[str, Any]:
    """Return what is held to the card."""
    org, card = keys.org_of(request), naming.card(token)
    held = ledger.hold(org, own_keys.card(card, checked(key)))
    own = own_keys.card(card, key, "release")
    done = rewards.let_go(org, held.key, key=own, now=clock.now())
    return ledger.told(ledger.settled([done], own))


@router.post("/{token}/refund", auth=_GIVE, response=PostedOut, summary="Give money back to a card")
def refund(
    request: HttpRequest, token: str, said: RefundIn, idempotency_key: IdempotencyKey = ""
) -> dict[str, Any]:
    """Never more than the sale took, and with the end that it had: a refund lengthens no card."""
    org, now, card = keys.org_of(request), clock.now(), naming.card(token)
    body = said.model_dump(mode="json") | {"card": card}
    with once(org, idempotency_key, "gift-cards/refund", body, now=now) as doing:
        spent = own_keys.card(card, said.sale, "take")
        taken = rewards.entries(org, [spent]).get(spent)
        if taken is None:
            raise UnknownEntry(what="taken hold", key=said.sale)
        amount = ledger.units(said.amount, taken.currency)
        own = own_keys.card(card, doing.key)
        posted = rewards.refund_card(
            org, spent, key=own, amount=amount, reason=said.reason, now=now
        )
        ledger.done([posted], taken.currency)
    return ledger.told(posted, doing)


def _check_currency(said: CardHoldIn, currency: str) -> None:
    if said.amount.currency != currency:
        raise BadInput(
            "The card is in another currency.",
            hint=f"Give the amount in {currency}.",
            **{"/amount/currency": "wrong_currency"},
        )
