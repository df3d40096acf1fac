"""How many paid orders the member has here."""

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_
from postlude.rules.conditions import bounds
from postlude.rules.conditions.bounds import Counted
from postlude.rules.kinds import Binding, ConditionKind
from postlude.rules.predicates import Predicate


def predicate(params: Counted, _binding: Binding) -> Predicate:
    return bounds.closed("member.orders", params.min, params.max)


def words(params: Counted, _binding: Binding) -> str:
    return _("has {bounds} paid orders").format(bounds=bounds.in_words(params.min, params.max))


KIND = ConditionKind(
    name="orders",
    title=N_("Paid orders"),
    params=Counted,
    predicate=predicate,
    words=words,
    aliases=("累计订单数", "заказы"),
    unknown=N_("nobody is known; a member without orders has 0"),
    examples=({"min": 3}, {"min": 1, "max": 10}),
)
