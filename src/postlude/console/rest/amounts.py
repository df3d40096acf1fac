"""Amounts over the wire: decimal texts with a currency, never floats."""

import re
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from postlude.console.rest.strict import Strict
from postlude.kernel.errors import MoneyError
from postlude.kernel.money import Money, exponent

POINTS = "points"
BONUS = "bonus:"  # how the ledger names bonus money of a currency; the wire does not
HINTS = {
    "not_a_decimal_text": 'Write an amount as a text with up to 12 digits, such as "20.00".',
    "not_positive": "An amount is above zero.",
    "negative": "An amount is not below zero.",
    "too_exact": "The amount has more decimals than its currency; points are whole.",
    "not_a_zone": "Write a zone by its IANA name, such as Asia/Vladivostok.",
    "not_a_birthday": 'Write a birthday as "1990-05-17", or "05-17" where the year is not known.',
    "missing": "Something needed is missing; openapi.json says what.",
    "extra_forbidden": "There is a name that this call does not know; openapi.json has them all.",
}
_DECIMAL = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,4})?")


def _decimal(value: Any) -> str:
    if not isinstance(value, str) or not _DECIMAL.fullmatch(value):
        raise PydanticCustomError("not_a_decimal_text", "not a decimal text")
    if value.startswith("-"):
        raise PydanticCustomError("negative", "below zero")
    return value


def _positive(value: str) -> str:
    if not Decimal(value):
        raise PydanticCustomError("not_positive", "zero")
    return value


_EXAMPLES = ["20.00"]
DecimalText = Annotated[str, BeforeValidator(_decimal), Field(examples=_EXAMPLES)]
Currency = Annotated[str, Field(strict=True, pattern="^[A-Z]{3}$", examples=["CNY"])]
Unit = Annotated[str, Field(strict=True, pattern="^(points|[A-Z]{3})$", examples=["points", "CNY"])]


class Price(Strict):
    """An amount of money, zero or more."""

    amount: DecimalText
    currency: Currency

    @model_validator(mode="after")
    def _exact(self) -> Self:
        self.money()
        return self

    def money(self) -> Money:
        try:
            return Money.parse(self.amount, self.currency)
        except MoneyError:
            raise PydanticCustomError("too_exact", "too many decimals") from None


class Payment(Price):
    """An amount of money above zero."""

    @model_validator(mode="after")
    def _something(self) -> Self:
        _positive(self.amount)
        return self


class Units(Strict):
    """Points, or bonus money in a currency; above zero."""

    amount: DecimalText
    currency: Unit = POINTS

    @model_validator(mode="after")
    def _exact(self) -> Self:
        _positive(self.amount)
        self.minor()
        return self

    def minor(self) -> int:
        """Return the amount in the units that the ledger counts."""
        return minor(self.amount, self.currency)

    def ledger(self) -> str:
        return ledger(self.currency)


def minor(amount: str, unit: str) -> int:
    """Return an amount in whole points, or in minor units of its currency."""
    places = 0 if unit == POINTS else exponent(unit)
    scaled = Decimal(amount).scaleb(places)
    if scaled != int(scaled):
        raise PydanticCustomError("too_exact", "too many decimals")
    return int(scaled)


def ledger(unit: str) -> str:
    """Return the ledger's name of a currency of points."""
    return unit if unit == POINTS else f"{BONUS}{unit}"


def unit(currency: str) -> str:
    """Return the wire's name of a currency of the ledger."""
    return currency.rpartition(":")[2]


def shown(amount: int, currency: str) -> str:
    """Return an amount of the ledger as a decimal text."""
    places = 0 if currency == POINTS else exponent(currency.rpartition(":")[2])
    return f"{Decimal(amount).scaleb(-places):.{places}f}"
