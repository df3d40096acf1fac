"""How touches are measured for orders: which of them count, and whose they are, by their day."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from postlude.orgs import api as orgs
from postlude.orgs.types import Counts, Identity, Measuring
from postlude.people import api as people
from postlude.tracking import api as tracking
from postlude.tracking.types import TouchFact, TouchKind


@dataclass(frozen=True, slots=True)
class Measured:
    """What an organisation said of measuring; the local day of a touch decides."""

    org: int
    rules: tuple[Measuring, ...]

    def by(self, touch: TouchFact) -> Counts:
        """Return the reading in which a touch is taken."""
        return self._rule(touch).counts

    def on(self, day: date) -> Counts:
        """Return the reading that holds for touches of a local day."""
        return orgs.measuring_of_day(self.rules, day).counts

    def counts(self, touch: TouchFact) -> bool | None:
        """Say whether a touch counts; None: nobody has said yet."""
        by = self.by(touch)
        awaited = touch.kind is TouchKind.CLICK and touch.human is None
        if awaited and by is not Counts.RAW:
            return None
        return tracking.counts(touch.kind, touch.human, touch.reasons, by)

    @property
    def by_clicker(self) -> bool:
        """Whether there is a day on which a click is theirs whose browser it came from."""
        return any(each.identity is Identity.CLICKER for each in self.rules)

    def owners(self, touches: Collection[TouchFact]) -> Mapping[int, int | None]:
        """Return whose each touch is: to whom it was written, or else who clicked.

        A touch of no message is theirs whose browser it came from, if that is somebody's by now.
        """
        if self.by_clicker:
            found = tracking.contacts_of(self.org, touches)
        else:
            found = {each.id: each.contact for each in touches}
        strange = {each.visitor for each in touches if found[each.id] is None} - {None}
        if not strange:
            return found
        users = people.contacts_of_visitors(self.org, {each for each in strange if each})
        return {
            each.id: users.get(each.visitor or 0) if found[each.id] is None else found[each.id]
            for each in touches
        }

    def _rule(self, touch: TouchFact) -> Measuring:
        if touch.day is None:
            raise TypeError("a touch without a day")
        return orgs.measuring_of_day(self.rules, touch.day)


def measured(org: int) -> Measured:
    """Return how touches are measured."""
    return Measured(org, orgs.measuring(org))
