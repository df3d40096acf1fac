"""How sure a rate is, and the difference of two rates. Pure.

The interval of one rate is Wilson's score interval; that of a difference is made of the two by
Newcombe's hybrid score method, without continuity correction: R. G. Newcombe, "Interval estimation
for the difference between independent proportions: comparison of eleven methods", Statistics in
Medicine 17 (1998) 873-890, method 10. Unlike the textbook's normal interval it never leaves
[-1, 1], and holds what it promises for rare reactions and small groups.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import sqrt

Z95 = 1.959963984540054  # the 97.5 % point of the normal distribution


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `total`: who reacted, of those of whom it is known."""

    hits: int
    total: int

    def __post_init__(self) -> None:
        if not 0 <= self.hits <= self.total:
            raise ValueError(f"{self.hits} of {self.total} is no share")

    @property
    def rate(self) -> float | None:
        return self.hits / self.total if self.total else None


@dataclass(frozen=True, slots=True)
class Difference:
    """How much higher the first of two rates is, as a part of 1, and its 95 % interval."""

    points: float
    low: float
    high: float

    @property
    def is_sure(self) -> bool:
        """Say whether the interval leaves out 0; until then nobody has won."""
        return self.low > 0 or self.high < 0


def wilson(share: Share) -> tuple[float, float] | None:
    """Return the 95 % interval of a rate; None of nobody."""
    if not share.total:
        return None
    n, rate, z2 = share.total, share.hits / share.total, Z95 * Z95
    middle = rate + z2 / (2 * n)
    spread = Z95 * sqrt(rate * (1 - rate) / n + z2 / (4 * n * n))
    # Where all or none did, the end is the rate itself; sums of floats may miss it by a hair.
    low = (middle - spread) / (1 + z2 / n) if share.hits else 0.0
    high = (middle + spread) / (1 + z2 / n) if share.hits < n else 1.0
    return low, high


def newcombe(first: Share, second: Share) -> Difference | None:
    """Return by how much the first rate is above the second; None when a group is empty."""
    one, other = wilson(first), wilson(second)
    if one is None or other is None:
        return None
    p, q = first.hits / first.total, second.hits / second.total
    points = p - q
    return Difference(
        points,
        points - sqrt((p - one[0]) ** 2 + (other[1] - q) ** 2),
        points + sqrt((one[1] - p) ** 2 + (q - other[0]) ** 2),
    )


def lift(written_to: Share, held_out: Share) -> Difference | None:
    """Return what writing brought: the rate of those written to above that of the hold-out."""
    return newcombe(written_to, held_out)


def winner(actions: Mapping[str, Share]) -> str | None:
    """Return the action that is surely better than each other one; None while there is none."""
    for name, share in actions.items():
        others = [newcombe(share, other) for key, other in actions.items() if key != name]
        if others and all(each is not None and each.low > 0 for each in others):
            return name
    return None


def compare(actions: Mapping[str, Share]) -> list[tuple[str, str, Difference]]:
    """Return every pair of actions, the higher rate first, with the difference; empty ones not."""
    ranked: Iterable[tuple[str, Share]] = sorted(
        ((name, share) for name, share in actions.items() if share.total),
        key=lambda each: (-each[1].hits / each[1].total, each[0]),
    )
    found = [(a, b, newcombe(one, other)) for (a, one), (b, other) in combinations(ranked, 2)]
    return [(a, b, each) for a, b, each in found if each is not None]
