"""The words of the pages for what the rooms call by their own names."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from postlude.console.stages import Stage
from postlude.console.types import Tone
from postlude.kernel.errors import N_

STAGES: Mapping[Stage, tuple[str, Tone]] = {
    Stage.REGISTERED: (N_("not paid yet"), Tone.PLAIN),
    Stage.WAITING: (N_("waiting for access"), Tone.PLAIN),
    Stage.GRANTED: (N_("let in"), Tone.INFO),
    Stage.INVITED: (N_("invited"), Tone.INFO),
    Stage.DELIVERED: (N_("delivered"), Tone.GOOD),
    Stage.OPENED: (N_("opened"), Tone.GOOD),
    Stage.UNKNOWN: (N_("unknown"), Tone.WARN),
    Stage.FAILED: (N_("failed"), Tone.BAD),
    Stage.REFUNDED: (N_("refunded"), Tone.PLAIN),
    Stage.CANCELLED: (N_("cancelled"), Tone.PLAIN),
}
MESSAGE_STATES: Mapping[str, tuple[str, Tone]] = {
    "queued": (N_("queued"), Tone.PLAIN),
    "leased": (N_("queued"), Tone.PLAIN),
    "sending": (N_("sending"), Tone.INFO),
    "accepted": (N_("accepted"), Tone.INFO),
    "delivered": (N_("delivered"), Tone.GOOD),
    "bounced": (N_("bounced"), Tone.BAD),
    "blocked": (N_("blocked"), Tone.WARN),
    "failed": (N_("failed"), Tone.BAD),
    "expired": (N_("expired"), Tone.BAD),
    "cancelled": (N_("cancelled"), Tone.PLAIN),
    "unknown": (N_("unknown"), Tone.WARN),
}
REACTIONS: Mapping[str, tuple[str, Tone]] = {
    "reacted": (N_("reacted"), Tone.GOOD),
    "none": (N_("no reaction"), Tone.PLAIN),
    "waiting": (N_("waiting"), Tone.INFO),
    "unmeasured": (N_("not measured"), Tone.PLAIN),
}
REASONS: Mapping[str, str] = {
    "suppressed": N_("the address bounced, complained or blocked us before"),
    "erased": N_("the person asked to be forgotten"),
    "unsubscribed": N_("the person unsubscribed"),
    "no_consent": N_("no consent for this kind of message"),
    "frequency_cap": N_("the cap on messages was reached"),
    "quiet_hours": N_("it was quiet hours"),
    "no_address": N_("there is no usable address"),
    "duplicate": N_("the same person was on the way by another name"),
    "not_served": N_("the provider does not reach this address"),
}
TICKET_STATES: Mapping[str, tuple[str, Tone]] = {
    "registered": (N_("not paid yet"), Tone.PLAIN),
    "paid": (N_("paid"), Tone.GOOD),
    "cancelled": (N_("cancelled"), Tone.PLAIN),
    "refunded": (N_("refunded"), Tone.WARN),
}
ATTEMPTS: Mapping[str, tuple[str, Tone]] = {
    "accepted": (N_("The provider accepted it"), Tone.GOOD),
    "refused": (N_("The provider refused it for now"), Tone.WARN),
    "failed": (N_("The provider refused it for good"), Tone.BAD),
    "unknown": (N_("The provider's answer was lost"), Tone.WARN),
    "delivered": (N_("Delivered to the mailbox"), Tone.GOOD),
    "bounced": (N_("Bounced"), Tone.BAD),
    "complained": (N_("The reader complained"), Tone.BAD),
    "deferred": (N_("The mailbox asked to wait"), Tone.WARN),
    "paused": (N_("The sender is paused"), Tone.WARN),
    "delayed": (N_("Delayed"), Tone.PLAIN),
    "blocked": (N_("Blocked"), Tone.WARN),
    "expired": (N_("Too late to send"), Tone.BAD),
    "cancelled": (N_("Cancelled"), Tone.PLAIN),
    "lease_lost": (N_("A worker stopped before sending; back in the queue"), Tone.PLAIN),
}


def stage(value: Stage) -> tuple[str, Tone]:
    words, tone = STAGES[value]
    return _(words), tone


def message_state(value: str) -> tuple[str, Tone]:
    words, tone = MESSAGE_STATES.get(value, (value, Tone.PLAIN))
    return _(words), tone


def reaction(value: str) -> tuple[str, Tone]:
    words, tone = REACTIONS.get(value, (value, Tone.PLAIN))
    return _(words), tone


def ticket_state(value: str) -> tuple[str, Tone]:
    words, tone = TICKET_STATES.get(value, (value, Tone.PLAIN))
    return _(words), tone


def attempt(value: str) -> tuple[str, Tone]:
    plain = value.removeprefix("late ").removeprefix("resolved: ")
    words, tone = ATTEMPTS.get(plain, (plain.replace("_", " "), Tone.PLAIN))
    return _(words), tone


def reason(value: str) -> str:
    """Return a closed reason in words; a provider's own words as they are."""
    return _(REASONS[value]) if value in REASONS else value
