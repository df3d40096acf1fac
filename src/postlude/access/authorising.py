"""Letting people in: pending grants are claimed by state, asked for in batches, and settled.

The network lies between two transactions. A worker that dies there leaves rows whose lease ends
and which are asked for again, which every authoriser can bear.
"""

from collections.abc import Callable

from postlude.access import claiming, dismissing, fallback, settling
from postlude.access.authorisers import registry
from postlude.access.authorisers.types import Answer, Authoriser
from postlude.access.models import Resource
from postlude.kernel import boundaries
from postlude.kernel.jobs import Budget


def authorise(budget: Budget) -> int:
    """Let in whoever waits, those first for whom no network is needed, and put out whoever must
    go; return how many rows moved.

    Each resource has its turn, so that one that fails holds up no other.
    """
    moved = fallback.divert(budget.now())
    moved += _rounds(budget, lambda authoriser: not authoriser.uses_network)
    moved += dismissing.dismiss(budget)
    return moved + _rounds(budget, lambda authoriser: authoriser.uses_network)


def _rounds(budget: Budget, mine: Callable[[Authoriser], bool]) -> int:
    total = 0
    while not budget.spent():
        moved = 0
        for resource in claiming.due(budget.now()):
            authoriser = registry.of(resource.kind, resource=resource.key)
            if mine(authoriser) and not budget.spent():
                moved += _one_batch(resource, authoriser, budget)
        total += moved
        if not moved:
            break
    return total


def _one_batch(resource: Resource, authoriser: Authoriser, budget: Budget) -> int:
    batch = claiming.claim(resource, authoriser, budget.now())
    if batch is None:
        return 0
    boundaries.crossing("access.claimed")
    answer = authoriser.admit(resource.settings, batch.guests) if batch.guests else Answer({})
    settling.settle(batch, answer, budget.now())
    return len(batch.contacts)
