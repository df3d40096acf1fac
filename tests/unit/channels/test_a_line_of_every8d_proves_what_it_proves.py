"""A line that begins with a minus proves that nothing left; half a line proves nothing."""

import pytest

from postlude.channels.every8d import account, answers, numbers
from postlude.channels.posting import Answer

BATCH = "0c1fd4b1-7a9b-4f21-8ad2-3f8b7f4d9d11"


def read(status: int, body: str | None, rest: float | None = None):
    return answers.read(Answer(status, body, rest), secrets=("my-uid", "my-pwd"))


@pytest.mark.parametrize(
    ("body", "kind", "pauses"),
    [
        (f"79.0,1,1.0,0,{BATCH}", "accepted", False),
        (f"79,1,1,0,{BATCH}\r\n", "accepted", False),
        (f"-3.5,1,1.0,0,{BATCH}", "accepted", False),  # paid afterwards
        (f"79.0,0,0.0,1,{BATCH}", "failed", False),
        ("-99,主機端發生不明錯誤", "failed", False),
        ("-24", "failed", False),
        ("-99,帳號或密碼錯誤", "refused", True),
        ("-27,點數不足", "refused", True),
        ("-1,Invalid Account", "refused", True),
        (f"79.0,1,1.0,0,{BATCH[:18]}", "unknown", False),
        ("79.0,1", "unknown", False),
        (None, "unknown", False),
        ("", "unknown", True),
        ("-", "unknown", True),
        ("<html>maintenance</html>", "unknown", True),
        ("OK", "unknown", True),
    ],
)
def test_a_200(body, kind, pauses) -> None:
    found = read(200, body)

    assert (kind, pauses) == (found.kind, found.pause_sender)


def test_credit_and_cost_are_noted_and_the_batch_is_its_id() -> None:
    found = read(200, f"79.0,1,1.0,0,{BATCH}")

    assert ("credit 79.0, cost 1.0", BATCH) == (found.words, found.provider_id)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(302, "unknown"), (400, "failed"), (403, "refused"), (408, "unknown"), (502, "unknown")],
)
@pytest.mark.parametrize("body", ["<html>", f"79.0,1,1.0,0,{BATCH}", "-99,x", None])
def test_another_status_is_of_somebody_in_between(status, kind, body) -> None:
    assert kind == read(status, body).kind


@pytest.mark.parametrize(
    "body",
    ["-99,my-uid/my-pwd 帳號或密碼錯誤", "-5,0912345678 is no phone", "<html>王小明 您好"],
)
def test_words_hold_no_login_no_phone_and_no_text(body) -> None:
    words = read(200, body).words

    assert not any(each in words for each in ("my-uid", "my-pwd", "0912345678", "王小明"))


@pytest.mark.parametrize(
    ("status", "body", "works"),
    [
        (200, "79.0", True),
        (200, "0", False),
        (200, "-99,my-pwd", False),
        (200, "<html>", False),
        (404, "79.0", False),
        (200, None, False),
    ],
)
def test_the_credit_tries_the_login(status, body, works) -> None:
    found = answers.credit(Answer(status, body), secrets=("my-pwd",))

    assert works is found.works
    assert works or found.hint
    assert "my-pwd" not in found.text


def test_a_taiwanese_mobile_number_is_spelled_from_09() -> None:
    assert "0912345678" == numbers.spelled("+886912345678")


@pytest.mark.parametrize("number", ["+886223456789", "+79091582149", "+88691234567", "110", ""])
def test_other_numbers_are_not_served(number) -> None:
    assert not numbers.served(number)
    with pytest.raises(ValueError, match="Taiwanese"):
        numbers.spelled(number)


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("", "/API21/HTTP/sendSMS.ashx"),
        ("http://127.0.0.1:1/every8d/", "/every8d/API21/HTTP/sendSMS.ashx"),
    ],
)
def test_where_it_calls(url, path) -> None:
    found = account.read({"base_url": url, "uid": "my-uid", "password": "my-pwd"})

    assert path == found.path("sendSMS.ashx")
    assert "my-" not in repr(found)


@pytest.mark.parametrize("url", ["api.e8d.tw", "ftp://api.e8d.tw", "https://a.b/?x=1", "https://"])
def test_an_address_that_cannot_be_used_is_said(url) -> None:
    (problem,) = account.problems({"base_url": url})

    assert "base_url" in problem.text()
