"""How much is left to do, over all rooms."""

from postlude.access import api as access
from postlude.chatops import api as chatops
from postlude.journeys import api as journeys
from postlude.kernel import inbox, work
from postlude.messages import api as messages


def waiting() -> int:
    """Return how much is left to do, also what a process that died still holds."""
    rows = sum(count for count, _ in work.backlog().values())
    decided = journeys.waiting() + access.waiting() + messages.waiting() + chatops.waiting()
    return rows + inbox.backlog() + decided
