from dataclasses import replace

import pytest

from postlude.channels import letters
from postlude.messages.types import Rendered, SenderConfig

SENDER = SenderConfig(
    id=1,
    org=1,
    slug="mail",
    channel="mailgun",
    settings={},
    rate=10,
    burst=10,
    window=32,
    from_address="hello@example.test",
    from_name="PyCon TW",
)
MAIL = Rendered(
    message=7,
    org=1,
    contact=1,
    key="k",
    token="t",
    to_address="ann@example.test",
    to_name="王小明",
    subject="您的邀請函",
    html="",
    text="t",
    headers=(("X-One", "two"),),
    metadata={},
)


def test_a_usual_mail_has_no_objection():
    assert letters.objection(SENDER, MAIL) is None


@pytest.mark.parametrize(
    "mail",
    [
        replace(MAIL, subject="Hi\r\nBcc: eve@example.test"),
        replace(MAIL, to_name="Ann\nBcc: eve@example.test"),
        replace(MAIL, to_address="ann@example.test\r"),
        replace(MAIL, headers=(("X-One", "a\r\nX-Two: b"),)),
        replace(MAIL, headers=(("X-One\n", "a"),)),
        replace(MAIL, to_address=""),
    ],
)
def test_a_break_or_a_missing_address_fails_for_good(mail):
    verdict = letters.objection(SENDER, mail)

    assert verdict is not None
    assert verdict.kind == "failed"


def test_a_sender_without_an_address_rests():
    verdict = letters.objection(replace(SENDER, from_address=""), MAIL)

    assert verdict is not None
    assert ("refused", True) == (verdict.kind, verdict.pause_sender)
