"""Actions by turns: 1, 2, 3, 1, 2, over those who are served, in the order of contacts. Pure."""

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol, TypeVar


class Turn(Protocol):
    """What comes by turns: a way of a notice, a way of a path."""

    @property
    def name(self) -> str: ...
    @property
    def when(self) -> object | None: ...
    @property
    def otherwise(self) -> str: ...


T = TypeVar("T", bound=Turn)


def assign(
    ways: Sequence[T], able: Mapping[str, Collection[int]], people: Sequence[int], first: int
) -> list[T]:
    """Return the way of each person; `first` is how many had their turn before them.

    `able` says for whom a way's condition holds, of those that have one. For whom it does not, the
    way it names is done instead, else the next one that can be: that is the person's turn.
    """
    return [
        _possible(ways, (first + number) % len(ways), able, person)
        for number, person in enumerate(people)
    ]


def _possible(ways: Sequence[T], turn: int, able: Mapping[str, Collection[int]], person: int) -> T:
    places = {way.name: number for number, way in enumerate(ways)}
    tried: set[int] = set()
    while len(tried) < len(ways):
        way = ways[turn]
        if way.when is None or person in able[way.name]:
            return way
        tried.add(turn)
        turn = places.get(way.otherwise, turn + 1) % len(ways)
        while turn in tried and len(tried) < len(ways):  # a circle of fall-backs: on by turns
            turn = (turn + 1) % len(ways)
    raise ValueError("one way must be without a condition")
