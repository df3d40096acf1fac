"""The first N: places that are taken when the rule order is written.

How many there are, once or anew each day or month, and how many of them one person may have, is
said where the quota is declared: there it can be changed without a new version of the rule.
"""

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_
from postlude.rules.kinds import Binding, ClaimSpec, ConditionKind, Params, Phase
from postlude.rules.parameters import Key, Taken
from postlude.rules.predicates import Constant, Predicate


class FirstN(Params):
    quota: Key
    """The quota's name; rules that name the same one share its places."""
    places: Taken = 1
    """How many places one use takes."""


def claim(params: FirstN) -> ClaimSpec:
    return ClaimSpec(f"quota:{params.quota}", params.places)


def predicate(_params: FirstN, _binding: Binding) -> Predicate:
    return Constant(value=True)


def words(params: FirstN, _binding: Binding) -> str:
    return _("takes {places} of quota {quota}").format(places=params.places, quota=params.quota)


KIND = ConditionKind(
    name="first_n",
    title=N_("First N"),
    params=FirstN,
    predicate=predicate,
    words=words,
    claim=claim,
    phase=Phase.CLAIM,
    cost=100,
    aliases=("前 N 名限制", "前N名限制", "первые N"),
    unknown=N_("never: a place is there or not"),
    examples=({"quota": "first-30"}, {"quota": "seats", "places": 2}),
)
