"""What the jobs of journeys share: leasing rows until none is left, and going on page by page."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Model, QuerySet

from postlude.kernel import claims, store
from postlude.kernel.jobs import Budget
from postlude.kernel.work import OWNER

Page = Callable[[int, datetime], tuple[int, bool]]


def claimed(  # noqa: PLR0913 - a statement has as many parts
    model: type[Model],
    budget: Budget,
    *,
    where: str,
    params: Callable[[], Sequence[Any]] = tuple,
    order: str = "id",
    limit: int = 1,
) -> Iterator[list[int]]:
    """Yield rows leased to this process, until there is none left or the budget is spent.

    `where`, `order`: SQL of our own; `params` is asked anew each time, since the clock goes on.
    """
    while not budget.spent():
        found = claims.claim(
            model, where=where, params=params(), order=order, limit=limit, owner=OWNER
        )
        if not found:
            return
        yield found


def pages(model: type[Model], number: int, budget: Budget, page: Page) -> Iterator[int]:
    """Yield how many each page of a leased row held.

    A page is one commit that moves the row's cursor and says whether there may be more, so a
    worker that dies is taken over where it stood. When the budget is spent the lease is let go.
    """
    going = True
    while going:
        held, going = page(number, budget.now())
        yield held
        if budget.spent():
            break
    if going:
        with store.write():
            rows: QuerySet[Model] = model._default_manager.filter(id=number, owner=OWNER)  # noqa: SLF001
            rows.update(owner="", lease_until=None)


def grouped(rows: QuerySet[Any], *by: str) -> dict[tuple[int, ...], list[int]]:
    """Return the ids of rows by what they have in common, each group in the order of contacts."""
    found: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for number, *same in rows.order_by("contact", "id").values_list("id", *by):
        found[tuple(same)].append(number)
    return found
