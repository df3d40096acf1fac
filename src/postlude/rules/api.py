"""What other rooms may ask of rules."""

from postlude.rules.adapters.checkout import Checkout, Item
from postlude.rules.adapters.checkout import ask as ask_checkout
from postlude.rules.adapters.checkout import offer as checkout_offer
from postlude.rules.adapters.gift_card import result as card_result
from postlude.rules.adapters.results import order_result
from postlude.rules.adapters.showing import gift as gift_shown
from postlude.rules.adapters.showing import missed as missed_shown
from postlude.rules.adapters.top_up import Before, TopUp
from postlude.rules.adapters.top_up import ask as ask_top_up
from postlude.rules.adapters.top_up import offer as top_up_offer
from postlude.rules.asking import read_facts
from postlude.rules.audiences import audience, audience_page
from postlude.rules.carrying import SoldCard, card_scope, hold_card_for, issue_card
from postlude.rules.checking import check
from postlude.rules.contexts import contexts
from postlude.rules.explanations import Reasoned, explain
from postlude.rules.language.suggesting import did_you_mean
from postlude.rules.library import version_of
from postlude.rules.naming import names
from postlude.rules.ordering.giving import Due, on_gift
from postlude.rules.ordering.previewing import preview, preview_many
from postlude.rules.ordering.reserving import ReserveOrder, reserve, reserve_many
from postlude.rules.ordering.settling import cancel, confirm, extend, order, reverse
from postlude.rules.ordering.tallying import flush as flush_previews
from postlude.rules.ordering.tallying import keep as keep_previews
from postlude.rules.publishing import pause, publish
from postlude.rules.rule import Rule
from postlude.rules.sheets import editions, sheet, sheets, switches
from postlude.rules.trying import Branch, Group, Join, LeafTrace, Trace, Tried, try_rule
from postlude.rules.types import Ask
from postlude.rules.wanted import among, wanted, wanted_problems

__all__ = (
    "Ask",
    "Before",
    "Branch",
    "Checkout",
    "Due",
    "Group",
    "Item",
    "Join",
    "LeafTrace",
    "Reasoned",
    "ReserveOrder",
    "Rule",
    "SoldCard",
    "TopUp",
    "Trace",
    "Tried",
    "among",
    "ask_checkout",
    "ask_top_up",
    "audience",
    "audience_page",
    "cancel",
    "card_result",
    "card_scope",
    "check",
    "checkout_offer",
    "confirm",
    "contexts",
    "did_you_mean",
    "editions",
    "explain",
    "extend",
    "flush_previews",
    "gift_shown",
    "hold_card_for",
    "issue_card",
    "keep_previews",
    "missed_shown",
    "names",
    "on_gift",
    "order",
    "order_result",
    "pause",
    "preview",
    "preview_many",
    "publish",
    "read_facts",
    "reserve",
    "reserve_many",
    "reverse",
    "sheet",
    "sheets",
    "switches",
    "top_up_offer",
    "try_rule",
    "version_of",
    "wanted",
    "wanted_problems",
)
