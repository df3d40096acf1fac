"""The member gets a level."""

from typing import Any

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_
from postlude.rules.actions.amounts import nothing
from postlude.rules.facts import Context
from postlude.rules.kinds import ActionKind, Binding, Params
from postlude.rules.parameters import Text


class MembershipLevel(Params):
    level: Text
    """The level."""


def effect(params: MembershipLevel, _context: Context, _binding: Binding) -> dict[str, Any]:
    return {"level": params.level}


def words(params: MembershipLevel, _binding: Binding) -> str:
    return _("makes a member of level {level}").format(level=params.level)


KIND = ActionKind(
    name="membership_level",
    title=N_("Membership level"),
    params=MembershipLevel,
    effect=effect,
    words=words,
    value=nothing,
    cost=nothing,
    instant=False,
    reversible=True,
    aliases=("发会员卡", "присвоить уровень"),
    examples=({"level": "gold"},),
)
