"""A simulated reader follows what a mail offers, not its pages about itself."""

import pytest

from postlude.sandbox.klaviyo import readers as klaviyo
from postlude.sandbox.mailgun import receipts as mailgun

HTML = (
    '<a href="https://x.test/u/t">no more</a><a href="https://x.test/v/t">browser</a>'
    '<a href="https://x.test/c/t/1">in</a><a href="https://x.test">home</a>'
    '<a href="https://v.test/c/u/2">to v</a>'
)
OFFERED = ["https://x.test/c/t/1", "https://x.test", "https://v.test/c/u/2"]


@pytest.mark.parametrize("readers", [klaviyo, mailgun])
def test_pages_about_the_mail_are_left_alone(readers) -> None:
    assert OFFERED == readers._LINK.findall(HTML)
