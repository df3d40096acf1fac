"""A thing that is handed over or sent."""

from typing import Any

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_
from postlude.rules.facts import Context
from postlude.rules.kinds import ActionKind, Binding, ClaimSpec, Params
from postlude.rules.parameters import Count, Key, Taken, Text


class Gift(Params):
    gift: Text
    """What it is, as whoever hands it over knows it."""
    count: Taken = 1
    """How many."""
    quota: Key | None = None
    """The quota that counts them, where they are scarce."""
    worth: Count = 0
    """What one is worth to the buyer, in minor units."""
    costs: Count = 0
    """What one costs the merchant, in minor units."""


def effect(params: Gift, _context: Context, _binding: Binding) -> dict[str, Any]:
    return {"gift": params.gift, "count": params.count}


def words(params: Gift, _binding: Binding) -> str:
    return _("gives {count} × {gift}").format(count=params.count, gift=params.gift)


def claim(params: Gift) -> ClaimSpec | None:
    """Return what is taken of the quota; None of a gift that is not scarce."""
    return ClaimSpec(f"quota:{params.quota}", params.count) if params.quota else None


def value(params: Gift, _context: Context, _binding: Binding) -> int:
    return params.count * params.worth


def cost(params: Gift, _context: Context, _binding: Binding) -> int:
    return params.count * params.costs


KIND = ActionKind(
    name="gift",
    title=N_("Gift"),
    params=Gift,
    effect=effect,
    words=words,
    value=value,
    cost=cost,
    claim=claim,
    reversible=False,
    aliases=("发赠品", "вручить подарок"),
    examples=({"gift": "mug"}, {"gift": "mug", "quota": "mugs", "costs": 12000}),
)
