"""A currency that is not the rule's own is a mistake, seen before the rule is stored."""

from collections.abc import Sequence

from postlude.kernel.errors import N_
from postlude.kernel.money import Money
from postlude.rules.kinds import Binding
from postlude.rules.language.spans import Problem

MISMATCH = "currency_mismatch"


def mismatches(binding: Binding, **amounts: Money | None) -> Sequence[Problem]:
    """Return a problem for each amount (by parameter) in another currency than the rule's."""
    return tuple(
        Problem(
            MISMATCH,
            N_("This amount is in {given}, the rule counts in {own}.").format(
                given=amount.currency, own=binding.currency
            ),
            hint=N_("Give the amount in {own}.").format(own=binding.currency),
            pointer=f"/{name}",
        )
        for name, amount in amounts.items()
        if amount is not None and amount.currency != binding.currency
    )
