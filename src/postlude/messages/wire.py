"""The last step before the wire: commit `sending`, tick the stamp, and only then let go."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta

from postlude.kernel import boundaries, store
from postlude.messages import epoch, stamp
from postlude.messages.leasing import LEASE_SECONDS, give_back
from postlude.messages.models import Message, Outbox
from postlude.messages.types import Rendered
from postlude.people import api as people

# What was leased just now keeps its lease: without a new one the row stays out of every index.
# A window ends within 25 s of the 30: it begins for 8, its last mail connects for 5, waits for 12.
_FRESH = 0.9


class _Held(Exception):
    """Rolls the marking back: the database turned out to be behind its stamp."""


def mark_sending(rendered: Sequence[Rendered], *, owner: str) -> list[Rendered]:
    """Mark what is still leased to `owner`; only what is returned may go to the wire.

    A row that was cancelled, or whose lease ended, is left out. The order is the promise: the
    commit comes before the stamp and the stamp before the wire, so after a crash the database
    says `sending` (never less than what happened), and a restored backup is behind the stamp.
    A text that was made for an address which has changed meanwhile goes back to be made again.
    """
    if not rendered:
        return []
    stamped = stamp.ticks()
    old: list[int] = []
    try:
        with store.write():
            old = _of_old_addresses(rendered)
            marked = _mark([it for it in rendered if it.message not in old], owner)
            ticked = _tick(stamped) if marked else None
    except _Held:
        epoch.hold()
        give_back([it.message for it in rendered], owner=owner)
        return []
    boundaries.crossing("messages.sending_committed")
    if old:
        give_back(old, owner=owner)
    if ticked is None:
        return []
    stamp.write(*ticked)
    boundaries.crossing("messages.stamp_written")
    return [it for it in rendered if it.message in marked]


def _of_old_addresses(rendered: Sequence[Rendered]) -> list[int]:
    wanted: dict[int, set[int]] = defaultdict(set)
    for it in rendered:
        if it.address is not None:
            wanted[it.org].add(it.address)
    current = {each for org, ids in wanted.items() for each in people.still_current(org, ids)}
    return [it.message for it in rendered if it.address is not None and it.address not in current]


def _tick(stamped: Mapping[str, int]) -> tuple[str, int]:
    ticked = epoch.tick(stamped)
    if ticked is None:
        raise _Held
    return ticked


def renew(messages: Sequence[int], *, owner: str) -> int:
    """Keep rows that are still on the wire from being taken for lost."""
    until = store.db_now() + timedelta(seconds=LEASE_SECONDS)
    with store.write():
        return Outbox.objects.filter(id__in=messages, phase="sending", owner=owner).update(
            lease_until=until
        )


def _mark(rendered: Sequence[Rendered], owner: str) -> set[int]:
    now = store.db_now()
    # Locked in the order of ids, as everywhere. No model objects: every mail passes here.
    rows = store.rows_sql(
        f"""
        WITH mine AS MATERIALIZED (
            SELECT id AS mine_id FROM messages_outbox
            WHERE id {store.among()} AND phase = 'leased' AND owner = %s AND lease_until > %s
            ORDER BY id {store.locked()}
        )
        UPDATE messages_outbox SET phase = 'sending',
            lease_until = CASE WHEN lease_until < %s THEN %s ELSE lease_until END
        FROM mine WHERE id = mine_id RETURNING id
        """,  # noqa: S608 - our own SQL; values are parameters
        [
            store.many(it.message for it in rendered),
            owner,
            now,
            now + timedelta(seconds=LEASE_SECONDS * _FRESH),
            now + timedelta(seconds=LEASE_SECONDS),
        ],
    )
    mine = {int(row[0]) for row in rows}
    _note([it for it in rendered if it.message in mine])
    return mine


def _note(marked: Sequence[Rendered]) -> None:
    """Keep which address each message goes to (its id, never its value) and what it will cost."""
    if not marked:
        return
    rows = [(it.message, it.address, it.segments, it.cost) for it in marked]
    given, values = store.given(Message, ("id", "address", "segments", "cost"), rows)
    store.execute(
        "UPDATE messages_message "  # noqa: S608 - our own SQL; values are parameters
        "SET address = given.address, segments = given.segments, cost = given.cost "
        f"FROM {given} WHERE messages_message.id = given.id",
        values,
    )
