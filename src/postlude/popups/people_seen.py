"""Whom the server sees in a browser: level, tags, and whether LINE reaches them."""

from collections.abc import Collection

from postlude.people import api as people
from postlude.popups.types import Who

_LINE = "line"


def who_are(org: int, contacts: Collection[int]) -> dict[int, Who]:
    """Return what popups judge people by; of whom nothing is known, that nothing is."""
    standings = people.standings(org, contacts)
    # Whoever has left or blocked the account keeps the address, and is not reached by it.
    on_line = set(people.addresses(org, contacts, _LINE))
    on_line -= people.suppressed(org, on_line, _LINE).keys()
    return {
        contact: Who(
            contact,
            (standings[contact].level or "") if contact in standings else "",
            standings[contact].tags if contact in standings else frozenset(),
            contact in on_line,
        )
        for contact in contacts
    }


def who_is(org: int, contact: int | None) -> Who:
    """Return what is known of one person, or of nobody."""
    return Who() if contact is None else who_are(org, [contact])[contact]
