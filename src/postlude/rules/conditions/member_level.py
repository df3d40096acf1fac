"""The member has one of these levels."""

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_
from postlude.rules.kinds import Binding, ConditionKind, Params
from postlude.rules.parameters import Texts, listed
from postlude.rules.predicates import OneOf, Predicate


class MemberLevel(Params):
    levels: Texts
    """Any of these."""


def predicate(params: MemberLevel, _binding: Binding) -> Predicate:
    return OneOf("member.level", frozenset(params.levels))


def words(params: MemberLevel, _binding: Binding) -> str:
    return _("is a member of level {names}").format(names=listed(params.levels))


KIND = ConditionKind(
    name="member_level",
    title=N_("Member level"),
    params=MemberLevel,
    predicate=predicate,
    words=words,
    cost=1,
    aliases=("会员等级", "уровень участника"),
    unknown=N_("the member has no level, or nobody is known"),
    examples=({"levels": ["gold", "platinum"]},),
)
