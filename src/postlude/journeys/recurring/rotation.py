"""Actions by turns: 1, 2, 3, 1, 2, over those who are served, in the order of contacts. Pure."""

from collections.abc import Collection, Mapping, Sequence

from postlude.journeys.recurring.types import Way


def assign(
    ways: Sequence[Way], able: Mapping[str, Collection[int]], people: Sequence[int], first: int
) -> list[Way]:
    """Return the way of each person; `first` is how many had their turn before them.

    `able` says for whom a way's condition holds, of those that have one. For whom it does not, the
    way it names is done instead, else the next one that can be: that is the person's turn.
    """
    return [
        _possible(ways, (first + number) % len(ways), able, person)
        for number, person in enumerate(people)
    ]


def _possible(
    ways: Sequence[Way], turn: int, able: Mapping[str, Collection[int]], person: int
) -> Way:
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
