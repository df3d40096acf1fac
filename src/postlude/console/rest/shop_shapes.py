"""What is said and told about orders of a shop."""

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import AwareDatetime, Field

from postlude.console.rest import naming
from postlude.console.rest.amounts import Price
from postlude.console.rest.naming import ContactName
from postlude.console.rest.shapes import ErrorBody
from postlude.console.rest.strict import OptionalWord, Strict
from postlude.kernel.money import Money
from postlude.orders import api as orders

MOST = 500
Uid = Annotated[
    str,
    Field(
        strict=True,
        pattern=r"^[A-Za-z0-9._:-]{1,64}$",
        description="Your own name of the order; the same in each statement about it.",
        examples=["A-4711"],
    ),
]
Code = Annotated[str, Field(strict=True, pattern=r"^[^\s\x00-\x1f]{1,40}$", examples=["PRO10"])]


class CancelledIn(Strict):
    order: Uid
    cancelled_at: AwareDatetime
    test: Annotated[bool, Field(strict=True)] = False

    def seen(self, contact: int | None, branch: int | None) -> orders.ShopOrderSeen:  # noqa: ARG002
        return orders.ShopOrderSeen(
            self.order, orders.Stage.CANCELLED, self.cancelled_at, test=self.test
        )


class _DescribedIn(Strict):
    """`kind` and `source` are your organisation's words; what a closing says overrules."""

    order: Uid
    contact: ContactName | None = None
    branch: OptionalWord = ""
    kind: OptionalWord = ""
    source: OptionalWord = ""
    amount: Price | None = None
    coupons: Annotated[list[Code], Field(max_length=9)] | None = None
    test: Annotated[bool, Field(strict=True)] = False

    def described(self, contact: int | None, branch: int | None) -> dict[str, Any]:
        return {
            "contact": contact,
            "branch": branch,
            "kind": self.kind,
            "source": self.source,
            "amount": None if self.amount is None else self.amount.money(),
            "coupons": None if self.coupons is None else tuple(self.coupons),
            "test": self.test,
        }


class OpenedIn(_DescribedIn):
    opened_at: AwareDatetime

    def seen(self, contact: int | None, branch: int | None) -> orders.ShopOrderSeen:
        said = self.described(contact, branch)
        return orders.ShopOrderSeen(self.order, orders.Stage.OPENED, self.opened_at, **said)


class ClosedIn(_DescribedIn):
    """`opened_at` where nobody tells of the opening."""

    closed_at: AwareDatetime
    opened_at: AwareDatetime | None = None

    def seen(self, contact: int | None, branch: int | None) -> orders.ShopOrderSeen:
        said = self.described(contact, branch)
        more = {**said, "opened_at": self.opened_at}
        return orders.ShopOrderSeen(self.order, orders.Stage.CLOSED, self.closed_at, **more)


class OpenedItem(OpenedIn):
    stage: Literal["opened"]


class ClosedItem(ClosedIn):
    stage: Literal["closed"]


class CancelledItem(CancelledIn):
    stage: Literal["cancelled"]


Item = Annotated[OpenedItem | ClosedItem | CancelledItem, Field(discriminator="stage")]
Statement = OpenedIn | ClosedIn | CancelledIn


class BatchIn(Strict):
    orders: Annotated[list[Item], Field(min_length=1, max_length=MOST)]


class AmountOut(Schema):
    amount: str
    currency: str


class ShopOrderOut(Schema):
    """An order as it stands; `contact` is an id that the other calls take."""

    order: str
    state: str
    contact: str | None
    branch: str
    kind: str
    source: str
    amount: AmountOut | None
    coupons: list[str]
    opened_at: datetime | None
    closed_at: datetime | None
    cancelled_at: datetime | None
    test: bool


class ToldOut(Schema):
    """`outcome`: new, changed, or same (it was told before)."""

    outcome: str
    order: ShopOrderOut


class ItemOut(Schema):
    """`outcome`: new, changed, same, or refused, and then why."""

    order: str
    stage: str
    outcome: str
    state: str | None
    error: ErrorBody | None


class BatchOut(Schema):
    items: list[ItemOut]


def shop_order(fact: orders.ShopOrderFact, branches: dict[int, str]) -> dict[str, Any]:
    """Return an order for the outside; `branches` are their slugs."""
    return {
        "order": fact.uid,
        "state": fact.state.value,
        "contact": naming.contact_token(fact.contact),
        "branch": branches.get(fact.branch or 0, ""),
        "kind": fact.kind,
        "source": fact.source,
        "amount": None if fact.amount is None else _amount(fact.amount),
        "coupons": list(fact.coupons),
        "opened_at": fact.opened_at,
        "closed_at": fact.closed_at,
        "cancelled_at": fact.cancelled_at,
        "test": fact.test,
    }


def _amount(money: Money) -> dict[str, str]:
    amount, currency = str(money).split(" ")
    return {"amount": amount, "currency": currency}
