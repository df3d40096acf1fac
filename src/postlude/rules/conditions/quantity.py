"""How many items are bought."""

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_
from postlude.rules.conditions import bounds
from postlude.rules.conditions.bounds import Counted
from postlude.rules.kinds import Binding, ConditionKind
from postlude.rules.predicates import Predicate


def predicate(params: Counted, _binding: Binding) -> Predicate:
    return bounds.closed("quantity", params.min, params.max)


def words(params: Counted, _binding: Binding) -> str:
    return _("buys {bounds} items").format(bounds=bounds.in_words(params.min, params.max))


KIND = ConditionKind(
    name="quantity",
    title=N_("Quantity"),
    params=Counted,
    predicate=predicate,
    words=words,
    aliases=("购买数量", "количество"),
    unknown=N_("the asker does not say how many"),
    examples=({"min": 3}, {"min": 1, "max": 10}),
)
