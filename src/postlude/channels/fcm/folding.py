"""One message to several devices: what became of it as a whole. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from postlude.messages.types import Outcome, OutcomeKind

# What decides first: a person who has it on one device has it; where one answer is missing, they
# may have it; only what surely reached nobody is tried again.
_ORDER = (OutcomeKind.ACCEPTED, OutcomeKind.UNKNOWN, OutcomeKind.REFUSED, OutcomeKind.FAILED)


def fold(parts: Sequence[Outcome]) -> Outcome:
    """Return the outcome of a message from those at its devices, at least one.

    The sender rests when any of them asks for it. A device that was refused while another one took
    it is not tried again: the message has arrived.
    """
    first = min(parts, key=lambda each: _ORDER.index(OutcomeKind(each.kind)))
    if len(parts) == 1:
        return first
    asked = [each.retry_after for each in parts if each.retry_after is not None]
    return replace(
        first,
        retry_after=max(asked, default=None),
        pause_sender=any(each.pause_sender for each in parts),
        parts=tuple(parts),
    )
