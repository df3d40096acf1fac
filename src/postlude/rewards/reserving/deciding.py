"""Who gets what, in the order of arrival; pure.

The caller says how much is left and who holds what already. Deciding uses that up, so one call may
decide for a whole batch.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from postlude.rewards.types.reservations import Claim, Reason, Refusal


@dataclass(frozen=True, slots=True)
class Resource:
    """A resource in the window of this moment; without a counter it cannot be had.

    `lasting`: its counter is that of every moment.
    """

    name: str
    counter: int
    quota: int
    per_person: int | None
    reason: Reason | None = None
    lasting: bool = False


@dataclass(slots=True)
class Stock:
    """What is left of each counter, and which shares of it each contact holds."""

    left: dict[int, int]
    taken: defaultdict[tuple[int, int], set[int]] = field(default_factory=lambda: defaultdict(set))


@dataclass(frozen=True, slots=True)
class Got:
    """One claim's share in a decision; `shares` are the numbers of capped units."""

    claim: Claim
    resource: Resource
    shares: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What a request gets (by the claim's position), and what it was refused."""

    got: Mapping[int, Got]
    refused: Mapping[int, Refusal]
    holds: bool


def decide(
    claims: tuple[Claim, ...],
    contact: int | None,
    resources: Mapping[str, Resource],
    stock: Stock,
) -> Decision:
    """Give a request all of its claims or none; an optional one may fail by itself.

    What is given is taken off `stock`. Optional claims come after the others: they never take what
    the request itself must have.
    """
    got: dict[int, Got] = {}
    refused: dict[int, Refusal] = {}
    holds = True
    for position in _must_haves_first(claims):
        claim = claims[position]
        answer = _take(claim, contact, resources[claim.resource], stock)
        if isinstance(answer, Got):
            got[position] = answer
        else:
            refused[position] = answer
            holds = holds and claim.optional
    if not holds:
        for each in got.values():
            _put_back(each, contact, stock)
        got = {}
    return Decision(got, refused, holds)


def demand(decisions: Iterable[Decision]) -> dict[int, int]:
    """Return how much the decisions take of each counter."""
    total: defaultdict[int, int] = defaultdict(int)
    for decision in decisions:
        for each in decision.got.values():
            total[each.resource.counter] += each.claim.quantity
    return dict(total)


def _must_haves_first(claims: tuple[Claim, ...]) -> list[int]:
    if len(claims) == 1:
        return [0]
    return sorted(range(len(claims)), key=lambda position: claims[position].optional)


def _take(claim: Claim, contact: int | None, resource: Resource, stock: Stock) -> Got | Refusal:
    if resource.reason is not None:
        return Refusal(claim.resource, resource.reason)
    shares: tuple[int, ...] = ()
    if resource.per_person is not None:
        free = _free_shares(contact, resource.counter, resource.per_person, stock)
        if len(free) < claim.quantity:
            return Refusal(claim.resource, Reason.PER_PERSON, len(free))
        shares = tuple(free[: claim.quantity])
    left = stock.left[resource.counter]
    if left < claim.quantity:
        reason = Reason.NOT_ENOUGH if left > 0 else Reason.SOLD_OUT
        return Refusal(claim.resource, reason, max(0, left))
    stock.left[resource.counter] = left - claim.quantity
    if contact is not None and shares:
        stock.taken[resource.counter, contact].update(shares)
    return Got(claim, resource, shares)


def _free_shares(contact: int | None, counter: int, cap: int, stock: Stock) -> list[int]:
    """Return the numbers of shares that a contact may still take; nobody in particular has none."""
    if contact is None:
        return []
    taken = stock.taken[counter, contact]
    return [n for n in range(1, cap + 1) if n not in taken]


def _put_back(got: Got, contact: int | None, stock: Stock) -> None:
    stock.left[got.resource.counter] += got.claim.quantity
    if contact is not None:
        stock.taken[got.resource.counter, contact].difference_update(got.shares)
