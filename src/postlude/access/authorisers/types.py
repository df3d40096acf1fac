"""The one shape of whoever lets people in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

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
    """Somebody to let in. `email` is "" when the authoriser needs no address."""

    grant: int
    email: str


@dataclass(frozen=True, slots=True)
class Said:
    """`by_hand`: why a person must do it, where one must."""

    verdict: Verdict
    words: str = ""
    by_hand: ByHand = ByHand.UNMATCHED


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
