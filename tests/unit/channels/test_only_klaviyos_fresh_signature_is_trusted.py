"""HMAC over body and timestamp, in any of the spellings of a time."""

from datetime import UTC, datetime

import pytest

from postlude.channels.klaviyo.signature import Trust, judge, sign

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)
BODY = b'{"data": []}'
STAMP = str(int(NOW.timestamp()))


def test_a_known_vector():
    assert "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad" == sign("", b"", "")


@pytest.mark.parametrize("stamp", [STAMP, f"{STAMP}000", NOW.isoformat(), "2026-11-21T03:00:00"])
def test_a_right_signature_of_now_is_good(stamp):
    assert Trust.GOOD is judge(BODY, stamp, sign("k", BODY, stamp), "k", now=NOW)


@pytest.mark.parametrize(
    ("stamp", "signature", "trust"),
    [
        ("", "x", Trust.UNREADABLE),
        (STAMP, "", Trust.UNREADABLE),
        (STAMP, "0" * 64, Trust.WRONG),
        (STAMP, "ü", Trust.WRONG),
        ("soon", sign("k", BODY, "soon"), Trust.UNREADABLE),
        ("9" * 30, sign("k", BODY, "9" * 30), Trust.UNREADABLE),
        (str(int(STAMP) - 901), sign("k", BODY, str(int(STAMP) - 901)), Trust.OLD),
        (str(int(STAMP) + 901), sign("k", BODY, str(int(STAMP) + 901)), Trust.OLD),
    ],
)
def test_anything_else_is_not(stamp, signature, trust):
    assert trust is judge(BODY, stamp, signature, "k", now=NOW)
