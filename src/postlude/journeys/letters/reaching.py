"""Whom a letter would reach now, by which of its steps: asked for many people at once."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from postlude.journeys.letters.choosing import OF_THE_CHANNEL, Choice, choose
from postlude.journeys.letters.types import Letter
from postlude.messages import api as messages
from postlude.messages.types import Klass, NewMessage, Reason

_Kind = tuple[str, str, str]


class Reach:
    """What speaks against each kind of letter for each person. A step is asked about only for whom
    the step before it does not reach. `zone`: by whose clocks it is quiet.
    """

    def __init__(self, org: int, *, zone: str, now: datetime) -> None:
        self._org, self._zone, self._now = org, zone, now
        self._asked: dict[_Kind, set[int]] = defaultdict(set)
        self._refused: dict[_Kind, dict[int, Reason]] = defaultdict(dict)

    def ask(self, letters: Iterable[Letter], contacts: Collection[int]) -> None:
        """Look at these letters, with all their steps, for these people."""
        for letter in letters:
            wanted = set(contacts)
            for step in letter.steps():
                self._ask(step, wanted)
                refused = self._refused[_kind(step)]
                wanted = {each for each in wanted if refused.get(each) in OF_THE_CHANNEL}

    def refused(self, letters: Iterable[Letter]) -> set[int]:
        """Return whom the first step of none of these letters reaches: mostly nobody."""
        return set.intersection(*(set(self._refused[_kind(each)]) for each in letters))

    def choice(self, letter: Letter, contact: int) -> Choice:
        """Return the step that a person gets, of a letter that was asked about for them."""
        return choose(letter, lambda step: self._refused[_kind(step)].get(contact))

    def _ask(self, letter: Letter, contacts: set[int]) -> None:
        kind = _kind(letter)
        new = contacts - self._asked[kind]
        if not new:
            return
        like = NewMessage(
            key="",
            klass=Klass(letter.klass),
            sender=messages.sender(self._org, letter.sender).id,
            contact=0,
            template_version=0,
            deadline=self._now + letter.deadline,
            on_quiet=letter.on_quiet,
        )
        found = messages.blocked_ahead(self._org, like, new, now=self._now, zone=self._zone)
        self._refused[kind] |= found
        self._asked[kind] |= new


def _kind(letter: Letter) -> _Kind:
    """All letters of one sender, class and manner of keeping quiet reach the same people."""
    return letter.sender, letter.klass, letter.on_quiet
