"""What tills and shops say and are told about promotions."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import AwareDatetime, Field

from postlude.console.rest.amounts import Payment, Price
from postlude.console.rest.naming import ContactName
from postlude.console.rest.strict import OptionalWord, Strict, Word
from postlude.rewards.types.reservations import LateConfirm

_DAY_IN_MINUTES = 24 * 60
_MOST_LINES = 500

HoldMinutes = Annotated[
    int,
    Field(
        strict=True,
        ge=1,
        le=_DAY_IN_MINUTES,
        description="For how long what is scarce is held; longer than the payment may take.",
    ),
]


class BeforeIn(Strict):
    """How many top-ups the buyer had before this one, as you saw it at `as_of`."""

    count: Annotated[int, Field(strict=True, ge=0, le=2**31)]
    as_of: AwareDatetime


class TopUpIn(Strict):
    contact: ContactName
    paid: Payment
    merchant: OptionalWord = ""
    source: OptionalWord = ""
    before: BeforeIn | None = None


class TopUpOrderIn(TopUpIn):
    hold_minutes: HoldMinutes = 15


class ItemIn(Strict):
    """A line of the cart: `amount` is of all its pieces together, in the cart's currency."""

    product: Word
    groups: list[Word] = Field(default_factory=list, max_length=50)
    quantity: Annotated[int, Field(strict=True, ge=1, le=1_000_000)] = 1
    amount: Price


class CheckoutIn(Strict):
    contact: ContactName | None = None
    amount: Price
    items: list[ItemIn] = Field(default_factory=list, max_length=_MOST_LINES)
    merchant: OptionalWord = ""
    source: OptionalWord = ""
    coupons: list[Word] = Field(default_factory=list, max_length=50)


class CheckoutOrderIn(CheckoutIn):
    hold_minutes: HoldMinutes = 15


class ConfirmIn(Strict):
    """What to do when the hold has expired: refuse, or take again what is still there."""

    late: LateConfirm = LateConfirm.REFUSE


class ExtendIn(Strict):
    """Until when to hold; at most 24 hours from now, and once."""

    until: AwareDatetime


class GiftOut(Schema):
    """What a promotion gives; `worth` is in the currency of the order."""

    rule: str
    title: str
    gift: str
    words: str
    worth: str | None
    details: dict[str, Any]


class MissedOut(Schema):
    """A promotion that does not apply: why, and what would change that."""

    rule: str
    title: str
    why: str
    words: str
    nearest: str


class DiscountOut(Schema):
    rule: str
    title: str
    amount: str


class OfferOut(Schema):
    """What would be given now; nothing is held. `exact`: no other choice would be better."""

    gifts: list[GiftOut]
    not_given: list[MissedOut]
    exact: bool


class PricedOfferOut(OfferOut):
    """`order_amount` is never changed by a discount; `payable` is what is left to pay."""

    currency: str
    order_amount: str
    discounts: list[DiscountOut]
    payable: str
    rounding: str


class OrderOut(Schema):
    """A rule order as it stands; prices are there for a checkout."""

    order: str
    state: str
    expires_at: datetime | None
    replayed: bool
    gifts: list[GiftOut]
    not_given: list[MissedOut]
    currency: str | None = None
    order_amount: str | None = None
    discounts: list[DiscountOut] | None = None
    payable: str | None = None
    rounding: str | None = None
