"""Whatever a vendor says, a log line holds no address, number, token or query."""

import json
import logging

import pytest

from postlude.kernel import redact
from postlude.kernel.logs import JsonFormatter


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("mail to <ann@example.test> refused", "ann"),
        ("call +886 912 345 678 now", "912"),
        ("key pl_abcdefgh_ABCDEFGHIJKLMNOPQRSTUVWXYZ012345 bad", "ABCDEFGH"),
        ("GET https://x.test/a?apiKey=s3cret failed", "s3cret"),
    ],
)
def test_personal_words_are_cut(text: str, gone: str) -> None:
    assert gone not in redact.cut(text)


def test_masks() -> None:
    assert "a•••@e•••.com" == redact.mask_email("ann@example.com")
    assert "912345" not in redact.mask_phone("+886912345678")
    assert "王•••" == redact.mask_name("王小明")


def test_an_error_is_logged_without_its_values() -> None:
    try:
        raise ValueError("ann@example.test is unknown")
    except ValueError:
        record = logging.getLogger("postlude.x").makeRecord(
            "postlude.x", logging.ERROR, "f", 1, "failed for %s", ("bob@example.test",), True
        )
        import sys

        record.exc_info = sys.exc_info()
    line = JsonFormatter().format(record)
    assert "example.test" not in line
    assert "ValueError" == json.loads(line)["error"]


def test_a_known_person_is_cut_out_of_a_vendors_words() -> None:
    ann = ("ann.lee@example.test", "Ann Lee")
    said = "550 no mailbox ANN.LEE for Ann lee; ann.lee@example.test, annual leaning, lee_2"
    assert redact.without(said, ann) == (
        "550 no mailbox [person] for [person]; [person], annual leaning, [person]_2"
    )
    assert redact.without("找不到王小明先生", ("王小明",)) == "找不到[person]先生"
    assert redact.without("421 try again", ("", "a@b.test")) == "421 try again"


@pytest.mark.parametrize(
    ("said", "person", "left"),
    [
        ("no such user: Ann", "ann@example.test", "no such user: [person]"),
        ("annual limit of ANN", "Ann Lee", "annual limit of [person]"),
        ("查無 王小明 此人", "王小明", "查無 [person] 此人"),
        ("IŞIK is full", "Işık", "[person] is full"),
        ("Queued. Thank you.", "王小明", "Queued. Thank you."),
        ("Queued. Thank you.", "buyer@example.test", "Queued. Thank you."),
    ],
)
def test_whom_a_vendor_names_is_cut_in_any_case(said: str, person: str, left: str) -> None:
    """A name in a vendor's words is cut, however it is spelled there, and nothing else is."""
    assert left == redact.without(said, [person])
