"""Until when it is quiet for somebody."""

from collections.abc import Collection, Sequence
from datetime import datetime

from postlude.messages.types import BRANCH, Leased
from postlude.orgs import api as orgs
from postlude.people import api as people


class Quiet:
    """By the person's own clocks where they are known, else by those of `zone`, or of the branch
    that a message is about, else by the organisation's.
    """

    def __init__(self, org: int, leased: Sequence[Leased], zone: str, now: datetime) -> None:
        self._of_zone: dict[str, datetime | None] = {}
        self._people: dict[int, str] = {}
        self._branches: dict[object, str] = {}
        self._usual = zone or orgs.get(org).zone
        if orgs.quiet_hours(org) is None:
            return
        self._people = people.zones(org, {it.contact for it in leased})
        if not zone and any(BRANCH in it.context for it in leased):
            self._branches = dict(orgs.zones(org).items())
        self._ask(org, {self._usual, *self._people.values(), *self._branches.values()}, now)

    def _ask(self, org: int, zones: Collection[str], now: datetime) -> None:
        self._of_zone = {each: orgs.quiet_until(org, now, zone=each) for each in sorted(zones)}

    def until(self, it: Leased) -> datetime | None:
        """Return when the quiet hours end in which a message would come now; None: it may come."""
        branch = self._branches.get(it.context.get(BRANCH), self._usual)
        return self._of_zone.get(self._people.get(it.contact, branch))
