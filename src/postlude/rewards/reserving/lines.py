"""The lines of a reservation: one for each claim, with what was got or why nothing."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.db.models import Sum

from postlude.kernel import store
from postlude.rewards.models import Reserved
from postlude.rewards.reserving.deciding import Decision
from postlude.rewards.types.reservations import Claim

_COLUMNS = (
    "reservation",
    "position",
    "resource",
    "counter",
    "asked",
    "optional",
    "quantity",
    "reason",
    "left",
)


class Ask(NamedTuple):
    """A reservation that wants something: its row's id, for whom and what."""

    id: int
    contact: int | None
    claims: tuple[Claim, ...]


class Line(NamedTuple):
    """A line as it is stored."""

    reservation: int
    position: int
    resource: str
    counter: int | None
    asked: int
    optional: bool
    quantity: int
    reason: str
    left: int | None


def write(decided: Iterable[tuple[Ask, Decision]]) -> None:
    """Store what was decided, got or refused."""
    store.insert_many(Reserved, _COLUMNS, [line for each in decided for line in _lines(*each)])


def _lines(ask: Ask, decision: Decision) -> Iterable[Line]:
    for position, claim in enumerate(ask.claims):
        got = decision.got.get(position)
        refused = decision.refused.get(position)
        yield Line(
            ask.id,
            position,
            claim.resource,
            got.resource.counter if got else None,
            claim.quantity,
            claim.optional,
            claim.quantity if got else 0,
            refused.reason.value if refused else "",
            refused.left if refused else None,
        )


def erase(numbers: Collection[int]) -> None:
    Reserved.objects.filter(reservation__in=numbers).delete()


def of(numbers: Collection[int]) -> dict[int, list[Line]]:
    """Return the lines of reservations, by reservation, in the order of the claims."""
    found: defaultdict[int, list[Line]] = defaultdict(list)
    rows = Reserved.objects.filter(reservation__in=numbers).order_by("reservation", "position")
    for row in rows.values_list(*Line._fields):
        found[row[0]].append(Line(*row))
    return found


def amounts(numbers: Collection[int]) -> dict[int, int]:
    """Return how much of each counter reservations hold together."""
    rows = Reserved.objects.filter(reservation__in=numbers, counter__isnull=False)
    return dict(rows.values_list("counter").annotate(total=Sum("quantity")).order_by("counter"))
