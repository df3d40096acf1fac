"""A notice that never reached anybody leaves nothing behind: no mark, no points."""

from collections.abc import Iterable
from datetime import datetime

from postlude.journeys.models import Mark
from postlude.messages.types import MessageFact, Reason
from postlude.messages.types import State as MessageState
from postlude.rewards import api as rewards
from postlude.rewards.types.points import Reverse

KEY = "recurring:"
POINTS = "points"
# Whoever is stopped for one of these stays stopped: to select them again would be of no use.
_FOR_GOOD = frozenset({Reason.SUPPRESSED.value, Reason.ERASED.value})


def take_back(org: int, lost: Iterable[MessageFact], now: datetime) -> None:
    """Reverse the unspent points of these messages, and release their marks.

    The person never learnt of the points; what was spent of them stays spent. A mark stays where
    the block is for good.
    """
    mine = [fact for fact in lost if fact.key.startswith(KEY)]
    if not mine:
        return
    released = [_mark(fact) for fact in mine if not is_for_good(fact)]
    Mark.objects.filter(org=org, id__in=released).delete()
    given = [f"{KEY}{_mark(fact)}" for fact in mine if fact.context.get(POINTS)]
    backs = [Reverse(f"{key}:back", of=key) for key in given]
    rewards.reverse_many(org, backs, now=now, unspent=True)


def _mark(fact: MessageFact) -> int:
    """Return the mark of a message's turn: what follows the first one has its step behind it."""
    return int(fact.key.removeprefix(KEY).partition(":")[0])


def is_for_good(fact: MessageFact) -> bool:
    """Say whether to try again would be of no use."""
    return fact.state == MessageState.BLOCKED and fact.reason in _FOR_GOOD
