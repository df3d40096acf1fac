"""From the rules that match to those that come into force, and a reason for each that does not."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from postlude.rules.selecting.constraints import Constraints, places
from postlude.rules.selecting.greedy import good_set
from postlude.rules.selecting.matches import Match, rank
from postlude.rules.selecting.searching import best_set
from postlude.rules.types import Group


class Loss(StrEnum):
    EXCLUDED = "excluded"
    GROUP = "group"
    LIMIT = "limit"


@dataclass(frozen=True, slots=True)
class Lost:
    """A match that does not come into force: because of `by`, the keys of rules that do.

    `group` is the path of the group that lets no more through; "" also of an exclusion by pair.
    """

    match: Match
    how: Loss
    by: tuple[str, ...]
    group: str = ""


@dataclass(frozen=True, slots=True)
class Selection:
    """What comes into force, best first, and what does not, in the same order.

    Nothing that was lost could be added. `exact`: there is no better set; else there were more than
    20 matches that hang together, and the set is only a good one.
    """

    chosen: tuple[Match, ...]
    lost: tuple[Lost, ...]
    exact: bool


def select(matches: Iterable[Match], groups: Mapping[str, Group]) -> Selection:
    """Return what comes into force of the matches; their order of input does not matter.

    A recommendation is the same: what is chosen is what a buyer gets, best first, and each other
    match says what it lost to.
    """
    ordered = sorted(matches, key=rank)
    constraints = Constraints(ordered, groups)
    chosen, exact = 0, True
    for part in constraints.parts():
        found = best_set(ordered, constraints, part)
        exact = exact and found is not None
        chosen |= good_set(ordered, constraints, part) if found is None else found
    lost = (place for place in range(len(ordered)) if not chosen >> place & 1)
    return Selection(
        tuple(ordered[place] for place in places(chosen)),
        tuple(_lost(ordered, constraints, chosen, place) for place in lost),
        exact,
    )


def _lost(matches: list[Match], constraints: Constraints, chosen: int, place: int) -> Lost:
    """Say why: an exclusion by pair before a group, an outer group before one within it."""

    def because(how: Loss, mask: int, group: str = "") -> Lost:
        keys = tuple(matches[each].rule.key for each in places(mask & chosen))
        return Lost(matches[place], how, keys, group)

    if constraints.excludes[place] & chosen:
        return because(Loss.EXCLUDED, constraints.excludes[place])
    for contest in constraints.contests:
        own = next((member for member in contest.members if member >> place & 1), 0)
        if own and contest.mask & ~own & chosen:
            return because(Loss.GROUP, contest.mask & ~own, contest.path)
    full = next(
        limit
        for limit in constraints.limits
        if limit.mask >> place & 1 and (chosen & limit.mask).bit_count() >= limit.most
    )
    return because(Loss.LIMIT, full.mask, full.path)
