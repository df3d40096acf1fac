"""A text is sent to the buyer, by whoever sends messages."""

from typing import Any

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_
from postlude.rules.actions.amounts import nothing
from postlude.rules.facts import Context
from postlude.rules.kinds import ActionKind, Binding, Params
from postlude.rules.parameters import Key


class Message(Params):
    template: Key
    """The template's key."""


def effect(params: Message, _context: Context, _binding: Binding) -> dict[str, Any]:
    return {"template": params.template}


def words(params: Message, _binding: Binding) -> str:
    return _("sends {template}").format(template=params.template)


KIND = ActionKind(
    name="message",
    title=N_("Message"),
    params=Message,
    effect=effect,
    words=words,
    value=nothing,
    cost=nothing,
    instant=False,
    reversible=False,
    aliases=("发消息", "отправить сообщение"),
    examples=({"template": "thanks"},),
)
