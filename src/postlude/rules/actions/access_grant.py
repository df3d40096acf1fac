"""The buyer is let in somewhere."""

from typing import Any

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_
from postlude.rules.actions.amounts import nothing
from postlude.rules.facts import Context
from postlude.rules.kinds import ActionKind, Binding, Params
from postlude.rules.parameters import Key


class AccessGrant(Params):
    resource: Key
    """The resource's key."""


def effect(params: AccessGrant, _context: Context, _binding: Binding) -> dict[str, Any]:
    return {"resource": params.resource}


def words(params: AccessGrant, _binding: Binding) -> str:
    return _("opens {resource}").format(resource=params.resource)


KIND = ActionKind(
    name="access_grant",
    title=N_("Access"),
    params=AccessGrant,
    effect=effect,
    words=words,
    value=nothing,
    cost=nothing,
    instant=False,
    reversible=True,
    aliases=("开通权限", "открыть доступ"),
    examples=({"resource": "gather"},),
)
