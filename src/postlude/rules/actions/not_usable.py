"""The card may not be used here. It wins over `usable`."""

from typing import Any

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_
from postlude.rules.actions.amounts import nothing
from postlude.rules.facts import Context
from postlude.rules.kinds import ActionKind, Binding, Params


class NotUsable(Params):
    pass


def effect(_params: NotUsable, _context: Context, _binding: Binding) -> dict[str, Any]:
    return {"usable": False}


def words(_params: NotUsable, _binding: Binding) -> str:
    return _("may not be used")


KIND = ActionKind(
    name="not_usable",
    title=N_("Not usable"),
    params=NotUsable,
    effect=effect,
    words=words,
    value=nothing,
    cost=nothing,
    instant=True,
    aliases=("不可用", "нельзя использовать"),
    examples=({},),
)
