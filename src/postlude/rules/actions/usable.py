"""The card may be used here."""

from typing import Any

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_
from postlude.rules.actions.amounts import nothing
from postlude.rules.facts import Context
from postlude.rules.kinds import ActionKind, Binding, Params


class Usable(Params):
    pass


def effect(_params: Usable, _context: Context, _binding: Binding) -> dict[str, Any]:
    return {"usable": True}


def words(_params: Usable, _binding: Binding) -> str:
    return _("may be used")


KIND = ActionKind(
    name="usable",
    title=N_("Usable"),
    params=Usable,
    effect=effect,
    words=words,
    value=nothing,
    cost=nothing,
    instant=True,
    aliases=("可用", "можно использовать"),
    examples=({},),
)
