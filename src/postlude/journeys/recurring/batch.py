"""Some people of a run while they are served: who they are, and what becomes of each."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from postlude.journeys.letters.reaching import Reach
from postlude.journeys.recurring.types import Recurring, Selection, Way
from postlude.messages.types import Lane

Person = tuple[int, int]  # contact, order (0 where people are selected)
HELD_OUT, BLOCKED, WAITING = "held_out", "blocked", "waiting"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a batch stands: which run of which version, and which of its selections.

    `zone` is that of the run, `home` the organisation's, which is the same most often. `about`:
    what a person's number is the number of; `told` is known to the texts of all of them.
    """

    org: int
    zone: str
    home: str
    cycle: int
    journey: int
    version: int
    as_of: datetime
    notice: Recurring
    selection: Selection
    lane: Lane = Lane.BULK
    about: str = "order"
    told: Mapping[str, object] = field(default_factory=dict)

    @property
    def node(self) -> str:
        """Return what messages and executions call this place."""
        return f"{self.notice.slug}.{self.selection.name}"


@dataclass(slots=True)
class Batch:
    """`left` are those who are still to be decided, with the scopes of their marks, by contact.

    Who was served in their period before is no part of the run: `passed_over`. `branches`: where
    the order was made, else where somebody ordered last, if that is known. `families` are all
    names of those who have several, None where nobody has asked yet.
    """

    place: Place
    left: dict[Person, str]
    now: datetime
    passed_over: int = 0
    families: Mapping[int, Sequence[int]] | None = None
    outcomes: dict[Person, tuple[str, str]] = field(default_factory=dict)
    keys: dict[Person, str] = field(default_factory=dict)
    branches: dict[Person, int] = field(default_factory=dict)
    ways: dict[Person, Way] = field(default_factory=dict)
    messages: dict[Person, int] = field(default_factory=dict)
    reach: Reach = field(init=False)

    def __post_init__(self) -> None:
        self.reach = Reach(self.place.org, zone=self.place.zone, now=self.now)

    def contacts(self) -> set[int]:
        return {contact for contact, _ in self.left}

    def end(self, person: Person, outcome: str, reason: str = "") -> None:
        self.outcomes[person] = (outcome, reason)
        del self.left[person]

    def pass_over(self, person: Person) -> None:
        self.passed_over += 1
        del self.left[person]

    def blocked(self) -> Counter[str]:
        return Counter(reason for outcome, reason in self.outcomes.values() if outcome == BLOCKED)
