"""Some product of the order belongs to one of these groups."""

from django.utils.translation import gettext as _

from postlude.kernel.errors import N_
from postlude.rules.kinds import Binding, ConditionKind, Params
from postlude.rules.parameters import Texts, listed
from postlude.rules.predicates import Meets, Predicate


class ProductGroups(Params):
    groups: Texts
    """Any of these."""


def predicate(params: ProductGroups, _binding: Binding) -> Predicate:
    return Meets("product_groups", frozenset(params.groups))


def words(params: ProductGroups, _binding: Binding) -> str:
    return _("buys from one of {names}").format(names=listed(params.groups))


KIND = ConditionKind(
    name="product_groups",
    title=N_("Product groups"),
    params=ProductGroups,
    predicate=predicate,
    words=words,
    cost=2,
    aliases=("商品分组范围", "группы товаров"),
    unknown=N_("the asker does not say to which groups the products belong"),
    examples=({"groups": ["coffee"]},),
)
