"""Lost answers: ask the vendor what became of the mails that may have been taken.

Found is accepted. Absent says nothing, because a vendor's events lag: after 10 minutes the
message simply stays `unknown`, shown and counted. It is never sent again by itself.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta

from postlude.channels import registry
from postlude.channels.types import Channel
from postlude.kernel import boundaries, clock
from postlude.kernel.errors import AppError
from postlude.kernel.jobs import Budget
from postlude.messages import api as messages
from postlude.messages.types import MessageFact, SenderConfig
from postlude.orgs import api as orgs

_log = logging.getLogger(__name__)

FIRST_LOOK = timedelta(seconds=5)
LOOK_FOR = timedelta(minutes=10)
LATE_LOOKS_UNTIL = timedelta(days=3)  # as long as a vendor keeps its events
_AT_ONCE = 100
_MOST = 1_000


def reconcile_unknown(budget: Budget) -> int:
    """Look the young unknowns up, those of the last 10 minutes; return how many were found."""
    return _reconcile(budget, youngest=FIRST_LOOK, oldest=LOOK_FOR)


def reconcile_late(budget: Budget) -> int:
    """Look older unknowns up, once in a while: we may have been down when they were young."""
    return _reconcile(budget, youngest=LOOK_FOR, oldest=LATE_LOOKS_UNTIL)


def _reconcile(budget: Budget, *, youngest: timedelta, oldest: timedelta) -> int:
    found = 0
    for sender in _senders():
        channel = registry.get(sender.channel)
        if not channel.can_look_up:
            continue
        now = budget.now()
        facts = messages.unknown_messages(sender.id, older_than=now - youngest, limit=_MOST)
        young = [fact for fact in facts if (fact.settled_at or now) >= now - oldest]
        for start in range(0, len(young), _AT_ONCE):
            if budget.spent():
                return found
            found += _look_up(channel, sender, young[start : start + _AT_ONCE])
    return found


def _senders() -> list[SenderConfig]:
    known = set(registry.names())
    return [
        messages.sender_by_id(status.id)
        for org in orgs.all_orgs()
        for status in messages.senders(org.id)
        if status.channel in known
    ]


def _look_up(channel: Channel, sender: SenderConfig, facts: Sequence[MessageFact]) -> int:
    try:
        outcomes = channel.lookup(sender, [fact.id for fact in facts])
    except AppError as error:
        _log.warning("look-up impossible", extra={"sender_id": sender.id, "code": error.code})
        return 0
    found = 0
    for outcome in outcomes:
        found += messages.resolve_unknown(sender.org, outcome.message, outcome, now=clock.now())
        boundaries.crossing("channels.unknown_resolved")
    return found
