"""The member gets a tag."""

from typing import Any

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_
from postlude.rules.actions.amounts import nothing
from postlude.rules.facts import Context
from postlude.rules.kinds import ActionKind, Binding, Params
from postlude.rules.parameters import Text


class Tag(Params):
    tag: Text
    """The tag."""


def effect(params: Tag, _context: Context, _binding: Binding) -> dict[str, Any]:
    return {"tag": params.tag}


def words(params: Tag, _binding: Binding) -> str:
    return _("tags as {tag}").format(tag=params.tag)


KIND = ActionKind(
    name="tag",
    title=N_("Tag"),
    params=Tag,
    effect=effect,
    words=words,
    value=nothing,
    cost=nothing,
    instant=False,
    reversible=True,
    aliases=("打标签", "поставить метку"),
    examples=({"tag": "vip"},),
)
