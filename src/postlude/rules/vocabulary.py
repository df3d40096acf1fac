"""Every fact that the catalogue's conditions read, by name. Contexts are built in these names."""

from collections.abc import Mapping
from types import MappingProxyType

from postlude.kernel.errors import N_, NN_
from postlude.rules.facts import Fact, Type

BALANCE = "member.balance:"
ORDERED = "member.ordered:"
PROMISED = "member.promised:"

_FACTS = (
    Fact("now", Type.INSTANT, N_("the moment of the decision"), of_contact=True),
    Fact(
        "amount",
        Type.MONEY,
        N_("what is to be paid"),
        more=NN_("spend {n} more", "spend {n} more"),
    ),
    Fact(
        "quantity",
        Type.INT,
        N_("how many items are bought"),
        more=NN_("one more item", "{n} more items"),
    ),
    Fact("products", Type.SET, N_("the products that are bought")),
    Fact("product_groups", Type.SET, N_("the groups of these products")),
    Fact("source", Type.TEXT, N_("where the order was made")),
    Fact("coupons", Type.SET, N_("the coupons at hand")),
    Fact(
        "orders_before",
        Type.INT,
        N_("orders before this one"),
        provided=True,
        more=NN_("one more order", "{n} more orders"),
    ),
    Fact("member.level", Type.TEXT, N_("the member's level"), of_contact=True),
    Fact("member.tags", Type.SET, N_("the member's tags"), of_contact=True),
    Fact("member.segments", Type.SET, N_("the member's segments"), of_contact=True),
    Fact(
        "member.birthday",
        Type.INT,
        N_("the member's birthday (month and day)"),
        of_contact=True,
        personal=True,
    ),
    Fact(
        "member.birthday_known",
        Type.FLAG,
        N_("whether the member's birthday is known"),
        of_contact=True,
    ),
    Fact(
        "member.orders",
        Type.INT,
        N_("the member's paid orders"),
        of_contact=True,
        more=NN_("one more order", "{n} more orders"),
    ),
    Fact("member.first_order", Type.INSTANT, N_("the member's first order"), of_contact=True),
    Fact("member.last_order", Type.INSTANT, N_("the member's last order"), of_contact=True),
    Fact(
        "member.spent",
        Type.MONEY,
        N_("what the member has paid"),
        of_contact=True,
        more=NN_("spend {n} more", "spend {n} more"),
    ),
    Fact("member.spent_currency", Type.TEXT, N_("the currency of it"), of_contact=True),
)
_FAMILIES = (
    (BALANCE, Type.INT, N_("what the member may spend")),
    (ORDERED, Type.FLAG, N_("whether the member ordered in a month")),
    (PROMISED, Type.FLAG, N_("what a notice promised the member")),
    ("now.", Type.INT, N_("the moment on the local calendar")),
)
FACTS: Mapping[str, Fact] = MappingProxyType({each.name: each for each in _FACTS})


def fact(name: str) -> Fact | None:
    """Return what a name means; None for one that no condition of ours reads.

    Balances are one fact for each currency (`member.balance:points`), orders within a month one for
    each month and zone (`member.ordered:1:Asia/Taipei`, 0 being this month), what notices promised
    one for each number of days, notice and action (`member.promised:22:birthday:discount`); the
    local calendar's facts (`now.weekday@Asia/Taipei`) are known wherever `now` is.
    """
    if name in FACTS:
        return FACTS[name]
    for prefix, kind, words in _FAMILIES:
        if name.startswith(prefix):
            return Fact(name, kind, words, of_contact=True)
    provided = FACTS.get(name.removesuffix(".as_of"))
    if provided is not None and provided.provided and name.endswith(".as_of"):
        return Fact(name, Type.INSTANT, N_("when that was so"), provided=True)
    return None
