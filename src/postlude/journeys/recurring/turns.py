"""The counter behind a rotation: taken in the commit that serves, so no turn is lost or doubled."""

from postlude.kernel import ids, store

_TAKE = """
INSERT INTO journeys_turn (id, org_id, version_id, selection, turns) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (org_id, version_id, selection)
DO UPDATE SET turns = journeys_turn.turns + excluded.turns
RETURNING turns
"""


def take(org: int, version: int, selection: str, count: int) -> int:
    """Take `count` turns, in the caller's transaction; return how many were taken before."""
    rows = store.rows_sql(_TAKE, [ids.new_id(), org, version, selection, count])
    return int(rows[0][0]) - count


def taken(org: int, version: int, selection: str) -> int:
    """Return how many turns have been taken."""
    rows = store.rows_sql(
        "SELECT turns FROM journeys_turn WHERE org_id = %s AND version_id = %s AND selection = %s",
        [org, version, selection],
    )
    return int(rows[0][0]) if rows else 0
