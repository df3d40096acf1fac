"""What one version of a notice would do with some people if it ran now; nothing is written.

The same steps as serving takes, in the same order, up to the mark that is not made.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from postlude.journeys.recurring import holding_out, letters, serving
from postlude.journeys.recurring.batch import Batch, Person, Place
from postlude.journeys.recurring.types import Recurring
from postlude.orgs.api import Clocks

Mark = tuple[int, str]  # contact, scope


@dataclass(frozen=True, slots=True)
class Side:
    """A version that would run at `as_of`; `journey` 0: it was never published, so nobody is
    marked. `reaches`: whether it can be told who may be written to by its senders. `clocks`: only
    those who live by them, by which their periods go; None: everybody, by the organisation's.
    """

    org: int
    home: str
    journey: int
    notice: Recurring
    as_of: datetime
    reaches: bool = True
    clocks: Clocks | None = None

    def place(self, selection: int) -> Place:
        """Return where a selection's batch would stand, in a run that is not there."""
        chosen = self.notice.selections[selection]
        zone = self.clocks.zone if self.clocks else self.home
        return Place(self.org, zone, self.home, 0, self.journey, 0, self.as_of, self.notice, chosen)

    def by(self, clocks: Clocks) -> "Side":
        return replace(self, clocks=None if clocks.everybody else clocks)

    def at(self, as_of: datetime) -> "Side":
        return replace(self, as_of=as_of)


@dataclass(slots=True)
class Weighed:
    """What was found: `entering` are those whom a mark did not show as served, reached or not."""

    selected: int = 0
    served: int = 0
    held_out: int = 0
    stopped: Counter[str] = field(default_factory=Counter)
    written: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Weighed") -> None:
        self.selected += other.selected
        self.served += other.served
        self.held_out += other.held_out
        self.stopped += other.stopped
        self.written += other.written


def weigh(
    side: Side, chosen: Mapping[int, Sequence[Person]]
) -> tuple[Weighed, set[Person], set[Mark]]:
    """Return figures, who would be written to, and whose marks would be made.

    `chosen`: whom each selection, by its number, takes. Selections share their marks: whom an
    earlier one serves is passed over by the later.
    """
    found, written, marked = Weighed(), set[Person](), set[Mark]()
    everybody = {person for some in chosen.values() for person in some}
    found.selected = len(everybody)
    served: set[Person] = set()
    for number in sorted(chosen):
        place = side.place(number)
        batch = serving.with_periods(place, sorted(set(chosen[number])), side.as_of)
        served |= set(chosen[number]) - set(batch.left)
        before = set(batch.left)
        serving.pass_over_marked(batch)
        served |= before - set(batch.left)
        for person, scope in list(batch.left.items()):
            if (person[0], scope) in marked:
                batch.pass_over(person)
        _stop(side, batch)
        found.stopped += batch.blocked()
        for person, scope in batch.left.items():
            marked.add((person[0], scope))
            if holding_out.is_held_out(side.journey, person[0], side.notice.hold_out):
                found.held_out += 1
            else:
                written.add(person)
                found.written[place.selection.name] += 1
    found.served = len(served - written)
    return found, written, marked


def _stop(side: Side, batch: Batch) -> None:
    serving.stop_filtered(batch)
    if side.reaches:
        letters.stop_unreachable(batch)


def periods_of(side: Side, chosen: Mapping[int, Sequence[Person]]) -> set[Mark]:
    """Return the marks that all of these would need, whoever has one or is stopped."""
    found: set[Mark] = set()
    for number, some in chosen.items():
        batch = serving.with_periods(side.place(number), sorted(set(some)), side.as_of)
        found |= {(person[0], scope) for person, scope in batch.left.items()}
    return found
