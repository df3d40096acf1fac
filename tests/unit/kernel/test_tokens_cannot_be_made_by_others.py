"""A token is opaque, stable, and refused when one bit of it is not ours."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postlude.kernel import tokens
from postlude.kernel.errors import BadToken

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@given(st.integers(min_value=0, max_value=2**63 - 1))
def test_an_id_comes_back(number: int) -> None:
    token = tokens.seal("message", number)
    assert 22 == len(token)
    assert number == tokens.unseal("message", token)
    assert token == tokens.seal("message", number)


@given(
    st.integers(min_value=0, max_value=2**63 - 1), st.integers(0, 21), st.sampled_from("abcXYZ09-_")
)
def test_a_changed_letter_is_refused(number: int, place: int, letter: str) -> None:
    token = tokens.seal("message", number)
    changed = token[:place] + letter + token[place + 1 :]
    if changed != token:
        with pytest.raises(BadToken):
            tokens.unseal("message", changed)


@pytest.mark.parametrize("bad", ["", "x", "a" * 22, "é" * 22, "a" * 4000, "=" * 22])
def test_rubbish_is_refused(bad: str) -> None:
    with pytest.raises(BadToken):
        tokens.unseal("message", bad)
    with pytest.raises(BadToken):
        tokens.verify("go", bad, now=NOW)


def test_a_token_serves_one_purpose() -> None:
    with pytest.raises(BadToken):
        tokens.unseal("grant", tokens.seal("message", 7))


def test_a_signed_token_expires() -> None:
    token = tokens.sign("go", b"payload", expires=NOW + timedelta(hours=1))
    assert b"payload" == tokens.verify("go", token, now=NOW)
    with pytest.raises(BadToken):
        tokens.verify("go", token, now=NOW + timedelta(hours=1))
    with pytest.raises(BadToken):
        tokens.verify("stay", token, now=NOW)
