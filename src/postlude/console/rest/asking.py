"""From what a till says to the questions that rules answer."""

from datetime import datetime, timedelta

from postlude.console.rest import naming
from postlude.console.rest.promotion_shapes import BeforeIn, CheckoutIn, ItemIn, TopUpIn
from postlude.kernel.errors import BadInput
from postlude.rules import api as rules

# The clock of a till may be a little fast.
_AHEAD = timedelta(minutes=1)


def top_up(org: int, said: TopUpIn, *, now: datetime) -> rules.TopUp:
    return rules.TopUp(
        contact=naming.contact(org, said.contact),
        paid=said.paid.money(),
        merchant=said.merchant,
        source=said.source,
        before=_before(said.before, now),
    )


def checkout(org: int, said: CheckoutIn) -> rules.Checkout:
    return rules.Checkout(
        contact=None if said.contact is None else naming.contact(org, said.contact),
        amount=said.amount.money(),
        items=items(said.items, said.amount.currency),
        merchant=said.merchant,
        source=said.source,
        coupons=tuple(said.coupons),
    )


def items(said: list[ItemIn], currency: str) -> tuple[rules.Item, ...]:
    """Return the lines of a cart. Raises BadInput for one in another currency."""
    for place, each in enumerate(said):
        if each.amount.currency != currency:
            raise BadInput(
                "The lines of a cart are in its currency.",
                hint=f"Give every amount in {currency}.",
                **{f"/items/{place}/amount/currency": "wrong_currency"},
            )
    return tuple(
        rules.Item(each.product, tuple(each.groups), each.quantity, each.amount.money().minor)
        for each in said
    )


def _before(said: BeforeIn | None, now: datetime) -> rules.Before | None:
    """Return the provided fact; how old it may be is for each rule to say."""
    if said is None:
        return None
    if said.as_of > now + _AHEAD:
        raise BadInput(
            "A fact cannot be from the future.",
            hint="`as_of` is the moment at which you looked; check the clock of the till.",
            **{"/before/as_of": "in_the_future"},
        )
    return rules.Before(said.count, said.as_of)
