"""A call is Discord's when its key signed timestamp and raw body, and not long ago."""

import pytest

from postlude.chatops.discord.signature import FRESH_SECONDS, is_genuine

# The vector of the wire contracts: the key's seed is the bytes 0 to 31.
GOOD = {
    "public_key": "03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8",
    "signature": "d5786e31ce62c2ef6bf7ba60dfb42d59359902c2cdfde6334a9cf727e50272d4"
    "10d2a6cb84ff2c44610ba155ab1dca184519dd6f3e5dd460b3814f272b546805",
    "timestamp": "1763690000",
    "body": b'{"type":1}',
    "now": 1763690001.5,
}


def test_the_vector_is_believed() -> None:
    assert is_genuine(**GOOD)
    assert is_genuine(**GOOD | {"signature": GOOD["signature"].upper()})


@pytest.mark.parametrize(
    "change",
    [
        {"body": b'{"type":1} '},
        {"body": b'{"type":2}'},
        {"timestamp": "1763690001"},
        {"timestamp": ""},
        {"timestamp": "1763690000 "},
        {"timestamp": "01763690000"},
        {"timestamp": "١٧٦٣٦٩٠٠٠٠"},
        {"timestamp": "9" * 40},
        {"signature": ""},
        {"signature": "00" * 64},
        {"signature": "d5" * 63},
        {"signature": "no hex at all"},
        {"public_key": ""},
        {"public_key": "ü"},
        {"public_key": "00" * 32},
        {"public_key": "03a107bf"},
    ],
)
def test_anything_else_is_not(change: dict[str, object]) -> None:
    assert not is_genuine(**GOOD | change)


def test_an_old_or_future_call_is_not_believed_though_it_is_signed() -> None:
    at = 1763690000
    assert is_genuine(**GOOD | {"now": at + FRESH_SECONDS})
    assert is_genuine(**GOOD | {"now": at - FRESH_SECONDS})
    assert not is_genuine(**GOOD | {"now": at + FRESH_SECONDS + 1})
    assert not is_genuine(**GOOD | {"now": at - FRESH_SECONDS - 1})
