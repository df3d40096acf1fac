"""The history of grants, appended in the transaction that makes it."""

from collections.abc import Collection, Sequence
from datetime import datetime

from postlude.access.models import GrantEvent
from postlude.kernel import ids, redact, store, work

SETTLED = "grant.settled"
CHANGED = "access.changed"
_COLUMNS = ("id", "org", "grant", "contact", "kind", "at", "words", "actor")


def note(  # noqa: PLR0913 - an event is what it is
    org: int,
    grants: Sequence[tuple[int, int]],
    kind: str,
    *,
    now: datetime,
    words: str = "",
    actor: str = "",
) -> None:
    """Append one event for each (grant, contact)."""
    cut = redact.cut(words)
    rows = [
        (new, org, grant, contact, kind, now, cut, actor)
        for new, (grant, contact) in zip(ids.new_ids(len(grants)), grants, strict=True)
    ]
    store.insert_many(GrantEvent, _COLUMNS, rows)


def settled(org: int, grants: Collection[int]) -> None:
    """Tell whoever waits for these grants."""
    work.publish(SETTLED, org, grants)
