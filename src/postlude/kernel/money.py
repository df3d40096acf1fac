"""Money: integer minor units and a currency, never a float."""

import re
from dataclasses import dataclass
from decimal import Decimal, DecimalException

from postlude.kernel.errors import MoneyError

# ISO 4217 exponents that are not 2.
_EXPONENTS = dict.fromkeys(
    "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(), 0
) | dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3)


_CODE = re.compile(r"[A-Z]{3}")


def exponent(currency: str) -> int:
    """Return how many decimals the currency has (ISO 4217)."""
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in minor units of one currency; Money(279000, "TWD") is 2790.00 TWD."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, text: str | int, currency: str) -> "Money":
        """Read an amount in major units; raise MoneyError when it cannot be exact."""
        code = currency.strip().upper()
        try:
            scaled = Decimal(str(text).strip().replace(",", "")).scaleb(exponent(code))
            whole = int(scaled) if scaled.is_finite() and abs(scaled) < 2**63 else None
        except (DecimalException, ValueError, OverflowError):
            raise MoneyError(amount=str(text)[:20], currency=code) from None
        if whole is None or whole != scaled or not _CODE.fullmatch(code):
            raise MoneyError(amount=str(text)[:20], currency=code)
        return cls(whole, code)

    def _same(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise MoneyError(
                "{amount} cannot be added to {currency}.", amount=other, currency=self.currency
            )
        return other

    def __add__(self, other: "Money") -> "Money":
        return Money(self.minor + self._same(other).minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.minor - self._same(other).minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __str__(self) -> str:
        places = exponent(self.currency)
        return f"{Decimal(self.minor).scaleb(-places):.{places}f} {self.currency}"
