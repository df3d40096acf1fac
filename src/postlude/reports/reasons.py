"""The audit of reasons: which were ever written with points, and whether anything awaits them.

Reasons are free text and compared letter by letter, so a reason that somebody mistyped answers no
message, silently. Here it is seen, beside the word that it may have been meant to be.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from postlude.attribution import api as attribution
from postlude.journeys import api as journeys
from postlude.kernel import store
from postlude.reports.queries import ask

_ORDER = "order"  # what all accruals for orders are written with


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason of one currency, `times` given, first and last.

    `awaited_by` are notices whose reaction it is, `given_by` notices that bring such points along.
    `known`: either of these, or the word of orders. `perhaps`: of one that is not known, a known
    word that differs by spaces and capitals alone.
    """

    currency: str
    reason: str
    times: int
    first_at: datetime
    last_at: datetime
    awaited_by: tuple[str, ...]
    given_by: tuple[str, ...]
    known: bool
    perhaps: str = ""


def reasons(org: int) -> list[Reason]:
    """Return every reason in the ledger, the commonest of each currency first."""
    awaited, given = attribution.awaited_reasons(org), journeys.given_reasons(org)
    words = {_ORDER, *awaited, *given}
    found = []
    for currency, reason, times, first, last in ask("list_reasons", {"org": org}):
        known = reason in words
        found.append(
            Reason(
                currency,
                reason,
                times,
                store.known_instant(first),
                store.known_instant(last),
                tuple(awaited.get(reason, ())),
                tuple(given.get(reason, ())),
                known,
                "" if known else _like(reason, words),
            )
        )
    return found


def _like(reason: str, words: Iterable[str]) -> str:
    """Return the word that a reason is but for spaces and capitals; empty for none."""
    plain = "".join(reason.split()).casefold()
    return next((each for each in sorted(words) if "".join(each.split()).casefold() == plain), "")
