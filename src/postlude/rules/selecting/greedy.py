"""A good set of matches for more of them than can be tried: group by group, from within."""

from collections.abc import Sequence

from postlude.rules.selecting.constraints import Constraints, Contest, places
from postlude.rules.selecting.matches import Match
from postlude.rules.types import Mode


def good_set(matches: Sequence[Match], constraints: Constraints, part: int) -> int:
    """Return a set (mask) to which nothing can be added: not always the best one.

    Each contest, the innermost first, keeps the member that its mode prefers; of what is left the
    matches are taken in their order, and then whatever else still fits.
    """
    preferred = part
    for contest in sorted(constraints.contests, key=lambda each: -each.path.count("/")):
        members = [member & preferred for member in contest.members if member & preferred & part]
        if members:
            kept = min(members, key=lambda member: _preference(contest, member, matches))
            preferred &= kept | ~contest.mask
    chosen = 0
    for pool in (preferred, part & ~preferred):
        for place in places(pool):
            if constraints.admits(chosen, place):
                chosen |= 1 << place
    return chosen


def _preference(contest: Contest, member: int, matches: Sequence[Match]) -> tuple[int, int]:
    first = member & -member
    match contest.mode:
        case Mode.BEST_VALUE:
            return -sum(matches[place].value for place in places(member)), first
        case Mode.BEST_COST:
            return sum(matches[place].cost for place in places(member)), first
        case _:
            return first, first
