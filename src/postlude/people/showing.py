"""What a source's row showed last, so that a change there is told from a change made here.

An operator mends an address, and the source keeps showing the old one: that is no news. Only a row
that shows another e-mail than it did before is. Kept as a keyed hash: the row outlives an erasure.
"""

from dataclasses import dataclass
from datetime import datetime

from postlude.kernel import pseudonyms

_KIND = "shown"


@dataclass(frozen=True, slots=True)
class Shown:
    """The hash of an e-mail and the age of the view; an empty hash: never noted."""

    hash: str = ""
    at: datetime | None = None


NEVER = Shown()


def of(org: int, email: str, at: datetime | None) -> Shown:
    """Return what to keep of a view."""
    return Shown(pseudonyms.pseudonym(org, _KIND, email), at)


def repeats(org: int, before: Shown, email: str) -> bool:
    """Say whether the row showed this very e-mail before, under whichever key version."""
    return before.hash != "" and before.hash in pseudonyms.all_pseudonyms(org, _KIND, email)


def is_older(before: Shown, at: datetime | None) -> bool:
    """Say whether a view is older than the one before. A file has no age: it beats only a file."""
    if before.at is None:
        return False
    return at is None or at < before.at
