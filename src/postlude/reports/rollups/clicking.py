"""Whose a click is, where the organisation counts it for whoever clicked."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from postlude.orgs import api as orgs
from postlude.orgs.types import Identity
from postlude.people import api as people

_CLICKED = 2
Touched = tuple[Any, ...]
"""As `list_touched` says it: day, channel, template, cycle, contact, visitor, how."""


def counts_clickers(org: int) -> bool:
    """Say whether there is a day on which clicks are theirs whose browser it was."""
    return any(each.identity is Identity.CLICKER for each in orgs.measuring(org))


def by_whom(org: int, touched: Sequence[Touched]) -> Sequence[Touched]:
    """Return touches with the browser in place of the recipient where the browser counts.

    That of nobody we know does not: then it is still the recipient's.
    """
    rules = orgs.measuring(org)
    if not counts_clickers(org):
        return touched
    theirs = {
        place
        for place, (day, _, _, _, _, visitor, how) in enumerate(touched)
        if visitor is not None
        and how & _CLICKED
        and orgs.measuring_of_day(rules, date.fromisoformat(day)).identity is Identity.CLICKER
    }
    known = _known(org, {touched[place][5] for place in theirs})
    return [
        (*row[:4], None, *row[5:]) if place in theirs and row[5] in known else row
        for place, row in enumerate(touched)
    ]


def _known(org: int, visitors: Collection[int]) -> set[int]:
    found = people.contacts_of_visitors(org, visitors) if visitors else {}
    return {visitor for visitor, contact in found.items() if contact is not None}
