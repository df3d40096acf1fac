"""Caps and prices are read as people write them, exactly, or refused with how to write them."""

import pytest

from postlude.orgs.types import Cap, Fee
from postlude.playbooks import limits


@pytest.mark.parametrize(
    ("text", "cap"),
    [
        ("3 in 7 days", Cap(None, 3, 7)),
        ("1 SMS in 1 day", Cap("sms", 1, 1)),
        ("2 email in 48 hours", Cap("email", 2, 2)),
        ("0 in 1 week", Cap(None, 0, 7)),
        ("1 crescendo_line in 7 days", Cap("crescendo_line", 1, 7)),
    ],
)
def test_a_cap_is_read(text: str, cap: Cap) -> None:
    assert cap == limits.cap(text)


@pytest.mark.parametrize("text", ["", "3", "in 7 days", "3 a week", "3 in 36 hours", "-1 in 1 day"])
def test_no_cap(text: str) -> None:
    with pytest.raises(ValueError, match=r"no cap|not whole days"):
        limits.cap(text)


@pytest.mark.parametrize(
    ("text", "currency", "fee"),
    [
        ("1.35", "TWD", Fee(135)),
        ("120", "JPY", Fee(120)),
        ("0", "TWD", Fee()),
        ("2.8 %", "TWD", Fee(0, 28)),
        ("10 + 2.8 %", "TWD", Fee(1000, 28)),
        ("10+2.8%", "JPY", Fee(10, 28)),
        ("1,000.50", "TWD", Fee(100_050)),
        ("100%", "TWD", Fee(0, 1000)),
    ],
)
def test_a_price_is_read(text: str, currency: str, fee: Fee) -> None:
    """In major units of the currency."""
    assert fee == limits.fee(text, currency)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "free",
        "-1",
        "1.355",
        "2.85 %",
        "101 %",
        "10 2.8 %",
        "10 +",
        "+ 2 %x",
        "1e3",
        "1..2",
    ],
)
def test_no_price(text: str) -> None:
    with pytest.raises(ValueError, match=r"no price|amount|one digit|no number|1\.355|1\.\.2"):
        limits.fee(text, "TWD")
