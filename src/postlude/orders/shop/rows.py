"""How an order of a shop lies in its table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from postlude.kernel import store
from postlude.kernel.money import Money
from postlude.orders.models import ShopOrder
from postlude.orders.shop.hearing import SAID, Known
from postlude.orders.shop.types import ShopOrderFact, Stage

CHANGING = (
    *("contact", "visitor", "branch_id", "kind", "source", "amount_minor", "currency"),
    *("coupons", "test", "past"),
    *("state", "opened_at", "closed_at", "closed_day", "cancelled_at", "closing_said"),
    *("opened_told", "closed_told", "cancelled_told", "revised_at"),
)
COLUMNS = ("id", "org_id", "uid", "first_seen_at", *CHANGING)


@dataclass(slots=True)
class Line:
    """One order in hand; `before` is what the table holds, None while it holds nothing."""

    id: int
    uid: str
    first_seen_at: datetime
    before: Known | None
    known: Known
    closed_day: date | None = None
    past: bool = False


def lines(rows: Iterable[ShopOrder]) -> dict[str, Line]:
    """Return stored orders by uid, ready to hear more."""
    found = {}
    for row in rows:
        known = _known(row)
        found[row.uid] = Line(
            row.id, row.uid, row.first_seen_at, known, known, row.closed_day, row.past
        )
    return found


def _known(row: ShopOrder) -> Known:
    told = {stage: str(getattr(row, f"{stage}_told")) for stage in Stage}
    return Known(
        contact=row.contact,
        visitor=row.visitor,
        branch=row.branch_id,
        kind=row.kind,
        source=row.source,
        amount=_amount(row.amount_minor, row.currency),
        opened_at=row.opened_at,
        coupons=_coupons(row.coupons),
        closed_at=row.closed_at,
        cancelled_at=row.cancelled_at,
        test=row.test,
        revised_at=row.revised_at,
        closing_said=frozenset(
            name for bit, name in enumerate(SAID) if row.closing_said & 1 << bit
        ),
        told={stage: words for stage, words in told.items() if words},
    )


def stored(org: int, line: Line) -> tuple[Any, ...]:
    """Return an order as a row of COLUMNS."""
    known = line.known
    amount, coupons = known.amount, known.coupons
    return (
        line.id,
        org,
        line.uid,
        line.first_seen_at,
        known.contact,
        known.visitor,
        known.branch,
        known.kind,
        known.source,
        None if amount is None else amount.minor,
        None if amount is None else amount.currency,
        None if coupons is None else " ".join(coupons),
        known.test,
        line.past,
        known.state.value,
        known.opened_at,
        known.closed_at,
        line.closed_day,
        known.cancelled_at,
        sum(1 << bit for bit, name in enumerate(SAID) if name in known.closing_said),
        *(known.told.get(stage, "") for stage in Stage),
        known.revised_at,
    )


def fact(line: Line) -> ShopOrderFact:
    """Return an order in hand as other rooms see it."""
    known = line.known
    return ShopOrderFact(
        id=line.id,
        uid=line.uid,
        state=known.state,
        contact=known.contact,
        branch=known.branch,
        kind=known.kind,
        source=known.source,
        amount=known.amount,
        coupons=known.coupons or (),
        opened_at=known.opened_at,
        closed_at=known.closed_at,
        cancelled_at=known.cancelled_at,
        test=known.test,
        past=line.past,
    )


FACTS = (
    "id, uid, state, contact, branch_id, kind, source, amount_minor, currency, coupons, "
    "opened_at, closed_at, cancelled_at, test, past"
)


def facts(sql: str, params: Mapping[str, Any]) -> list[ShopOrderFact]:
    """Run a query that selects FACTS; orders that are only read need not be taken apart."""
    return [_fact(*row) for row in store.rows_sql(sql, params)]


def _fact(  # noqa: PLR0913, PLR0917 - a row has as many columns as it has
    number: int,
    uid: str,
    state: str,
    contact: int | None,
    branch: int | None,
    kind: str,
    source: str,
    minor: int | None,
    currency: str | None,
    coupons: str | None,
    opened_at: Any,
    closed_at: Any,
    cancelled_at: Any,
    test: Any,
    past: Any,
) -> ShopOrderFact:
    return ShopOrderFact(
        number,
        uid,
        Stage(state),
        contact,
        branch,
        kind,
        source,
        _amount(minor, currency),
        _coupons(coupons) or (),
        store.instant(opened_at),
        store.instant(closed_at),
        store.instant(cancelled_at),
        bool(test),
        bool(past),
    )


def _amount(minor: int | None, currency: str | None) -> Money | None:
    return None if minor is None or currency is None else Money(minor, currency)


def _coupons(words: str | None) -> tuple[str, ...] | None:
    return None if words is None else tuple(words.split())
