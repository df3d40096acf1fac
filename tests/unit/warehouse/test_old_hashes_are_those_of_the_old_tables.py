"""The vectors of sha256-legacy: the raw value, not trimmed, not lower-cased, as UTF-8."""

import hashlib

import pytest

from postlude.kernel import pseudonyms
from postlude.warehouse import deidentify


@pytest.mark.parametrize(
    ("raw", "digest"),
    [
        ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("ann@example.test", "eff90234b5c0d7bb3000e7e2faa01214ffecef55617da623def7482021cc124f"),
        ("王小明", "acf979cc584e1cf9c18c65bffae9e53cbc18634f90042072cc116bd5b7375bed"),
        (" A@x ", "bd623fc9e1bb5e21e67cbf0cddedc5fe0072b70631fc5d00598d657aaa183f93"),
    ],
)
def test_the_vectors(raw: str, digest: str) -> None:
    assert pseudonyms.legacy_sha256(raw) == digest


def old_loader(value: object) -> str:
    """The old tables' loader, line by line: no strip, no lower case, no key."""
    return hashlib.sha256(str(value).encode("utf-8")).hexdigest()


@pytest.mark.parametrize(
    "raw",
    [
        "",
        " ",
        "ann@example.test",
        "Ann@Example.Test ",
        "ＡＮＮ@example.test",
        "a@例え.test",
        "0912-345-678",
    ],
)
def test_any_value_is_hashed_as_the_old_loader_did(raw: str) -> None:
    assert pseudonyms.legacy_sha256(raw) == old_loader(raw)


@pytest.mark.parametrize(
    ("form", "raw"),
    [
        ([("聯絡人 姓名", "Ann"), ("聯絡人 Email", " Ann@X.test ")], " Ann@X.test "),
        ([("Buyer: 聯絡人 Email", "a@x.test"), ("聯絡人 Email", "b@x.test")], "a@x.test"),
        ([("聯絡人 Email", "")], ""),
        ([("聯絡人 姓名", "Ann")], None),
        ([], None),
    ],
)
def test_the_raw_value_is_the_forms_own(form: list[tuple[str, str]], raw: str | None) -> None:
    assert deidentify.raw_email(form) == raw


def test_case_and_blanks_make_another_hash_as_they_did_there() -> None:
    hashes = {pseudonyms.legacy_sha256(raw) for raw in ("A@x.test", "a@x.test", " a@x.test")}

    assert len(hashes) == 3
