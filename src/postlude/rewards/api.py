"""What other rooms may ask of rewards."""

from postlude.rewards.carriers.issuing import close_card, issue_cards
from postlude.rewards.carriers.kinds import card_type, card_types, define_card_types
from postlude.rewards.carriers.reading import card_by_key, card_story, cards, cards_of
from postlude.rewards.carriers.sharing import (
    claim_card,
    keep_card,
    link_of,
    share_card,
    shared_card,
)
from postlude.rewards.carriers.spending import (
    hold_card,
    let_go,
    refund_card,
    take_held,
    usable_card,
)
from postlude.rewards.coupons.generating import generate_codes
from postlude.rewards.coupons.holding import held
from postlude.rewards.coupons.issuing import issue_many
from postlude.rewards.coupons.listing import define_coupons
from postlude.rewards.coupons.redeeming import redeem
from postlude.rewards.coupons.uploading import upload_codes
from postlude.rewards.doctor import doctor
from postlude.rewards.points.auditing import check_points
from postlude.rewards.points.giving import give_many
from postlude.rewards.points.jobs import POINTS_JOBS
from postlude.rewards.points.joining import on_contacts_joined
from postlude.rewards.points.lines import legs
from postlude.rewards.points.parting import on_contacts_parted
from postlude.rewards.points.reading import (
    balance_at,
    balances,
    entries,
    expiring,
    first_give_after,
    gives_after,
    history,
)
from postlude.rewards.points.reversing import reverse_many
from postlude.rewards.points.settling import capture_many, release_many
from postlude.rewards.points.sweeping import sweep_points
from postlude.rewards.points.taking import hold_many, take_many
from postlude.rewards.quotas.defining import define as define_quota
from postlude.rewards.quotas.defining import level, levels
from postlude.rewards.quotas.stocks import stocks
from postlude.rewards.reserving.at_once import reserve
from postlude.rewards.reserving.cancelling import cancel_many
from postlude.rewards.reserving.confirming import confirm_many
from postlude.rewards.reserving.expiring import expire as expire_reservations
from postlude.rewards.reserving.extending import extend
from postlude.rewards.reserving.looking import peek, reservations
from postlude.rewards.reserving.reversing import reverse_many as reverse_reservations
from postlude.rewards.reserving.trying import reserve_many

__all__ = (
    "POINTS_JOBS",
    "balance_at",
    "balances",
    "cancel_many",
    "capture_many",
    "card_by_key",
    "card_story",
    "card_type",
    "card_types",
    "cards",
    "cards_of",
    "check_points",
    "claim_card",
    "close_card",
    "confirm_many",
    "define_card_types",
    "define_coupons",
    "define_quota",
    "doctor",
    "entries",
    "expire_reservations",
    "expiring",
    "extend",
    "first_give_after",
    "generate_codes",
    "give_many",
    "gives_after",
    "held",
    "history",
    "hold_card",
    "hold_many",
    "issue_cards",
    "issue_many",
    "keep_card",
    "legs",
    "let_go",
    "level",
    "levels",
    "link_of",
    "on_contacts_joined",
    "on_contacts_parted",
    "peek",
    "redeem",
    "refund_card",
    "release_many",
    "reservations",
    "reserve",
    "reserve_many",
    "reverse_many",
    "reverse_reservations",
    "share_card",
    "shared_card",
    "stocks",
    "sweep_points",
    "take_held",
    "take_many",
    "upload_codes",
    "usable_card",
)
