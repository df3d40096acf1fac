"""What is said and told about points and bonus money."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any, Self

from ninja import Schema
from pydantic import AwareDatetime, Field, model_validator
from pydantic_core import PydanticCustomError

from postlude.console.rest import own_keys
from postlude.console.rest.amounts import DecimalText, Units, shown, unit
from postlude.console.rest.naming import ContactName
from postlude.console.rest.once import Once
from postlude.console.rest.strict import OptionalWord, Reason, Strict
from postlude.rewards.types.points import Entry, Take

_TEN_YEARS = 3_660
Days = Annotated[int, Field(strict=True, ge=1, le=_TEN_YEARS)]


class GrantIn(Strict):
    """For ever; or for some days from now; or until a moment (with its offset)."""

    contact: ContactName
    amount: Units
    reason: Reason
    days: Days | None = None
    expires_at: AwareDatetime | None = None
    campaign: OptionalWord = ""

    @model_validator(mode="after")
    def _one_end(self) -> Self:
        if self.days is not None and self.expires_at is not None:
            raise PydanticCustomError("two_ends", "days and expires_at")
        return self

    def until(self, at: datetime) -> datetime | None:
        return self.expires_at if self.days is None else at + timedelta(days=self.days)


class SpendIn(Strict):
    """With `partial` as much as there is is taken."""

    contact: ContactName
    amount: Units
    reason: Reason
    partial: Annotated[bool, Field(strict=True)] = False

    def take(self, contact: int, doing: Once) -> Take:
        return Take(
            own_keys.points(doing.key),
            contact,
            self.amount.minor(),
            self.reason,
            self.amount.ledger(),
            partial=self.partial,
        )


class HoldIn(SpendIn):
    minutes: Annotated[int, Field(strict=True, ge=1, le=24 * 60)] = 15

    def take(self, contact: int, doing: Once) -> Take:
        until = doing.at + timedelta(minutes=self.minutes)
        return replace(super().take(contact, doing), expires_at=until)


class CaptureIn(Strict):
    """Without an amount all of it; the rest of a hold goes back."""

    amount: DecimalText | None = None


class ReverseIn(Strict):
    """`of` is the Idempotency-Key of a grant, a spend, or a hold that was captured."""

    of: Annotated[str, Field(strict=True, pattern=r"^[A-Za-z0-9._:-]{1,100}$")]
    amount: DecimalText | None = None
    reason: OptionalWord = ""


class EntryOut(Schema):
    """A line of the ledger; the three changes are signed, `key` is yours or empty."""

    id: str
    key: str
    what: str
    amount: str
    currency: str
    available: str
    held: str
    debt: str
    reason: str
    at: datetime
    until: datetime | None


class PostedOut(Schema):
    """What was done; `replayed`: it was done before, under the same key."""

    entry: EntryOut
    replayed: bool


class BalanceOut(Schema):
    """What may be spent now, what is held, what comes later, what is owed."""

    currency: str
    available: str
    held: str
    coming: str
    debt: str


class EndingOut(Schema):
    """Spendable points that end at a moment."""

    amount: str
    currency: str
    expires_at: datetime


class HistoryOut(Schema):
    items: list[EntryOut]
    next_before: str | None


def entry(each: Entry, token: str) -> dict[str, Any]:
    """Return a line of the ledger for the outside; `token` stands for its id."""
    return {
        "id": token,
        "key": own_keys.outside(each.key),
        "what": each.kind.value,
        "amount": shown(each.amount, each.currency),
        "currency": unit(each.currency),
        "available": shown(each.available, each.currency),
        "held": shown(each.held, each.currency),
        "debt": shown(each.debt, each.currency),
        "reason": each.reason,
        "at": each.at,
        "until": each.until,
    }
