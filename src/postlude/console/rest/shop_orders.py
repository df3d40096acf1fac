"""Orders of a shop: opened, closed, cancelled, one by one or many at once.

A statement names itself by the order and the stage, so no other key is needed: repeated word for
word it does nothing more, and otherwise it is refused.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Header, Router

from postlude.console.rest import keys, naming
from postlude.console.rest.errors import ToldOtherwise, UnknownBranch, UnknownOrder
from postlude.console.rest.once import HEADER, once
from postlude.console.rest.shop_shapes import (
    BatchIn,
    BatchOut,
    CancelledIn,
    ClosedIn,
    OpenedIn,
    ShopOrderOut,
    Statement,
    ToldOut,
    shop_order,
)
from postlude.kernel import clock, store
from postlude.kernel.errors import AppError
from postlude.orders import api as orders
from postlude.orgs import api as orgs
from postlude.orgs.api import Permission


@dataclass(frozen=True, slots=True)
class Place:
    """Whose orders they are: the branches by slug, and the one currency of all amounts."""

    branches: dict[str, int]
    currency: str


router = Router(tags=["orders"])
_TELL = keys.Key(Permission.TELL_ORDERS)
MaybeKey = Annotated[
    str, Header(alias=HEADER, description="Not needed here; if it is sent it holds as elsewhere.")
]


@router.post("/opened", auth=_TELL, response=ToldOut, summary="An order was opened")
def opened(request: HttpRequest, said: OpenedIn, idempotency_key: MaybeKey = "") -> dict[str, Any]:
    return _tell_one(request, said, "orders/opened", idempotency_key)


@router.post("/closed", auth=_TELL, response=ToldOut, summary="An order was closed")
def closed(request: HttpRequest, said: ClosedIn, idempotency_key: MaybeKey = "") -> dict[str, Any]:
    """The moment is the date of the customer's last order. What it says overrules the opening."""
    return _tell_one(request, said, "orders/closed", idempotency_key)


@router.post("/cancelled", auth=_TELL, response=ToldOut, summary="An order was cancelled")
def cancelled(
    request: HttpRequest, said: CancelledIn, idempotency_key: MaybeKey = ""
) -> dict[str, Any]:
    """Also after it was closed: then the customer's last order is the one before."""
    return _tell_one(request, said, "orders/cancelled", idempotency_key)


@router.post("/batch", auth=_TELL, response=BatchOut, summary="Up to 500 statements at once")
def batch(request: HttpRequest, said: BatchIn, idempotency_key: MaybeKey = "") -> dict[str, Any]:
    """In one commit. What is refused is told of each, and the others are kept."""
    org, now = keys.org_of(request), clock.now()
    found = _contacts(org, said.orders)
    read = _read_all(org, said.orders, found, now)
    # What is refused may be told again under the same key, once it is put right.
    whole = not any(isinstance(each, AppError) for each in read)
    key = idempotency_key if whole else ""
    with _named(org, key, "orders/batch", said.orders, found, now):
        told = _tell(org, read, now)
    return {
        "items": [
            _item(statement.order, statement.stage, each)
            for statement, each in zip(said.orders, told, strict=True)
        ]
    }


@router.get("/{order}", auth=_TELL, response=ShopOrderOut, summary="An order as it stands")
def show(request: HttpRequest, order: str) -> dict[str, Any]:
    org = keys.org_of(request)
    found = orders.shop_orders_named(org, [order[:64]]).get(order)
    if found is None:
        raise UnknownOrder
    return shop_order(found, _slugs(org))


def _tell_one(request: HttpRequest, said: Statement, route: str, key: str) -> dict[str, Any]:
    """What is refused leaves its key free."""
    org, now = keys.org_of(request), clock.now()
    found = _contacts(org, [said])
    with _named(org, key, route, [said], found, now):
        (told,) = _tell(org, _read_all(org, [said], found, now), now)
        if isinstance(told, AppError):
            raise told
    return {"outcome": told.change.value, "order": shop_order(told.order, _slugs(org))}


def _contacts(org: int, said: Sequence[Statement]) -> list[int | AppError | None]:
    return naming.contacts(org, [getattr(each, "contact", None) for each in said])


def _read_all(
    org: int,
    said: Sequence[Statement],
    contacts: Sequence[int | AppError | None],
    now: datetime,
) -> list[orders.ShopOrderSeen | AppError]:
    branches = {slug: branch for branch, slug in _slugs(org).items()}
    place = Place(branches, orgs.get(org).currency)
    return [_read(each, who, place, now) for each, who in zip(said, contacts, strict=True)]


def _tell(
    org: int, read: Sequence[orders.ShopOrderSeen | AppError], now: datetime
) -> list[orders.ShopOrderOutcome | AppError]:
    """Tell what can be told; return in the place of the rest why not."""
    seen = [each for each in read if isinstance(each, orders.ShopOrderSeen)]
    outcomes = iter(orders.take_shop_orders(org, seen, now=now))
    return [each if isinstance(each, AppError) else _heard(next(outcomes)) for each in read]


def _read(
    said: Statement, contact: int | AppError | None, place: Place, now: datetime
) -> orders.ShopOrderSeen | AppError:
    if isinstance(contact, AppError):
        return contact
    slug = getattr(said, "branch", "")
    if slug and slug not in place.branches:
        return UnknownBranch()
    seen = said.seen(contact, place.branches.get(slug))
    try:
        orders.check_shop_order(seen, currency=place.currency, now=now)
    except AppError as wrong:
        return wrong
    return seen


def _heard(outcome: orders.ShopOrderOutcome) -> orders.ShopOrderOutcome | AppError:
    return ToldOtherwise() if outcome.change is orders.ShopOrderChange.REFUSED else outcome


@contextmanager
def _named(  # noqa: PLR0913, PLR0917 - a request, and who is named in it
    org: int,
    key: str,
    route: str,
    said: Sequence[Statement],
    contacts: Sequence[int | AppError | None],
    now: datetime,
) -> Iterator[None]:
    """Note the request where it has a key of its own; contacts by id, never by an address."""
    if not key:
        with store.write():
            yield
        return
    bodies = [
        each.model_dump(mode="json") | {"contact": who if isinstance(who, int) else None}
        for each, who in zip(said, contacts, strict=True)
    ]
    with once(org, key, route, {"orders": bodies}, now=now):
        yield


def _item(order: str, stage: str, told: orders.ShopOrderOutcome | AppError) -> dict[str, Any]:
    if isinstance(told, AppError):
        outcome, state, error = orders.ShopOrderChange.REFUSED.value, None, told.as_json()["error"]
    else:
        outcome, state, error = told.change.value, told.order.state.value, None
    return {"order": order, "stage": stage, "outcome": outcome, "state": state, "error": error}


def _slugs(org: int) -> dict[int, str]:
    return {each.id: each.slug for each in orgs.branches(org)}
