"""One reservation at a time, for those who come one by one: they share commits with each other."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from postlude.kernel.gathering import Gathering
from postlude.rewards.reserving.trying import Answer, reserve_many
from postlude.rewards.types.reservations import Reservation, ReserveRequest

Asked = tuple[int, ReserveRequest, datetime]


def reserve(org: int, request: ReserveRequest, now: datetime) -> Reservation:
    """Hold all claims of a request, or none; durable when this returns.

    Whoever asks at the same moment goes in one transaction, in the order of arrival. Raises
    KeyTaken and BadQuota. Inside a transaction it joins that one.
    """
    return _gathering.ask((org, request, now))


def _reserve_all(asked: Sequence[Asked]) -> list[Answer]:
    by_org: defaultdict[int, list[int]] = defaultdict(list)
    for place, (org, _, _) in enumerate(asked):
        by_org[org].append(place)
    answers: dict[int, Answer] = {}
    for org in sorted(by_org):  # sorted: two processes take their locks in one order
        places = by_org[org]
        now = max(asked[place][2] for place in places)
        made = reserve_many(org, [asked[place][1] for place in places], now)
        answers.update(zip(places, made, strict=True))
    return [answers[place] for place in range(len(asked))]


_gathering: Gathering[Asked, Reservation] = Gathering(_reserve_all)
