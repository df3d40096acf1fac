"""Looking, which holds nothing: what became of keys, and what could be had now."""

from collections.abc import Collection, Sequence
from datetime import datetime

from postlude.rewards.quotas import resources, shares
from postlude.rewards.reserving import fence, outcomes, stale
from postlude.rewards.reserving.deciding import Stock, decide
from postlude.rewards.types.reservations import Claim, Peek, Reservation


def reservations(org: int, keys: Collection[str]) -> dict[str, Reservation]:
    """Return what has become of keys; those that nobody has used are left out."""
    return outcomes.stored(list(fence.rows(org, keys).values()), replayed=False)


def peek(org: int, claims: Sequence[Claim], contact: int | None, now: datetime) -> Peek:
    """Say whether `claims` could be had at this moment; another may be quicker."""
    scene = resources.read(org, {claim.resource for claim in claims}, now, make=False)
    left = dict(scene.left)
    for counter, amount in stale.quantities(left, now).items():
        left[counter] += amount
    capped = {each.counter for each in scene.resources.values() if each.per_person is not None}
    taken = shares.Taken(set)
    if capped and contact is not None:
        late = stale.of_contact(org, contact, now)
        taken = shares.taken(capped, [contact], but=late)
    decision = decide(tuple(claims), contact, scene.resources, Stock(left, taken))
    refusals = tuple(refusal for _, refusal in sorted(decision.refused.items()))
    return Peek(decision.holds, refusals)
