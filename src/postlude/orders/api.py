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
from postlude.orders.handing import LEFT, on_contacts_joined, on_contacts_parted
from postlude.orders.happenings import ensure_happening, happenings
from postlude.orders.naming import ANSWERS, answers_subject, matches
from postlude.orders.shop.checking import check_shop_order
from postlude.orders.shop.reading import (
    branches_of_orders,
    closed_shop_orders,
    last_branches,
    shop_buyers,
    shop_orders,
    shop_orders_named,
    shop_orders_of,
    shop_orders_since,
)
from postlude.orders.shop.taking import (
    CANCELLED,
    CLOSED,
    OPENED,
    TOLD,
    check_standings,
    take_shop_orders,
    take_standing,
)
from postlude.orders.shop.types import (
    Place,
    ShopItem,
    ShopOrderChange,
    ShopOrderFact,
    ShopOrderOutcome,
    ShopOrderSeen,
    ShopOrderStanding,
    Stage,
)
from postlude.orders.upserts import upsert_sales
from postlude.orders.warnings import close, warn, warnings

__all__ = (
    "ANSWERS",
    "CANCELLED",
    "CLOSED",
    "LEFT",
    "OPENED",
    "TOLD",
    "Place",
    "ShopItem",
    "ShopOrderChange",
    "ShopOrderFact",
    "ShopOrderOutcome",
    "ShopOrderSeen",
    "ShopOrderStanding",
    "Stage",
    "all_tickets",
    "answers_subject",
    "branches_of_orders",
    "check_shop_order",
    "check_standings",
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
    "last_branches",
    "matches",
    "on_contacts_joined",
    "on_contacts_parted",
    "paid_tickets",
    "recent_tickets",
    "recount_all",
    "sales_summary",
    "shop_buyers",
    "shop_orders",
    "shop_orders_named",
    "shop_orders_of",
    "shop_orders_since",
    "sold_by_day",
    "sold_by_type",
    "take_shop_orders",
    "take_standing",
    "tickets",
    "tickets_of",
    "upsert_sales",
    "valid_tickets_of",
    "warn",
    "warnings",
    "with_tickets",
    "with_totals",
)
