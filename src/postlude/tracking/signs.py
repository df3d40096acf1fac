"""Signs that only show when the touches of a message are seen together. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from postlude.orgs.types import Measuring
from postlude.tracking.types import Reason, TouchKind


@dataclass(frozen=True, slots=True)
class Mark:
    """One touch of a message. `origin` is the keyed hash of a network address, "" if unknown."""

    touch: int
    kind: TouchKind
    at: datetime
    link: int | None
    origin: str


def signs_of(
    marks: Sequence[Mark], *, sent_at: datetime | None, links: int, rule: Measuring
) -> dict[int, Reason]:
    """Return the signs of each touch of one message.

    `sent_at` is when the provider took it (None: not known), `links` how many it has.
    """
    found = {each.touch: Reason.NONE for each in marks}
    if sent_at is not None:
        soon = sent_at + timedelta(milliseconds=rule.too_soon_ms)
        _add(found, Reason.TOO_SOON, (each for each in marks if each.at < soon))
    _add(found, Reason.EVERY_LINK, _all_at_once(marks, links, rule.every_link_s))
    _add(found, Reason.HIDDEN_LINK, _trapped(marks, rule.trap_within_s))
    return found


def _add(found: dict[int, Reason], sign: Reason, marks: Iterable[Mark]) -> None:
    for each in marks:
        found[each.touch] |= sign


def _all_at_once(marks: Sequence[Mark], links: int, within_s: int) -> list[Mark]:
    """Return the clicks of every span in which each link was followed; one link says nothing."""
    if links < 2 or not within_s:  # noqa: PLR2004
        return []
    span = timedelta(seconds=within_s)
    clicks = sorted(
        (each for each in marks if each.kind is TouchKind.CLICK and each.link is not None),
        key=lambda each: (each.at, each.touch),
    )
    found: dict[int, Mark] = {}
    for place, first in enumerate(clicks):
        together = [each for each in clicks[place:] if each.at - first.at <= span]
        if len({each.link for each in together}) >= links:
            found |= {each.touch: each for each in together}
    return list(found.values())


def _trapped(marks: Sequence[Mark], within_s: int) -> list[Mark]:
    """Return what came from whoever followed the hidden link, or at about the same time."""
    traps = [each for each in marks if each.kind is TouchKind.TRAP]
    if not traps:
        return []
    origins = {each.origin for each in traps} - {""}
    span = timedelta(seconds=within_s)
    return [
        each
        for each in marks
        if each.origin in origins or any(abs(each.at - trap.at) <= span for trap in traps)
    ]
