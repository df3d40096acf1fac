"""The order was made at one of these places: till, site, app."""

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_
from postlude.rules.kinds import Binding, ConditionKind, Params
from postlude.rules.parameters import Texts, listed
from postlude.rules.predicates import OneOf, Predicate


class Source(Params):
    any_of: Texts
    """Any of these."""


def predicate(params: Source, _binding: Binding) -> Predicate:
    return OneOf("source", frozenset(params.any_of))


def words(params: Source, _binding: Binding) -> str:
    return _("orders at {names}").format(names=listed(params.any_of))


KIND = ConditionKind(
    name="source",
    title=N_("Source"),
    params=Source,
    predicate=predicate,
    words=words,
    cost=1,
    aliases=("来源", "渠道", "channel", "источник"),
    unknown=N_("the asker does not say where the order is made"),
    examples=({"any_of": ["till"]},),
)
