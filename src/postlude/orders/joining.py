"""Which known ticket of an order is the one that a view shows. Pure.

Poll and export call a ticket by its attendee id. Whether the webhook's ticket id is the same
number is not established. `join: order`: it is not; `join: attendee_id`: we believe it is, and
then the webhook's id is taken as the attendee id until poll or export show another. Either way
equal ids meet first; tickets without a common id meet inside their order, the most alike first
(by type, then by price, then in turn), because a webhook shows every ticket of an order. So a
wrong `join` costs a warning and never a second ticket. An order line without any id is any
ticket of its order.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Slot:
    """A ticket by its names. None: not known under that name."""

    external_id: str | None
    webhook_id: str | None
    type_name: str
    price_minor: int

    @property
    def attendee_id(self) -> str | None:
        """The attendee id that poll or export showed, not one that we only believe."""
        return None if self.external_id == self.webhook_id else self.external_id

    def clashes(self, other: "Slot") -> bool:
        """Say whether both have a name of the same sort: then they are two tickets."""
        return bool(
            (self.attendee_id and other.attendee_id) or (self.webhook_id and other.webhook_id)
        )

    def is_named_as(self, other: "Slot") -> bool:
        """Say whether they share an id of the same sort."""
        same_attendee = self.external_id is not None and self.external_id == other.external_id
        same_hook = self.webhook_id is not None and self.webhook_id == other.webhook_id
        return same_attendee or same_hook

    def crosses(self, other: "Slot") -> bool:
        """Say whether the webhook's id of one is the attendee id of the other after all."""
        return not self.clashes(other) and bool(
            (self.webhook_id and self.webhook_id == other.external_id)
            or (self.external_id and self.external_id == other.webhook_id)
        )

    def likeness(self, other: "Slot") -> int:
        return 2 * (self.type_name == other.type_name) + (self.price_minor == other.price_minor)


def meet(known: Sequence[Slot], seen: Sequence[Slot]) -> list[int | None]:
    """Return for each seen ticket the index of the known one, or None for a new one.

    No two seen tickets meet the same known one; the seen ones have different names.
    """
    found: list[int | None] = [None] * len(seen)
    for score, k, i in sorted(_pairs(known, seen), key=lambda each: (-each[0], each[1], each[2])):
        if score >= 0 and found[i] is None and k not in found:
            found[i] = k
    return found


def _pairs(known: Sequence[Slot], seen: Sequence[Slot]) -> list[tuple[int, int, int]]:
    return [(_score(a, b), k, i) for k, a in enumerate(known) for i, b in enumerate(seen)]


def _score(known: Slot, seen: Slot) -> int:
    if known.is_named_as(seen):
        return 20
    if known.clashes(seen):
        return -1
    return 10 * known.crosses(seen) + known.likeness(seen)
