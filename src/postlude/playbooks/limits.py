"""Caps and prices as people write them: "3 in 7 days", "1 sms in 1 day", "10 + 2.8 %". Pure."""

import re
from datetime import timedelta
from decimal import Decimal, InvalidOperation

from postlude.kernel.errors import MoneyError
from postlude.kernel.money import Money
from postlude.orgs.types import Cap, Fee
from postlude.playbooks import durations

_CAP = re.compile(r"(\d{1,4})\s*(?:([a-z][a-z_]{1,31})\s+)?in\s+(.+)")
_FEE = re.compile(r"(?:(\d[\d.,]*)\s*)?(?:(?:^|\+)\s*(\d[\d.]*)\s*%)?")
_DAY = timedelta(days=1)
_MILLE = 1_000
CAP_EXAMPLE, FEE_EXAMPLE = "3 in 7 days", "10 + 2.8 %"


def cap(text: str) -> Cap:
    """Read "3 in 7 days" (of all channels together) or "1 sms in 1 day"; raise ValueError."""
    found = _CAP.fullmatch(text.strip().lower())
    if found is None:
        raise ValueError(f"“{text}” is no cap; write it like “{CAP_EXAMPLE}” or “1 sms in 1 day”")
    length = durations.parse(found[3])
    if length % _DAY:
        raise ValueError(f"“{found[3]}” is not whole days, by which caps count")
    return Cap(found[2], int(found[1]), length // _DAY)


def fee(text: str, currency: str) -> Fee:
    """Read "1.35", "2.8 %" or both with a plus, in major units; raise ValueError."""
    found = _FEE.fullmatch(text.strip())
    if found is None or not text.strip():
        raise ValueError(f"“{text}” is no price; write it like 1.35, 2.8 % or {FEE_EXAMPLE}")
    try:
        minor = Money.parse(found[1], currency).minor if found[1] else 0
        per_mille = Decimal(found[2]) * 10 if found[2] else Decimal(0)
    except MoneyError as error:
        raise ValueError(error.text().rstrip(".")) from None
    except InvalidOperation:
        raise ValueError(f"“{found[2]}” is no number") from None
    if per_mille != int(per_mille) or per_mille > _MILLE:
        raise ValueError(f"“{found[2]} %” is not up to 100 with one digit after the point")
    return Fee(minor, int(per_mille))
