"""By whose clocks the people and orders of an organisation live: those of a branch, or its own."""

from collections import defaultdict

from postlude.orgs import organizations
from postlude.orgs.types import Clocks


def clocks(org: int) -> list[Clocks]:
    """Return every zone that is lived by, the organisation's own first. Nobody is in two."""
    home = organizations.get(org).zone
    away: dict[str, list[int]] = defaultdict(list)
    for branch in organizations.branches(org):
        if branch.zone != home:
            away[branch.zone].append(branch.id)
    elsewhere = tuple(sorted(branch for some in away.values() for branch in some))
    return [
        Clocks(home, elsewhere, home=True),
        *(Clocks(zone, tuple(sorted(away[zone])), home=False) for zone in sorted(away)),
    ]


def clocks_of(org: int, zone: str) -> Clocks:
    """Return who lives by a zone; nobody does where no branch has it any more."""
    found = (each for each in clocks(org) if each.zone == zone)
    return next(found, Clocks(zone, (), home=False))


def zones(org: int) -> dict[int, str]:
    """Return the zone of each branch."""
    return {each.id: each.zone for each in organizations.branches(org)}
