import json

import pytest

from postlude.sandbox.mailgun.events import signature_of, signed
from postlude.sandbox.mailgun.parsing import BadForm, read_form, read_message


def _message(**fields: str):
    pairs = "&".join(f"{name}={value}" for name, value in fields.items())
    form = read_form("application/x-www-form-urlencoded", pairs.encode())
    return read_message(form, number=1, at=0.0, domain="mg.example.test", new_id="<1@mg>")


def test_the_signature_is_that_of_the_contract():
    found = signature_of("test-signing-key", "1763690000", "0" * 50)

    assert found == "977cb58fbda13af43bb3007dc9fc2b71761e56900ea16a2d55f915e607e768b7"


def test_a_wrong_signature_is_wrong_and_a_token_has_fifty_characters():
    block = json.loads(signed({"event": "opened"}, "key", wrong=True))["signature"]

    assert len(block["token"]) == 50
    assert signature_of("key", block["timestamp"], block["token"]) != block["signature"]


@pytest.mark.parametrize("to", ["王小明%40例子.test", "no-at-sign", "a%20b%40example.test"])
def test_a_bad_recipient_fails_the_whole_call(to):
    with pytest.raises(BadForm, match="valid address"):
        _message(**{"from": "a%40b.test", "to": to, "text": "x"})


def test_binary_attachments_survive_multipart():
    raw = bytes(range(256))
    body = (
        b'--B\r\nContent-Disposition: form-data; name="subject"\r\n\r\n\xe4\xbd\xa0\xe5\xa5\xbd\r\n'
        b'--B\r\nContent-Disposition: form-data; name="attachment"; filename="x.bin"\r\n'
        b"Content-Type: application/octet-stream\r\n\r\n" + raw + b"\r\n--B--\r\n"
    )

    form = read_form("multipart/form-data; boundary=B", body)

    assert form.one("subject") == "你好"
    assert form.files[0].size == 256
