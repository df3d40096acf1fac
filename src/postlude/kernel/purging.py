"""Forgetting many rows, some at a time: on SQLite others wait for the pen meanwhile."""

from collections.abc import Callable
from typing import TypeVar

from django.db.models import Model, QuerySet

from postlude.kernel import store

M = TypeVar("M", bound=Model)
_AT_ONCE = 500


def in_pieces(
    rows: QuerySet[M], until: Callable[[], bool], act: Callable[[QuerySet[M]], int]
) -> int:
    """Act on `rows`, a piece in a transaction, until none is left that they are or `until()`.

    `act` returns how many it dealt with and leaves none of them in `rows`.
    """
    total = 0
    while not until():
        piece = list(rows.values_list("pk", flat=True)[:_AT_ONCE])
        if piece:
            with store.write():
                total += act(rows.model._default_manager.filter(pk__in=piece))  # noqa: SLF001
        if len(piece) < _AT_ONCE:
            break
    return total


def delete(rows: QuerySet[M]) -> int:
    return rows.delete()[0]
