"""The one shape of whoever lets people in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, runtime_checkable

from postlude.access.types import ByHand

Settings = Mapping[str, str]


class Verdict(StrEnum):
    """GRANTED: they are in. INVALID: this one never will be. AGAIN: ask again later.

    BY_HAND: a person must do it.
    """

    GRANTED = "granted"
    INVALID = "invalid"
    AGAIN = "again"
    BY_HAND = "by_hand"


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody to let in. `email` is "" when the authoriser needs no address.

    `answer` is what the form says, for an authoriser that asks it: "" when it says nothing, None
    when no form has come yet.
    """

    grant: int
    email: str
    answer: str | None = None


@dataclass(frozen=True, slots=True)
class Leaver:
    """Somebody to put out: the vendor's own id, where we know it, and what the form says."""

    removal: int
    outside: str
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """`by_hand`: why a person must do it, where one must. `outside`: the vendor's own id of the
    person, to put out the same one later.
    """

    verdict: Verdict
    words: str = ""
    by_hand: ByHand = ByHand.UNMATCHED
    outside: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one batch: a verdict for each grant (missing means AGAIN).

    `refused`: the vendor turns our account away, in its words; a person lets people in until the
    vendor works again. `rest_s`: leave the vendor alone that long, as it asked;
    `tired`: it did not serve us, back off.
    """

    said: Mapping[int, Said]
    refused: str = ""
    rest_s: float | None = None
    tired: bool = False
    words: str = ""


class Authoriser(Protocol):
    """Lets people into one kind of resource.

    `admit` must be safe to repeat: whenever the answer is lost it is asked again. It gets at most
    `batch` guests. It raises nothing for what a vendor does; an exception is a defect.
    """

    kind: str
    batch: int
    needs_address: bool
    leaves_traces: bool
    """Revoking needs a person: the vendor's list keeps the address."""
    uses_network: bool

    def problems(self, settings: Settings) -> list[str]:
        """Return what is wrong with these settings, in words."""
        ...

    def admit(self, settings: Settings, guests: Sequence[Guest]) -> Answer:
        """Let the guests in."""
        ...

    def place(self, settings: Settings) -> str:
        """Return the address that a granted person's own link leads to."""
        ...


@runtime_checkable
class Asks(Protocol):
    """Knows people by what they answered in a form."""

    def question(self, settings: Settings) -> str:
        """Return the label of the answer; plain words match anywhere, `*` is a wild card."""
        ...


@runtime_checkable
class Dismisses(Protocol):
    """Can put out whom it let in: its `leaves_traces` is false."""

    batch: int

    def dismiss(
        self, settings: Settings, leavers: Sequence[Leaver], held: Callable[[str], bool]
    ) -> Answer:
        """Put them out; the answer is by removal, GRANTED says that they are out.

        Safe to repeat, and like `admit` in all else. `held` says of a vendor's own id whether
        somebody else is let in by it: then that one stays in.
        """
        ...

    def door(self, settings: Settings) -> str:
        """Return what two resources have in common when who is in one is in the other."""
        ...
