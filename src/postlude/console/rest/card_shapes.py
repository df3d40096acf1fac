"""What is said and told about gift cards."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import Field

from postlude.console.rest import naming
from postlude.console.rest.amounts import DecimalText, Payment, shown
from postlude.console.rest.naming import ContactName
from postlude.console.rest.promotion_shapes import ItemIn
from postlude.console.rest.strict import OptionalWord, Reason, Strict, Word
from postlude.rewards.types.carriers import Card

_MOST_LINES = 500
Minutes = Annotated[int, Field(strict=True, ge=1, le=24 * 60)]


class IssueIn(Strict):
    """A card of a type on sale; an amount where the type has none of its own."""

    type: Word
    contact: ContactName | None = None
    amount: Payment | None = None


class CartIn(Strict):
    """The lines of a cart, in the card's currency."""

    items: list[ItemIn] = Field(min_length=1, max_length=_MOST_LINES)
    merchant: OptionalWord = ""


class CardHoldIn(CartIn):
    """How much the card is to pay of this cart."""

    amount: Payment
    minutes: Minutes = 15


class TakeIn(Strict):
    """Without an amount all that is held; the rest goes back to the card."""

    amount: DecimalText | None = None


class RefundIn(Strict):
    """`sale` is the key of the hold that was taken; without an amount all of it."""

    sale: Annotated[str, Field(strict=True, pattern=r"^[A-Za-z0-9._:-]{1,100}$")]
    amount: DecimalText | None = None
    reason: Reason = "refund"


class ByIn(Strict):
    """Who does it: for a card's own holder, and for whoever claims it."""

    contact: ContactName


class ShareIn(ByIn):
    days: Annotated[int, Field(strict=True, ge=1, le=365)] = 30


class ClaimIn(ByIn):
    link: Annotated[str, Field(strict=True, min_length=10, max_length=200)]


class CardOut(Schema):
    id: str
    type: str
    title: str
    currency: str
    face: str
    balance: str
    held: str
    holder: str | None
    shared: bool
    issued_at: datetime
    expires_at: datetime | None
    closed_at: datetime | None


class CardLineOut(Schema):
    product: str
    usable: bool
    why: str


class ScopeOut(Schema):
    """What the card may pay for: each line, and how much of the cart in all."""

    currency: str
    balance: str
    usable_amount: str
    payable_by_card: str
    lines: list[CardLineOut]


class LinkOut(Schema):
    """With it one other person claims the card, once; it is as good as the card: keep it secret."""

    link: str
    expires_at: datetime


def as_json(card: Card) -> dict[str, Any]:
    """Return a card for the outside."""
    return {
        "id": naming.card_token(card.id),
        "type": card.type,
        "title": card.title,
        "currency": card.currency,
        "face": shown(card.face, card.currency),
        "balance": shown(card.balance, card.currency),
        "held": shown(card.held, card.currency),
        "holder": naming.contact_token(card.holder),
        "shared": card.shared,
        "issued_at": card.issued_at,
        "expires_at": card.expires_at,
        "closed_at": card.closed_at,
    }
