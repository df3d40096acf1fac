"""What cannot come into force together, as bit masks over the matches in their order.

Groups form a tree by their paths ("sales/spring" stands in "sales", and everything in ""). A
group's members are its own rules and the groups right within it. A mode other than `all` lets one
member through; `at_most` counts the rules of the whole group. Pairs that exclude each other do so
whichever of them says it, and whatever their groups allow.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from postlude.rules.selecting.matches import Match
from postlude.rules.types import Group, Mode


@dataclass(frozen=True, slots=True)
class Contest:
    """A group in which one member comes through: the members' matches, each as a mask."""

    path: str
    mode: Mode
    members: tuple[int, ...]

    @property
    def mask(self) -> int:
        return sum(self.members)


@dataclass(frozen=True, slots=True)
class Limit:
    """A group of whose matches (a mask) at most so many come through."""

    path: str
    mask: int
    most: int


class Constraints:
    """All that forbids matches to come into force together."""

    def __init__(self, matches: Sequence[Match], groups: Mapping[str, Group]) -> None:
        self.count = len(matches)
        self._paths = [_steps(each.rule.attributes.exclusivity) for each in matches]
        known = {_steps(path): group for path, group in groups.items()}
        self.contests = tuple(self._contests(known))
        self.limits = tuple(self._limits(known))
        self.excludes = _excludes(matches)

    @cached_property
    def conflicts(self) -> tuple[int, ...]:
        """For each match, those that cannot stand beside it: by exclusion, or in a contest."""
        found = list(self.excludes)
        for contest in self.contests:
            for member in contest.members:
                for place in places(member):
                    found[place] |= contest.mask & ~member
        return tuple(found)

    def admits(self, chosen: int, place: int) -> bool:
        """Return whether a match can be added to those chosen."""
        if self.conflicts[place] & chosen:
            return False
        return all(
            (chosen & limit.mask).bit_count() < limit.most
            for limit in self.limits
            if limit.mask >> place & 1
        )

    def parts(self) -> list[int]:
        """Return the matches in parts (masks) that have nothing to do with each other."""
        bound = [1 << place | self.conflicts[place] for place in range(self.count)]
        bound += [each.mask for each in self.limits]
        parts: list[int] = []
        for mask in bound:
            apart = [part for part in parts if not part & mask]
            parts = [*apart, sum(part for part in parts if part & mask) | mask]
        return sorted(parts, key=lambda part: part & -part)

    def _contests(self, groups: Mapping[tuple[str, ...], Group]) -> Iterator[Contest]:
        for path, group in sorted(groups.items()):
            if group.mode is Mode.ALL:
                continue
            members: dict[object, int] = {}
            for place in places(self._within(path)):
                below = self._paths[place][len(path) :]
                member: object = below[0] if below else place
                members[member] = members.get(member, 0) | 1 << place
            if len(members) > 1:
                yield Contest("/".join(path), group.mode, tuple(members.values()))

    def _limits(self, groups: Mapping[tuple[str, ...], Group]) -> Iterator[Limit]:
        for path, group in sorted(groups.items()):
            mask = self._within(path)
            if group.at_most is not None and mask.bit_count() > group.at_most:
                yield Limit("/".join(path), mask, group.at_most)

    def _within(self, path: tuple[str, ...]) -> int:
        return sum(1 << place for place, own in enumerate(self._paths) if own[: len(path)] == path)


def places(mask: int) -> Iterator[int]:
    """Yield the places of the bits that are set, lowest first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def _steps(path: str) -> tuple[str, ...]:
    return tuple(step for step in path.split("/") if step)


def _excludes(matches: Sequence[Match]) -> tuple[int, ...]:
    found = [0] * len(matches)
    keys = [each.rule.key for each in matches]
    for place, match in enumerate(matches):
        for other, key in enumerate(keys):
            if other != place and key in match.rule.attributes.excludes:
                found[place] |= 1 << other
                found[other] |= 1 << place
    return tuple(found)
