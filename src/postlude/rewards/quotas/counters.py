"""Counters move by guarded UPDATEs alone, in the order of their ids, as the last thing of all.

The order keeps two batches from waiting for one another; being last keeps the row lock of a hot
counter short.
"""

from collections.abc import Iterable, Mapping

from postlude.kernel import store
from postlude.rewards.models import Counter

_TAKE = """
    UPDATE rewards_counter SET used = used + %s WHERE id = %s AND used + %s <= most
"""
_MOVE = """
    UPDATE rewards_counter SET used = used + %s WHERE id = %s AND used + %s >= 0
"""


class CounterBroken(RuntimeError):
    """A counter is not what its reservations say; nothing is written."""


def take(demand: Mapping[int, int]) -> dict[int, int] | None:
    """Add to each counter; None when all had room, else what was added before one had not."""
    added: dict[int, int] = {}
    for counter in sorted(demand):
        wanted = demand[counter]
        if not store.execute(_TAKE, [wanted, counter, wanted]):
            return added
        added[counter] = wanted
    return None


def lock(counters: Iterable[int]) -> dict[int, int]:
    """Keep everybody else from these counters until the commit; return what is left of each."""
    rows = Counter.objects.filter(id__in=set(counters)).order_by("id").select_for_update()
    return {number: most - used for number, most, used in rows.values_list("id", "most", "used")}


def give_back(amounts: Mapping[int, int]) -> None:
    """Take off each counter what is no longer used."""
    move({counter: -amount for counter, amount in amounts.items()})


def move(amounts: Mapping[int, int]) -> None:
    """Change counters by amounts that were decided under their locks, or that give back.

    The table's own check stops what would pass the ceiling.
    """
    for counter in sorted(amounts):
        amount = amounts[counter]
        if amount and not store.execute(_MOVE, [amount, counter, amount]):
            raise CounterBroken(counter)
