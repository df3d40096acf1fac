"""Some product of the order is one of these."""

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_
from postlude.rules.kinds import Binding, ConditionKind, Params
from postlude.rules.parameters import Texts, listed
from postlude.rules.predicates import Meets, Predicate


class Products(Params):
    ids: Texts
    """Any of these."""


def predicate(params: Products, _binding: Binding) -> Predicate:
    return Meets("products", frozenset(params.ids))


def words(params: Products, _binding: Binding) -> str:
    return _("buys one of {names}").format(names=listed(params.ids))


KIND = ConditionKind(
    name="products",
    title=N_("Products"),
    params=Products,
    predicate=predicate,
    words=words,
    cost=2,
    aliases=("商品范围", "товары"),
    unknown=N_("the asker does not say what is bought"),
    examples=({"ids": ["latte", "mocha"]},),
)
