"""Money is read exactly or not at all."""

import pytest

from postlude.kernel.errors import MoneyError
from postlude.kernel.money import Money


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("2790.0", "TWD", 279000),
        ("-1290", "TWD", -129000),
        ("1,895", "twd", 189500),
        ("500", "JPY", 500),
        ("1.234", "KWD", 1234),
        (0, "TWD", 0),
    ],
)
def test_amounts(text: str, currency: str, minor: int) -> None:
    assert Money(minor, currency.upper()) == Money.parse(text, currency)


@pytest.mark.parametrize("text", ["", "abc", "1.005", "NaN", "1e999999", "Infinity"])
def test_inexact_amounts_are_refused(text: str) -> None:
    with pytest.raises(MoneyError):
        Money.parse(text, "TWD")


def test_currencies_do_not_mix() -> None:
    with pytest.raises(MoneyError):
        Money(1, "TWD") + Money(1, "EUR")
    assert "2790.00 TWD" == str(Money(279000, "TWD"))
    assert "500 JPY" == str(Money(500, "JPY"))
