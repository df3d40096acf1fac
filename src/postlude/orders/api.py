"""What other rooms may ask of orders."""

from postlude.orders.buyers import recount_all
from postlude.orders.conferences import (
    conferences,
    configure_kinds,
    ensure_conference,
    kind_rules,
)
from postlude.orders.counting import (
    first_and_last_day,
    first_seen,
    sold_by_day,
    sold_by_type,
    with_tickets,
    with_totals,
)
from postlude.orders.facts import (
    all_tickets,
    count_holders,
    find_tickets,
    holders,
    paid_tickets,
    recent_tickets,
    sales_summary,
    tickets,
    tickets_of,
    valid_tickets_of,
)
from postlude.orders.handing import LEFT, on_contacts_joined
from postlude.orders.happenings import ensure_happening, happenings
from postlude.orders.naming import ANSWERS, answers_subject, matches
from postlude.orders.shop.checking import check_shop_order
from postlude.orders.shop.reading import (
    closed_shop_orders,
    shop_buyers,
    shop_orders,
    shop_orders_named,
    shop_orders_of,
)
from postlude.orders.shop.taking import CANCELLED, CLOSED, take_shop_orders
from postlude.orders.shop.types import (
    Place,
    ShopOrderChange,
    ShopOrderFact,
    ShopOrderOutcome,
    ShopOrderSeen,
    Stage,
)
from postlude.orders.upserts import upsert_sales
from postlude.orders.warnings import close, warn, warnings

__all__ = (
    "ANSWERS",
    "CANCELLED",
    "CLOSED",
    "LEFT",
    "Place",
    "ShopOrderChange",
    "ShopOrderFact",
    "ShopOrderOutcome",
    "ShopOrderSeen",
    "Stage",
    "all_tickets",
    "answers_subject",
    "check_shop_order",
    "close",
    "closed_shop_orders",
    "conferences",
    "configure_kinds",
    "count_holders",
    "ensure_conference",
    "ensure_happening",
    "find_tickets",
    "first_and_last_day",
    "first_seen",
    "happenings",
    "holders",
    "kind_rules",
    "matches",
    "on_contacts_joined",
    "paid_tickets",
    "recent_tickets",
    "recount_all",
    "sales_summary",
    "shop_buyers",
    "shop_orders",
    "shop_orders_named",
    "shop_orders_of",
    "sold_by_day",
    "sold_by_type",
    "take_shop_orders",
    "tickets",
    "tickets_of",
    "upsert_sales",
    "valid_tickets_of",
    "warn",
    "warnings",
    "with_tickets",
    "with_totals",
)
