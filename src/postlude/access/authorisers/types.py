"""The one shape of whoever lets people in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

Settings = Mapping[str, str]


class Verdict(StrEnum):
    """GRANTED: they are in. INVALID: this one never will be. AGAIN: ask again later."""

    GRANTED = "granted"
    INVALID = "invalid"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody to let in. `email` is "" when the authoriser needs no address."""

    grant: int
    email: str


@dataclass(frozen=True, slots=True)
class Said:
    verdict: Verdict
    words: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one batch: a verdict for each grant (missing means AGAIN).

    `refused`: the vendor turns our account away, in its words; nobody of this resource gets in
    until a person mends it. `rest_s`: leave the vendor alone that long, as it asked;
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
