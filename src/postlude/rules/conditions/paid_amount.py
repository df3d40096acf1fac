"""How much is to be paid."""

from collections.abc import Sequence
from typing import Self

from django.utils.translation import gettext as _
from pydantic import model_validator

from postlude.kernel.errors import N_
from postlude.rules.conditions import bounds
from postlude.rules.conditions.currencies import mismatches
from postlude.rules.kinds import Binding, ConditionKind, Params
from postlude.rules.language.spans import Problem
from postlude.rules.parameters import Amount
from postlude.rules.predicates import Predicate


class PaidAmount(Params):
    min: Amount | None = None
    """At least this much (included)."""
    max: Amount | None = None
    """At most this much (included)."""

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.min and self.max and self.min.currency != self.max.currency:
            raise ValueError(_("min and max are in different currencies"))
        bounds.refuse_empty(*self.minor)
        return self

    @property
    def minor(self) -> tuple[int | None, int | None]:
        """The bounds in minor units."""
        return self.min.minor if self.min else None, self.max.minor if self.max else None


def predicate(params: PaidAmount, _binding: Binding) -> Predicate:
    return bounds.closed("amount", *params.minor)


def words(params: PaidAmount, _binding: Binding) -> str:
    return _("pays {bounds}").format(bounds=bounds.in_words(params.min, params.max))


def check(params: PaidAmount, binding: Binding) -> Sequence[Problem]:
    return mismatches(binding, min=params.min, max=params.max)


KIND = ConditionKind(
    name="paid_amount",
    title=N_("Paid amount"),
    params=PaidAmount,
    predicate=predicate,
    words=words,
    check=check,
    aliases=("实付金额", "сумма оплаты"),
    unknown=N_("the asker gives no amount"),
    examples=({"min": "50.00 TWD"}, {"min": "50.00 TWD", "max": "99.99 TWD"}),
)
