"""The member is in one of these segments."""

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_
from postlude.rules.kinds import Binding, ConditionKind, Params
from postlude.rules.parameters import Texts, listed
from postlude.rules.predicates import Meets, Predicate


class Segment(Params):
    any_of: Texts
    """Any of these."""


def predicate(params: Segment, _binding: Binding) -> Predicate:
    return Meets("member.segments", frozenset(params.any_of))


def words(params: Segment, _binding: Binding) -> str:
    return _("is in segment {names}").format(names=listed(params.any_of))


KIND = ConditionKind(
    name="segment",
    title=N_("Segment"),
    params=Segment,
    predicate=predicate,
    words=words,
    cost=2,
    aliases=("人群", "сегмент"),
    unknown=N_("nobody is known"),
    examples=({"any_of": ["lapsed"]},),
)
