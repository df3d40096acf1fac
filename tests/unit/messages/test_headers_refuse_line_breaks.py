"""Nobody adds a header of their own through a subject, a name or an address."""

import pytest

from postlude.messages import headers
from postlude.messages.errors import UnsafeHeader


@pytest.mark.parametrize("bad", ["a\r\nBcc: x@y", "a\nb", "a\rb", "a\x00b"])
def test_a_line_break_is_refused(bad):
    with pytest.raises(UnsafeHeader):
        headers.safe("Subject", bad)


def test_a_name_with_a_line_break_is_made_one_line():
    assert headers.one_line("Ann\r\nBcc: x@y") == "Ann Bcc: x@y"


def test_one_click_headers_follow_rfc_8058():
    assert dict(headers.one_click("https://a.test/u/t")) == {
        "List-Unsubscribe": "<https://a.test/u/t>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
