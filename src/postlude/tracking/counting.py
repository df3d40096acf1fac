"""Which touches count: raw, human, filtered. Pure.

The three are derived from a verdict and its signs alone; which one an organisation counts by, and
since when, is `orgs.measuring`.
"""

from postlude.orgs.types import Counts
from postlude.tracking.types import AGAINST_CLICKS, AGAINST_OPENS, Reason, TouchKind


def counts(kind: TouchKind, human: bool | None, reasons: Reason, by: Counts) -> bool:  # noqa: FBT001 - as it was said
    """Say whether an open or a click counts by this rule."""
    if by is Counts.RAW:
        return True
    if kind is TouchKind.CLICK and not human:
        return False
    return by is Counts.SEED or not reasons & against(kind)


def against(kind: TouchKind) -> Reason:
    """Return the signs that speak against a touch of this kind."""
    return AGAINST_OPENS if kind is TouchKind.OPEN else AGAINST_CLICKS
