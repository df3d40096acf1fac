import pytest

from postlude.messages.types import Rendered


@pytest.fixture
def mail_of():
    """Makes a message that is ready for the wire."""

    def make(**changes: object) -> Rendered:
        values = {
            "message": 1,
            "org": 1,
            "contact": 1,
            "key": "1",
            "token": "t",
            "to_address": "U" + "a" * 32,
            "to_name": "王小明",
            "subject": "您的邀請函",
            "html": "",
            "text": "歡迎",
            "headers": (),
            "metadata": {},
        }
        return Rendered(**{**values, **changes})

    return make
