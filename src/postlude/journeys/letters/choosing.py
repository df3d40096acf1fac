"""Which step of a letter a person gets, by why each would not reach them. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from postlude.journeys.letters.types import Letter, Passed
from postlude.messages.types import Reason

# These are said of one channel: another one may reach the same person. Whoever was erased is
# reached by none, and quiet hours are quiet whatever it comes by.
OF_THE_CHANNEL = frozenset(
    {
        Reason.SUPPRESSED,
        Reason.UNSUBSCRIBED,
        Reason.NO_CONSENT,
        Reason.FREQUENCY_CAP,
        Reason.NO_ADDRESS,
        Reason.NOT_SERVED,
    }
)
Refusal = Callable[[Letter], Reason | None]


@dataclass(frozen=True, slots=True)
class Choice:
    """The letter for one person, None when none of its steps reaches them, and what was passed."""

    letter: Letter | None
    step: int
    passed: tuple[Passed, ...]

    @property
    def why_not(self) -> str:
        """Return why the first step, which was meant, does not reach them."""
        return self.passed[0].why


def choose(letter: Letter, refused: Refusal) -> Choice:
    """Take the first step that nothing speaks against."""
    passed: list[Passed] = []
    for number, step in enumerate(letter.steps()):
        reason = refused(step)
        if reason is None:
            return Choice(step, number, tuple(passed))
        passed.append(Passed(step.sender, reason.value))
        if reason not in OF_THE_CHANNEL:
            break
    return Choice(None, 0, tuple(passed))
