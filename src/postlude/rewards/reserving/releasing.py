"""Giving back what reservations hold. Their rows are ours, and their state is settled already."""

from collections.abc import Collection

from postlude.rewards.coupons import units
from postlude.rewards.quotas import counters, shares
from postlude.rewards.reserving import lines


def release(reservations: Collection[int]) -> None:
    """Give everything back: places, shares, and codes that nobody has seen."""
    if reservations:
        counters.give_back(lines.amounts(reservations))
        shares.drop(reservations)
        units.let_go(reservations)
