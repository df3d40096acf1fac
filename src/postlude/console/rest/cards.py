"""Gift cards: issued, looked at, handed on by a link, claimed, closed."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from ninja import Router

from postlude.console.rest import asking, card_shapes, keys, naming
from postlude.console.rest.card_shapes import ByIn, CardOut, ClaimIn, IssueIn, LinkOut, ShareIn
from postlude.console.rest.errors import NotDone
from postlude.console.rest.once import IdempotencyKey, once
from postlude.console.rest.strict import Nothing
from postlude.kernel import clock
from postlude.orgs.api import Permission
from postlude.rewards import api as rewards
from postlude.rewards.errors import UnknownCard
from postlude.rewards.types.carriers import Card
from postlude.rules import api as rules

router = Router(tags=["gift cards"])
_VIEW = keys.Key(Permission.VIEW_REWARDS)
_GIVE = keys.Key(Permission.GIVE_BY_HAND)
_SPEND = keys.Key(Permission.SPEND_REWARDS)


@router.post("", auth=_GIVE, response=CardOut, summary="Issue a card of a type on sale")
def issue(
    request: HttpRequest, said: IssueIn, idempotency_key: IdempotencyKey = ""
) -> dict[str, Any]:
    """With its money, and with the scope that its type has today."""
    org, now = keys.org_of(request), clock.now()
    holder = None if said.contact is None else naming.contact(org, said.contact)
    body = said.model_dump(mode="json") | {"contact": holder}
    with once(org, idempotency_key, "gift-cards", body, now=now) as doing:
        amount = None if said.amount is None else said.amount.money()
        sold = rules.SoldCard(f"api/{doing.key}", said.type, holder, amount)
        card = rules.issue_card(org, sold, now=doing.at)
    return card_shapes.as_json(of(org, card.id))


@router.post("/claim", auth=_SPEND, response=CardOut, summary="Claim a card with a link")
def claim(request: HttpRequest, said: ClaimIn) -> dict[str, Any]:
    """Of two who claim at once one gets it; the same person again gets the same answer."""
    org = keys.org_of(request)
    by = naming.contact(org, said.contact)
    return card_shapes.as_json(rewards.claim_card(org, said.link, by, now=clock.now()))


@router.get("/{token}", auth=_VIEW, response=CardOut, summary="A card as it stands")
def show(request: HttpRequest, token: str) -> dict[str, Any]:
    return card_shapes.as_json(of(keys.org_of(request), naming.card(token)))


@router.post(
    "/{token}/scope", auth=_VIEW, response=card_shapes.ScopeOut, summary="What it pays for"
)
def scope(request: HttpRequest, token: str, said: card_shapes.CartIn) -> dict[str, Any]:
    """Line by line, by the rules that the card was sold with."""
    org = keys.org_of(request)
    card = of(org, naming.card(token))
    items = asking.items(said.items, card.currency)
    answer = rules.card_scope(org, card.id, items, now=clock.now(), merchant=said.merchant)
    return rules.card_result(answer.card, answer.lines)


@router.post("/{token}/share", auth=_SPEND, response=LinkOut, summary="A link for one other person")
def share(
    request: HttpRequest, token: str, said: ShareIn, idempotency_key: IdempotencyKey = ""
) -> dict[str, Any]:
    """Only its holder may share it. A link that was made before is dead from now on."""
    org, now = keys.org_of(request), clock.now()
    by, card = naming.contact(org, said.contact), naming.card(token)
    body = {"card": card, "contact": by, "days": said.days}
    with once(org, idempotency_key, "gift-cards/share", body, now=now) as doing:
        valid = timedelta(days=said.days)
        if not doing.replayed:
            rewards.share_card(org, card, by, now=doing.at, valid=valid)
        link = rewards.link_of(org, card, until=doing.at + valid, now=now)
    if link is None:
        raise NotDone("This link is dead: the card was claimed, taken back, or shared anew.")
    return {"link": link, "expires_at": doing.at + valid}


@router.post("/{token}/keep", auth=_SPEND, response=CardOut, summary="Take a shared card back")
def keep(request: HttpRequest, token: str, said: ByIn) -> dict[str, Any]:
    """Before anybody claimed it: its link is dead."""
    org, card = keys.org_of(request), naming.card(token)
    rewards.keep_card(org, card, naming.contact(org, said.contact), now=clock.now())
    return card_shapes.as_json(of(org, card))


@router.post("/{token}/close", auth=_GIVE, response=CardOut, summary="Close a card for good")
def close(
    request: HttpRequest,
    token: str,
    said: Nothing | None = None,  # noqa: ARG001 - a body may be sent, and says nothing
) -> dict[str, Any]:
    """What is left on it is taken off the books."""
    org = keys.org_of(request)
    return card_shapes.as_json(rewards.close_card(org, naming.card(token), now=clock.now()))


def of(org: int, card: int) -> Card:
    """Return a card of this organisation as it stands. Raises UnknownCard."""
    found = rewards.cards(org, [card], now=clock.now())
    if not found:
        raise UnknownCard
    return found[0]
