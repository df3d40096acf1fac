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
from postlude.attribution.reading import notices, reaction_of

__all__ = (
    "JOBS",
    "LANE",
    "Why",
    "look_again",
    "notices",
    "on_contacts_joined",
    "on_message_settled",
    "on_notice_finished",
    "on_order_changed",
    "reaction_of",
)
