"""How many points, or how much bonus money, the member may spend now."""

from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import StringConstraints

from postlude.kernel.errors import N_
from postlude.rules.conditions import bounds
from postlude.rules.kinds import Binding, ConditionKind, Params
from postlude.rules.parameters import Whole
from postlude.rules.predicates import Predicate
from postlude.rules.vocabulary import BALANCE

Currency = Annotated[str, StringConstraints(pattern=r"^(points|bonus:[A-Z]{3})$")]


class BalanceAtLeast(Params):
    amount: Whole
    """At least this much: whole points, or minor units of bonus money."""
    currency: Currency = "points"
    """`points`, or bonus money as `bonus:TWD`."""


def predicate(params: BalanceAtLeast, _binding: Binding) -> Predicate:
    return bounds.closed(f"{BALANCE}{params.currency}", params.amount, None)


def words(params: BalanceAtLeast, _binding: Binding) -> str:
    return _("has at least {amount} {currency}").format(
        amount=params.amount, currency=params.currency
    )


KIND = ConditionKind(
    name="balance_at_least",
    title=N_("Balance"),
    params=BalanceAtLeast,
    predicate=predicate,
    words=words,
    aliases=("余额不少于", "баланс"),
    unknown=N_("nobody is known; who was never given anything has 0"),
    examples=({"amount": 1}, {"amount": 5000, "currency": "bonus:TWD"}),
)
