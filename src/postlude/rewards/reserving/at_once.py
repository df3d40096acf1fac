"""One reservation at a time, for those who come one by one: they share commits with each other."""

from datetime import datetime

from postlude.kernel.gathering import Gathering
from postlude.kernel.gathering_by_org import Asked, by_organisation
from postlude.rewards.reserving.trying import reserve_many
from postlude.rewards.types.reservations import Reservation, ReserveRequest


def reserve(org: int, request: ReserveRequest, now: datetime) -> Reservation:
    """Hold all claims of a request, or none; durable when this returns.

    Whoever asks at the same moment goes in one transaction, in the order of arrival. Raises
    KeyTaken and BadQuota. Inside a transaction it joins that one.
    """
    return _gathering.ask((org, request, now))


_gathering: Gathering[Asked[ReserveRequest], Reservation] = Gathering(by_organisation(reserve_many))
