"""Pseudonyms are keyed, versioned and apart per organisation; addresses have one spelling."""

import hashlib

import pytest

from postlude.kernel import pseudonyms
from postlude.kernel.errors import BadAddress


def test_pseudonyms_need_the_key() -> None:
    value = pseudonyms.pseudonym(1, "email", "ann@example.test")
    assert value.startswith("k1:")
    assert hashlib.sha256(b"ann@example.test").hexdigest() not in value
    assert value == pseudonyms.pseudonym(1, "email", "ann@example.test")
    assert value != pseudonyms.pseudonym(2, "email", "ann@example.test")
    assert value != pseudonyms.pseudonym(1, "phone", "ann@example.test")


def test_an_old_key_still_finds_old_rows(settings: object) -> None:
    before = pseudonyms.pseudonym(1, "email", "ann@example.test")
    settings.POSTLUDE_SECRET_KEYS = (
        "2:" + "QkJC" * 10 + "QkI=" + "," + settings.POSTLUDE_SECRET_KEYS
    )
    assert 2 == pseudonyms.current_version()
    assert pseudonyms.pseudonym(1, "email", "ann@example.test").startswith("k2:")
    assert before in pseudonyms.all_pseudonyms(1, "email", "ann@example.test")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("  Ann@Example.TEST ", "ann@example.test"),
        ("ａｎｎ＠ｅｘａｍｐｌｅ．ｔｅｓｔ", "ann@example.test"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        ("a.b+c@example.test", "a.b+c@example.test"),
    ],
)
def test_an_email_has_one_spelling(raw: str, expected: str) -> None:
    assert expected == pseudonyms.normalise_email(raw)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "Email_03291",
        "王小明@example.test",
        "a b@example.test",
        "a@b",
        "@example.test",
        "a@@example.test",
        "a..b@example.test",
    ],
)
def test_a_bad_email_has_a_hint(raw: str) -> None:
    with pytest.raises(BadAddress) as caught:
        pseudonyms.normalise_email(raw)
    assert caught.value.hint


def test_a_phone_has_one_spelling() -> None:
    assert "+886912345678" == pseudonyms.normalise_phone("0912-345-678", "TW")
    assert "+886912345678" == pseudonyms.normalise_phone("+886 912 345 678", "TW")
    with pytest.raises(BadAddress):
        pseudonyms.normalise_phone("Phone_03291", "TW")


def test_the_legacy_hash_is_of_the_raw_value() -> None:
    assert (
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        == pseudonyms.legacy_sha256("")
    )
    assert pseudonyms.legacy_sha256("A@x") != pseudonyms.legacy_sha256("a@x")
