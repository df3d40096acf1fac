"""What is written, and by which steps. A version of it is never changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

MOST_STEPS = 4
Class = Literal["transactional", "service", "marketing"]
OnQuiet = Literal["delay", "block"]


@dataclass(frozen=True, slots=True)
class Letter:
    """The text that goes out: a template's slug, through a sender's. It dies after `deadline`.

    `or_else`: what is sent instead to whom this one cannot reach, or has definitely not reached.
    """

    sender: str
    template: str
    klass: Class = "marketing"
    deadline: timedelta = timedelta(days=1)
    on_quiet: OnQuiet = "delay"
    or_else: "Letter | None" = None

    def steps(self) -> tuple["Letter", ...]:
        """Return this one and what follows it, in order."""
        found: list[Letter] = [self]
        while found[-1].or_else is not None:
            found.append(found[-1].or_else)
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Step:
    """A letter that may still be sent, as the decision froze it: ids, and seconds it has."""

    sender: int
    slug: str
    template: int
    klass: Class
    on_quiet: OnQuiet
    seconds: int
    lane: int


@dataclass(frozen=True, slots=True)
class Passed:
    """A step that was not taken, or did not arrive: the sender's slug, and why."""

    sender: str
    why: str


@dataclass(frozen=True, slots=True)
class Course:
    """Where a turn stands: its key, which step this message is, what came before, what may follow.

    It is kept in the context of the message, so that whoever settles one needs nothing else.
    """

    turn: str
    step: int
    passed: tuple[Passed, ...]
    rest: tuple[Step, ...]

    @property
    def key(self) -> str:
        """Return the key of this step's message: one for ever for each step of a turn."""
        return f"{self.turn}:{self.step}"

    def kept(self) -> dict[str, Any]:
        """Return what a message keeps of it."""
        return {
            _TURN: self.turn,
            _STEP: self.step,
            _PASSED: [[each.sender, each.why] for each in self.passed],
            _REST: [
                [
                    *(each.sender, each.slug, each.template),
                    *(each.klass, each.on_quiet, each.seconds, each.lane),
                ]
                for each in self.rest
            ],
        }


_TURN, _STEP, _PASSED, _REST = "turn", "step", "passed", "rest"
KEPT = frozenset({_TURN, _STEP, _PASSED, _REST})


def keys_of_turn(context: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the keys that the messages of a turn may have; none where there never was a choice."""
    course = course_of(context)
    if course is None:
        return ()
    return (course.turn, *(f"{course.turn}:{step}" for step in range(1, MOST_STEPS)))


def course_of(context: Mapping[str, Any]) -> Course | None:
    """Return the course that a message's context keeps; None where there never was a choice."""
    if _TURN not in context:
        return None
    return Course(
        str(context[_TURN]),
        int(context[_STEP]),
        tuple(Passed(*each) for each in context[_PASSED]),
        tuple(Step(*each) for each in context[_REST]),
    )
