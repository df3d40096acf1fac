"""A written order, in the words of the business that wrote it."""

from collections.abc import Callable, Mapping
from typing import Any

from postlude.rules.adapters import checkout, showing, top_up
from postlude.rules.types import Order

_RESULTS: Mapping[str, Callable[[Order], dict[str, Any]]] = {
    checkout.BUSINESS: checkout.result,
    top_up.BUSINESS: top_up.result,
}


def order_result(order: Order) -> dict[str, Any]:
    """Return an order as its business shows it; of any other its state only."""
    return _RESULTS.get(order.business, showing.head)(order)
