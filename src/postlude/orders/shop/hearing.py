"""What is known of a shop's order when one more statement about it comes. Pure.

Three things can be told of an order: that it was opened, closed, cancelled. Each is told once, in
whatever order they arrive; told again in the same words it changes nothing, told again otherwise
it is refused, for nobody could say later which of the two was meant. What an opening and a closing
both say is taken from the closing (`closing_said` remembers what that was), so every order of
arrival ends the same.
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from hashlib import blake2b
from typing import Any

from postlude.kernel.money import Money
from postlude.orders.shop.types import ShopOrderSeen, Stage

_DIGEST_BYTES = 12
# The place of a name in this list is its bit in a row: only ever append.
SAID = ("contact", "branch", "kind", "source", "amount", "opened_at", "coupons", "visitor")


@dataclass(frozen=True, slots=True)
class Known:
    """All that was told of one order; `told` has a fingerprint of each stage's words.

    `revised_at`: of when the newest view of the shop's own system is, if it shows them.
    """

    contact: int | None = None
    visitor: int | None = None
    branch: int | None = None
    kind: str = ""
    source: str = ""
    amount: Money | None = None
    opened_at: datetime | None = None
    coupons: tuple[str, ...] | None = None
    closed_at: datetime | None = None
    cancelled_at: datetime | None = None
    test: bool = False
    revised_at: datetime | None = None
    closing_said: frozenset[str] = frozenset()
    told: dict[Stage, str] = field(default_factory=dict)

    @property
    def state(self) -> Stage:
        if self.cancelled_at is not None:
            return Stage.CANCELLED
        return Stage.OPENED if self.closed_at is None else Stage.CLOSED

    @property
    def counts(self) -> bool:
        """Whether it is one of what its buyer has ordered."""
        return self.state is Stage.CLOSED and not self.test


def hear(known: Known, seen: ShopOrderSeen) -> Known | None:
    """Return what is known after a statement; None when its stage was told otherwise before.

    Contacts are those that speak for whoever was named, in `known` and in `seen`.
    """
    words = _fingerprint(seen)
    if seen.stage in known.told:
        same = known.told[seen.stage] == words and _same_contact(known, seen)
        return known if same else None
    told = {**known.told, seen.stage: words}
    if known.revised_at is not None:  # the shop's own system tells how it stands: see `standing`
        visitor = known.visitor if known.visitor is not None else seen.visitor
        return replace(known, told=told, visitor=visitor)
    heard = replace(known, told=told, test=known.test or seen.test)
    match seen.stage:
        case Stage.CANCELLED:
            return replace(heard, cancelled_at=seen.at)
        case Stage.CLOSED:
            said = _said(seen)
            return replace(heard, closed_at=seen.at, closing_said=frozenset(said), **said)
        case Stage.OPENED:
            said = {**_said(seen), "opened_at": seen.at}
            news = {name: said[name] for name in said.keys() - known.closing_said}
            return replace(heard, **news)


def _said(seen: ShopOrderSeen) -> dict[str, Any]:
    """Return what a statement says, by name."""
    said = {name: getattr(seen, name) for name in SAID}
    return {name: value for name, value in said.items() if value not in (None, "")}


def _same_contact(known: Known, seen: ShopOrderSeen) -> bool:
    """Say whether a repeated statement names whom it named before, as far as that is known."""
    overruled = seen.stage is Stage.OPENED and "contact" in known.closing_said
    return seen.contact is None or overruled or known.contact == seen.contact


def _fingerprint(seen: ShopOrderSeen) -> str:
    """Fingerprint all but who the contact is: two contacts may turn out to be one.

    Nor the browser: whoever looks at the same page again on another tells of the same order.
    """
    amount = "" if seen.amount is None else f"{seen.amount.minor} {seen.amount.currency}"
    opened = "" if seen.opened_at is None else seen.opened_at.astimezone(UTC).isoformat()
    coupons = "-" if seen.coupons is None else " ".join(seen.coupons)
    who = "somebody" if seen.contact is not None else ""
    at = seen.at.astimezone(UTC).isoformat()
    words = (at, who, seen.branch, seen.kind, seen.source, amount, opened, coupons, seen.test)
    text = "\0".join(map(str, words))
    return blake2b(text.encode(), digest_size=_DIGEST_BYTES).hexdigest()
