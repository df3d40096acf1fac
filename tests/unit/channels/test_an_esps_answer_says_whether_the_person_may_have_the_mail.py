import json

import pytest

from postlude.channels.anymail_esp import answers
from postlude.channels.anymail_esp.esps import ESPS


@pytest.mark.parametrize(
    ("name", "status", "body", "expected"),
    [
        ("postmark", 422, {"ErrorCode": 300, "Message": "Invalid metadata"}, ("failed", False)),
        ("postmark", 401, {"ErrorCode": 10, "Message": "Bad token"}, ("refused", True)),
        ("postmark", 422, {"ErrorCode": 400, "Message": "No signature"}, ("refused", True)),
        ("postmark", 422, {"ErrorCode": 405, "Message": "No credits"}, ("refused", True)),
        ("postmark", 500, {"Message": "Sorry"}, ("unknown", False)),
        ("mandrill", 500, {"name": "Invalid_Key", "message": "Wrong"}, ("refused", True)),
        ("mandrill", 500, {"name": "ValidationError", "message": "No to"}, ("failed", False)),
        ("mandrill", 500, {"name": "GeneralError", "message": "Sorry"}, ("unknown", False)),
        ("brevo", 402, {"code": "not_enough_credits"}, ("refused", True)),
        ("brevo", 400, {"code": "invalid_parameter"}, ("failed", False)),
        ("brevo", 503, {}, ("refused", False)),
        ("brevo", 504, {}, ("unknown", False)),
        ("brevo", 302, "", ("unknown", True)),
        ("brevo", 200, "<html>", ("unknown", True)),
        ("brevo", 201, '{"messageId"', ("unknown", False)),
    ],
)
def test_what_an_answer_means(name: str, status: int, body: object, expected: object) -> None:
    text = body if isinstance(body, str) else json.dumps(body)
    verdict = answers.read(ESPS[name], status, text)
    assert expected == (verdict.kind, verdict.pause_sender)


def test_a_429_rests_as_told_or_lets_the_window_decide() -> None:
    told = answers.read(ESPS["resend"], 429, "{}", retry_after=9.0)
    untold = answers.read(ESPS["resend"], 429, "{}")
    assert (9.0, False) == (told.retry_after, told.throttled)
    assert untold.throttled
