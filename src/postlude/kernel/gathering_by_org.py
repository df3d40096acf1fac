"""Those who gather from several organisations: each organisation's go in one batch of its own."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TypeVar

from postlude.kernel.gathering import Act

T = TypeVar("T")
R = TypeVar("R")
Asked = tuple[int, T, datetime]


def by_organisation(
    act: Callable[[int, Sequence[T], datetime], Sequence[R | Exception]],
) -> Act[Asked[T], R]:
    """Return what acts for a group: `act` once for each organisation, at its latest moment.

    The items of one organisation stay in the order in which they came.
    """

    def act_for_all(asked: Sequence[Asked[T]]) -> list[R | Exception]:
        by_org: defaultdict[int, list[int]] = defaultdict(list)
        for place, (org, _, _) in enumerate(asked):
            by_org[org].append(place)
        answers: dict[int, R | Exception] = {}
        for org in sorted(by_org):  # sorted: two processes take their locks in one order
            places = by_org[org]
            now = max(asked[place][2] for place in places)
            made = act(org, [asked[place][1] for place in places], now)
            answers.update(zip(places, made, strict=True))
        return [answers[place] for place in range(len(asked))]

    return act_for_all
