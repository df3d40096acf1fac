"""Deliveries that come at the same moment share one commit.

Each webhook is answered only when it is durable; a flood of them must not be a flood of commits
that stand before the invitations.
"""

from collections.abc import Callable, Sequence
from typing import Any

from postlude.kernel.gathering import Gathering

_MOST_IN_GROUP = 200
Row = tuple[Any, ...]
# Writes rows inside a transaction of the caller and returns which of them are new, by position.
Write = Callable[[Sequence[Row]], Sequence[bool]]


class Arrivals:
    """One queue of rows of one table; `write` stores a group of them."""

    def __init__(self, write: Write) -> None:
        # Nobody is waited for: a sale that comes alone is on its way at once.
        self._gathering: Gathering[Row, bool] = Gathering(write, most=_MOST_IN_GROUP, patience=0)

    def keep(self, row: Row) -> bool:
        """Return whether the row is new; it is durable when this returns.

        Inside a transaction it is durable with that transaction. An error of the database is
        raised to whoever it concerns: after a failed group each tries alone.
        """
        return self._gathering.ask(row)
