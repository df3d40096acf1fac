"""A white list or a black list of products and product groups: one kind for both.

A deny list is a veto wherever it stands: deny beats allow beats the default. It is hoisted out of
every `||` when a rule is bound (`authoring.hoisting`), and is then simply "not in the list".
"""

from typing import Literal, Self

from django.utils.translation import gettext as _
from pydantic import model_validator

from postlude.kernel.errors import N_
from postlude.rules.kinds import Binding, ConditionKind, Params
from postlude.rules.parameters import AnyTexts, listed
from postlude.rules.predicates import Constant, Meets, Negated, Predicate, SomeOf


class InList(Params):
    mode: Literal["allow", "deny"]
    """allow: a product of the list is bought; deny: none of it is."""
    ids: AnyTexts = ()
    """Products."""
    groups: AnyTexts = ()
    """Groups of products."""
    empty: Literal["nobody", "everybody"] | None = None
    """Of an allow list: for whom it holds while it is empty. It must be said then."""

    @model_validator(mode="after")
    def _said(self) -> Self:
        if self.mode == "deny" and self.empty is not None:
            raise ValueError(_("`empty` is for allow lists: an empty deny list denies nothing"))
        if self.mode == "allow" and not (self.ids or self.groups) and self.empty is None:
            raise ValueError(
                _("the allow list is empty: say `empty: nobody` or `empty: everybody`")
            )
        return self


def predicate(params: InList, _binding: Binding) -> Predicate:
    lists = (("products", params.ids), ("product_groups", params.groups))
    hits = tuple(Meets(fact, frozenset(names)) for fact, names in lists if names)
    if not hits:
        return Constant(params.mode == "deny" or params.empty == "everybody")
    listed_there: Predicate = hits[0] if len(hits) == 1 else SomeOf(hits)
    return Negated(listed_there) if params.mode == "deny" else listed_there


def words(params: InList, _binding: Binding) -> str:
    if not params.ids and not params.groups:
        if params.mode == "deny":
            return _("denies nothing")
        return _("for everybody") if params.empty == "everybody" else _("for nobody")
    text = _("only for {names}") if params.mode == "allow" else _("not for {names}")
    return text.format(names=listed((*params.ids, *params.groups)))


def denies(params: InList) -> bool:
    return params.mode == "deny"


KIND = ConditionKind(
    name="in_list",
    title=N_("White or black list"),
    params=InList,
    predicate=predicate,
    words=words,
    vetoes=denies,
    cost=3,
    aliases=("黑白名单", "список"),
    unknown=N_("the asker does not say what is bought, or to which groups it belongs"),
    examples=(
        {"mode": "allow", "ids": ["latte"], "groups": ["cakes"]},
        {"mode": "deny", "groups": ["tobacco"]},
        {"mode": "allow", "empty": "nobody"},
    ),
)
