"""The shape of promotions in a playbook: what is scarce, which rules there are, which cards.

What stands under `where` and `give` is checked by the rules themselves, since kinds of conditions
and actions may be added by plug-ins: docs/reference/conditions.md, docs/reference/actions.md.
"""

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from postlude.playbooks.part import Part
from postlude.playbooks.scalars import Instant, Length, Zone


def _amount(value: object) -> Decimal:
    try:
        amount = Decimal("" if isinstance(value, bool) else str(value))
    except ArithmeticError:
        raise ValueError(f"“{value}” is no amount; write it as 200 or 19.90") from None
    if not amount.is_finite() or amount <= 0:
        raise ValueError("an amount must be more than nothing")
    return amount


Amount = Annotated[
    Decimal, BeforeValidator(_amount), WithJsonSchema({"type": "number", "examples": [200, 19.9]})
]
Key = Annotated[str, Field(pattern=r"^[\w][\w.-]{0,62}$")]
Params = dict[str, Any]


class Quota(Part):
    """So many places, first come first served: to hold one, not to ask for it."""

    title: str = ""
    limit: int = Field(ge=0, le=10**12)
    """How many there are. A lower number later refuses new ones and keeps old ones."""
    per: Literal["ever", "day", "month"] = "ever"
    """Whether they are there once, or anew each local day or month."""
    per_person: int | None = Field(default=None, ge=1)
    """How many of them one person may have; none means as many as there are."""


class Budget(Part):
    """Money that rules may give away; what is held or given never exceeds it."""

    title: str = ""
    limit: Amount
    """In the organisation's currency."""
    per: Literal["ever", "day", "month"] = "ever"


class Coupons(Part):
    """A list of coupon codes, each for one use. `postlude coupons upload` adds codes of a file."""

    title: str
    """What the coupon is, as its owner reads it."""
    generate: int | None = Field(default=None, ge=1, le=1_000_000)
    """So many codes are made up, which nobody can guess; a higher number later adds some."""
    per_person: int | None = Field(default=None, ge=1)
    """How many of them one person may hold."""
    valid: Length | None = None
    """How many days a coupon may be used after it was given."""


class Group(Part):
    """Rules that compete: which of those that match come into force."""

    choose: Literal["all", "first", "best for the buyer", "best for the merchant"] = "all"
    """`first` goes by priority; the best ones by what their actions are worth or cost."""
    at_most: int | None = Field(default=None, ge=1)
    """No more than so many of them together."""


class RulePart(Part):
    """One rule: conditions and actions, joined by a template."""

    title: str = ""
    template: str
    """`condition && condition -> action && action`, or `condition ? action : action`."""
    where: dict[str, Params] = Field(default_factory=dict)
    """The parameters of each condition, by its name in the template."""
    give: dict[str, Params] = Field(default_factory=dict)
    """The parameters of each action, by its name in the template."""
    names: dict[str, str] = Field(default_factory=dict)
    """Names of your own in the template, and the kinds that they stand for."""


class Rule(RulePart):
    """A rule of a flow: it is asked whenever somebody tops up or checks out."""

    on: Literal["top-up", "checkout"]
    """Who asks."""
    merchant: str = ""
    """Only for this shop; none means all of them."""
    starts: Instant | None = None
    """On line from then on, by itself."""
    ends: Instant | None = None
    """Off line from then on, by itself."""
    zone: Zone | None = None
    """Where its days and hours are meant, if not in the organisation's zone."""
    priority: int = Field(default=0, ge=-1_000, le=1_000)
    """Higher goes first where rules compete."""
    group: str = ""
    """Its group, or a group within a group: `sales/spring`."""
    excludes: list[Key] = Field(default_factory=list)
    """Rules it never comes into force with; said on one side it holds for both."""


class CardType(Part):
    """A gift card that is sold: what it is worth and what it may buy."""

    title: str
    amount: Amount | None = None
    """The amount it is sold with; none means that each is sold with its own."""
    valid: Length | None = None
    """How many days it may be used; none means for ever."""
    scope: RulePart | None = None
    """What it may buy; none means everything. A card keeps the scope that it was sold with."""
