"""Who holds which units of a capped quota. Touched only while its counter is locked."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from postlude.kernel import ids, store
from postlude.rewards.models import Share

Taken = defaultdict[tuple[int, int], set[int]]


def taken(
    counters: Collection[int], contacts: Collection[int], *, but: Collection[int] = ()
) -> Taken:
    """Return the numbers that contacts hold of counters, but for those of some reservations."""
    found: Taken = defaultdict(set)
    if counters and contacts:
        rows = Share.objects.filter(counter__in=counters, contact__in=contacts)
        rows = rows.exclude(reservation__in=but) if but else rows
        for counter, contact, n in rows.values_list("counter", "contact", "n"):
            found[counter, contact].add(n)
    return found


def write(rows: Iterable[tuple[int, int, int, int]]) -> None:
    """Store (counter, contact, n, reservation); a number that is taken fails the transaction."""
    kept = list(rows)
    columns = ("id", "counter", "contact", "n", "reservation")
    numbered = [(number, *row) for number, row in zip(ids.new_ids(len(kept)), kept, strict=True)]
    store.insert_many(Share, columns, numbered)


def drop(reservations: Collection[int]) -> None:
    Share.objects.filter(reservation__in=reservations).delete()


def drop_some(reservation: int, counter: int, count: int) -> None:
    """Give back the last `count` shares that a reservation has of a counter."""
    last = Share.objects.filter(reservation=reservation, counter=counter).order_by("-n")
    Share.objects.filter(id__in=list(last.values_list("id", flat=True)[:count])).delete()
