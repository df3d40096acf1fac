"""What a ticket becomes when one more view of it is seen. Pure.

Everything known of a ticket is a set of facts that only grows: "was paid", "was cancelled", "was
refunded", each with the best time known. The state is read off the facts, so poll, webhook and
CSV may come in any order, twice or late, and end the same. Only `sold_at` remembers which came
first: it is fixed at the first view that shows the ticket as paid and never moves, because a day
that was reported or a decision that was taken must not change afterwards; `paid_at` is the best
time known and does not depend on the order.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum

from postlude.orders.types import Change, State, Via


class Evidence(IntEnum):
    """How well a view knows when the money came. The strongest wins, then the earliest."""

    NONE = 0
    DAY = 1
    UPDATED_AT = 2
    ORDER_EXPORT = 3
    WEBHOOK = 4


@dataclass(frozen=True, slots=True)
class Payment:
    """Whether it is paid, and when as far as is known."""

    paid: bool = False
    at: datetime | None = None
    rank: int = Evidence.NONE

    def join(self, other: "Payment") -> "Payment":
        if not self.paid or not other.paid:
            return self if self.paid else other
        return min(self, other, key=_strength)


def _strength(payment: Payment) -> tuple[int, float]:
    return (-payment.rank, payment.at.timestamp() if payment.at else float("inf"))


@dataclass(frozen=True, slots=True)
class Ending:
    """Whether it is over, why, and since when (the earliest time heard)."""

    cancelled: bool = False
    refunded: bool = False
    at: datetime | None = None

    def join(self, other: "Ending") -> "Ending":
        times = [at for at in (self.at, other.at) if at is not None]
        return Ending(
            self.cancelled or other.cancelled,
            self.refunded or other.refunded,
            min(times, default=None),
        )

    @property
    def over(self) -> bool:
        return self.cancelled or self.refunded


@dataclass(frozen=True, slots=True)
class Description:
    """Who holds the ticket and what it is: the newest view that names a holder counts.

    A CSV has no time of its own (`at` None): it describes only what nobody described better, and
    of two files the later import counts. A view without a holder (the last one of a ticket that
    is gone) describes only what no other view has described.
    """

    contact: int | None
    ticket_type: int
    price_minor: int
    currency: str
    via: str
    at: datetime | None = None
    reg_no: int | None = None

    def join(self, later: "Description") -> "Description":
        """Return the description after `later` arrived."""
        new, old = (later, self) if later.weight() >= self.weight() else (self, later)
        return replace(new, reg_no=old.reg_no if new.reg_no is None else new.reg_no)

    def weight(self) -> tuple[bool, float, int]:
        at = self.at.timestamp() if self.at else float("-inf")
        return (self.contact is not None, at, _TRUST.get(self.via, 0))


_TRUST: dict[str, int] = {Via.POLL: 3, Via.WEBHOOK: 2, Via.GUEST: 1, Via.CSV: 0}


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of one ticket. `external_id` and `webhook_id` are its names outside."""

    description: Description
    payment: Payment = Payment()
    ending: Ending = Ending()
    sold_at: datetime | None = None
    external_id: str | None = None
    webhook_id: str | None = None

    @property
    def state(self) -> State:
        """Whatever ended it: where money had been paid, the end is a refund."""
        cost = self.payment.paid and self.description.price_minor > 0
        if self.ending.refunded or (self.ending.cancelled and cost):
            return State.REFUNDED
        if self.ending.cancelled:
            return State.CANCELLED
        return State.PAID if self.payment.paid else State.REGISTERED

    @property
    def named(self) -> bool:
        """Whether a source has numbered it; an order line that nobody numbered is not."""
        return bool(self.external_id or self.webhook_id)


def see(known: Known | None, view: Known, *, now: datetime) -> Known:
    """Return what is known after `view` arrived at `now`."""
    after = view if known is None else _join(known, view)
    return after if after.sold_at else _sell(after, now)


def hear(known: Known, payment: Payment, ending: Ending, *, now: datetime) -> Known:
    """Return what is known after news of the whole order arrived."""
    after = replace(known, payment=known.payment.join(payment), ending=known.ending.join(ending))
    return after if after.sold_at else _sell(after, now)


def _join(known: Known, view: Known) -> Known:
    return Known(
        description=known.description.join(view.description),
        payment=known.payment.join(view.payment),
        ending=known.ending.join(view.ending),
        sold_at=known.sold_at,
        external_id=_attendee_id(known, view),
        webhook_id=known.webhook_id or view.webhook_id,
    )


def _attendee_id(known: Known, view: Known) -> str | None:
    """The webhook's id stands for the attendee id (see `joining`) until that is really shown."""
    believed = known.external_id == known.webhook_id
    shown = view.external_id is not None and view.external_id != view.webhook_id
    if believed and shown:
        return view.external_id
    return known.external_id or view.external_id


def _sell(known: Known, now: datetime) -> Known:
    return replace(known, sold_at=known.payment.at or now) if known.payment.paid else known


def change(before: Known | None, after: Known, *, ended_before: bool) -> Change:
    """Name what happened; `ended_before`: the order's cancel was known before this view."""
    if before is None:
        if after.ending.over:
            return Change.TOMBSTONE if ended_before else _ending_word(after)
        return Change.NEW
    if before == after:
        return Change.SAME
    if before.state == after.state:
        return Change.UPDATED
    return _ending_word(after) if after.ending.over else Change.PAID


def _ending_word(known: Known) -> Change:
    return Change.REFUNDED if known.state == State.REFUNDED else Change.CANCELLED


def topics(before: Known | None, after: Known) -> tuple[str, ...]:
    """Return the news to publish.

    A line that nobody has numbered (an unpaid or cancelled order of an export) triggers nothing
    until somebody does. A paid ticket that changes hands is paid news again: the new holder has
    not been invited.
    """
    if before == after or not after.named:
        return ()
    was_valid = before is not None and before.named and before.state == State.PAID
    holder = before.description.contact if before else None
    if after.state == State.PAID and (not was_valid or holder != after.description.contact):
        return ("ticket.changed", "ticket.paid")
    if was_valid and after.ending.over:
        return ("ticket.changed", "ticket.refunded")
    return ("ticket.changed",)


def left(before: Known | None, after: Known) -> int | None:
    """Return the contact whose valid ticket went to another one, if that happened."""
    if before is None or before.state != State.PAID:
        return None
    holder = before.description.contact
    return holder if holder != after.description.contact else None
