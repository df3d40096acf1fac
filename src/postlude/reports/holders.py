"""How far a contact came in a conference; every valid ticket of theirs came as far.

One invitation lists all tickets of a contact, so a ticket has no invitation of its own.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from postlude.reports.counting import wait
from postlude.reports.queries import ask
from postlude.reports.types.funnel import STEPS, Step

_PAID, _INVITED = STEPS.index(Step.PAID), STEPS.index(Step.INVITED)


@dataclass(slots=True)
class Holder:
    """A contact in a conference. Instants are UTC."""

    let_in: bool = False
    granted_at: datetime | None = None
    invited_at: datetime | None = None
    delivered: bool = False
    delivered_at: datetime | None = None
    opened_at: datetime | None = None
    clicked_at: datetime | None = None
    used_at: datetime | None = None

    def furthest(self) -> int:
        """Return the number of the last step; what came later implies what came before.

        Somebody whose mail program loads no pictures opens unseen; a mail that was read has been
        delivered, even where no receipt said so.
        """
        reached = (
            self.let_in,
            self.invited_at,
            self.delivered,
            self.opened_at,
            self.clicked_at,
            self.used_at,
        )
        for at in range(len(STEPS) - 1, _PAID, -1):
            if reached[at - _PAID - 1]:
                return at
        return _PAID

    def moments(self) -> tuple[datetime | None, ...]:
        """Return when the steps after `paid` were reached, as far as known."""
        return (
            self.granted_at,
            self.invited_at,
            self.delivered_at,
            self.opened_at,
            self.clicked_at,
            self.used_at,
        )

    def waits(self) -> tuple[tuple[int, float], ...]:
        """Return (step, seconds since the step before) of the steps after `granted`."""
        found, last = [], self.furthest()
        if last < _INVITED:
            return ()
        for at, (before, after) in enumerate(pairwise(self.moments()), start=_INVITED):
            seconds = wait(before, after)
            if seconds is not None and at <= last:
                found.append((at, seconds))
        return tuple(found)


def holders(org: int, conferences: Sequence[int]) -> dict[tuple[int, int], Holder]:
    """Return everybody of whom something is known, by contact and conference."""
    found: defaultdict[tuple[int, int], Holder] = defaultdict(Holder)
    given = {"org": org}
    _let_in(org, conferences, found)
    for contact, conference, *rest in ask("list_invited", given, conferences=conferences):
        holder = found[contact, conference]
        invited_at, delivered, delivered_at = rest
        holder.invited_at, holder.delivered_at = instant(invited_at), instant(delivered_at)
        holder.delivered = bool(delivered)
    for contact, conference, opened, clicked in ask("list_read", given, conferences=conferences):
        holder = found[contact, conference]
        holder.opened_at = instant(opened)
        holder.clicked_at = _first(holder.clicked_at, instant(clicked))
    return dict(found)


def _let_in(
    org: int, conferences: Sequence[int], found: defaultdict[tuple[int, int], Holder]
) -> None:
    """Access counts as given when everything is that was not taken back."""
    used = dict(ask("list_used", {"org": org}))
    waiting = set()
    for grant, contact, conference, state, at in ask(
        "list_grants", {"org": org}, conferences=conferences
    ):
        holder = found[contact, conference]
        if state == "granted":
            holder.let_in = True
            holder.granted_at = _last(holder.granted_at, instant(at))
        elif state != "revoked":
            waiting.add((contact, conference))
        if grant in used:
            # A personal link is a link of the invitation: to use it is to click.
            holder.used_at = _first(holder.used_at, instant(used[grant]))
            holder.clicked_at = holder.used_at
    for each in waiting:
        found[each].let_in = False


def _first(one: datetime | None, other: datetime | None) -> datetime | None:
    return other if one is None or (other is not None and other < one) else one


def _last(one: datetime | None, other: datetime | None) -> datetime | None:
    return other if one is None or (other is not None and other > one) else one


def instant(text: str | None) -> datetime | None:
    """Return the instant that an engine wrote as text; both write UTC, one leaves it unsaid."""
    return datetime.fromisoformat(text) if text else None
