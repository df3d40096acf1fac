"""What other rooms may ask of attribution."""

from postlude.attribution.choosing import Why
from postlude.attribution.jobs import (
    JOBS,
    LANE,
    look_again,
    on_contacts_joined,
    on_message_settled,
    on_notice_finished,
    on_order_changed,
)
from postlude.attribution.orders.checking import Checked, Difference
from postlude.attribution.orders.checking import count as count_orders
from postlude.attribution.orders.checking import recompute as recompute_orders
from postlude.attribution.orders.finality import unsettled
from postlude.attribution.orders.news import (
    on_contacts_changed,
    on_late_activity,
    on_orders_told,
    on_touches,
    on_visitors_known,
)
from postlude.attribution.orders.nightly import check_org as check_orders
from postlude.attribution.orders.reading import credited
from postlude.attribution.orders.receipts import credits, receipt  # noqa: A004 - our word
from postlude.attribution.orders.rules import LONGEST as LONGEST_WINDOW
from postlude.attribution.orders.rules import OrderRule
from postlude.attribution.orders.shares import Model
from postlude.attribution.orders.sources import Source, by_source
from postlude.attribution.orders.types import (
    ATTRIBUTED,
    OrderCredited,
    OrderReceipt,
    ReceiptLine,
    Share,
    TouchSnapshot,
)
from postlude.attribution.orders.windows import credit_within, rule_of
from postlude.attribution.own_rules import awaited_reasons
from postlude.attribution.reactions import WITHIN
from postlude.attribution.reading import notices, reaction_of
from postlude.attribution.types import OrderSort

__all__ = (
    "ATTRIBUTED",
    "JOBS",
    "LANE",
    "LONGEST_WINDOW",
    "WITHIN",
    "Checked",
    "Difference",
    "Model",
    "OrderCredited",
    "OrderReceipt",
    "OrderRule",
    "OrderSort",
    "ReceiptLine",
    "Share",
    "Source",
    "TouchSnapshot",
    "Why",
    "awaited_reasons",
    "by_source",
    "check_orders",
    "count_orders",
    "credit_within",
    "credited",
    "credits",
    "look_again",
    "notices",
    "on_contacts_changed",
    "on_contacts_joined",
    "on_late_activity",
    "on_message_settled",
    "on_notice_finished",
    "on_order_changed",
    "on_orders_told",
    "on_touches",
    "on_visitors_known",
    "reaction_of",
    "receipt",
    "recompute_orders",
    "rule_of",
    "unsettled",
)
