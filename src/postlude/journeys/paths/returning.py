"""What a path sent and nobody got leaves nothing behind: no points, and a walk in vain no mark."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db.models import F

from postlude.journeys.models import SendAttempt, Walk
from postlude.journeys.paths.types import State
from postlude.journeys.paths.walkers import in_vain, release
from postlude.journeys.recurring.returning import POINTS, is_for_good
from postlude.kernel import store
from postlude.messages.types import MessageFact
from postlude.rewards import api as rewards
from postlude.rewards.types.points import Reverse

KEY = "path:"
_CHUNK = 500
_OPEN = ("waiting", "sent")


def key_of(walk: int, node: str) -> str:
    """Return the key of what one step does for one walk: a message, points."""
    return f"{KEY}{walk}:{node}"


def take_back(org: int, lost: Iterable[MessageFact], now: datetime) -> None:
    """Reverse the unspent points of these messages, and release the marks of walks in vain.

    In the transaction of the caller, before the attempts are written: only what they do not know
    yet counts, so that news that comes again does nothing. The person never learnt of the points;
    what was spent of them stays spent. A mark stays where the block is for good.
    """
    mine = _fresh(org, [fact for fact in lost if fact.key.startswith(KEY)])
    if not mine:
        return
    given = [_turn(fact) for fact in mine if fact.context.get(POINTS)]
    backs = [Reverse(f"{key}:back", of=key) for key in given]
    rewards.reverse_many(org, backs, now=now, unspent=True)
    gone = Counter(int(fact.key.split(":")[1]) for fact in mine if not is_for_good(fact))
    _forget(org, gone)


def _turn(fact: MessageFact) -> str:
    """Return the key of the first message of a turn: what follows it has its step behind that."""
    return ":".join(fact.key.split(":")[:3])


def _fresh(org: int, lost: list[MessageFact]) -> list[MessageFact]:
    known: set[int] = set()
    for chunk in store.chunks(lost, _CHUNK):
        rows = SendAttempt.objects.select_for_update().filter(
            org=org, message__in=[fact.id for fact in chunk], outcome__in=_OPEN
        )
        known.update(each.message or 0 for each in rows.order_by("id"))
    return [fact for fact in lost if fact.id in known]


def _forget(org: int, gone: Counter[int]) -> None:
    for chunk in store.chunks(sorted(gone), _CHUNK):
        rows = Walk.objects.select_for_update().filter(org=org, id__in=chunk)
        walks = list(rows.order_by("contact", "id").values_list("id", "mark", "state", "done"))
        for number, _, _, _ in walks:
            Walk.objects.filter(id=number).update(done=F("done") - gone[number])
        vain = [
            mark
            for number, mark, state, done in walks
            if in_vain(State(state), done - gone[number])
        ]
        release(org, vain)
