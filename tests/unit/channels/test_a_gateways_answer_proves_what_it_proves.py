"""Only a count of nothing, or a refusal of the call, proves that no text left the gateway."""

import pytest

from postlude.channels.form_gateway import account, answers, numbers
from postlude.channels.posting import Answer


def read(status: int, body: str | None, rest: float | None = None):
    return answers.read(Answer(status, body, rest), key="s3cr+et")


@pytest.mark.parametrize(
    ("body", "kind", "pauses"),
    [
        ('{"mesages_sent":1}', "accepted", False),
        ('{"messages_sent":1}', "accepted", False),
        ('{"mesages_sent":2,"push":1}', "accepted", False),
        ('{"mesages_sent":0}', "failed", False),
        ('{"mesages_sent":-1}', "unknown", True),
        ('{"mesages_sent":true}', "unknown", True),
        ('{"mesages_sent":"1"}', "unknown", True),
        ('{"mesages_sent":null}', "unknown", True),
        ('{"mesages_sent":0.0}', "unknown", True),
        ('{"error":"wrong key"}', "unknown", True),
        ("[1]", "unknown", True),
        ("1", "unknown", True),
        ("", "unknown", True),
        ("<html>502</html>", "unknown", True),
        ('{"mesages_se', "unknown", False),
        (None, "unknown", False),
    ],
)
def test_a_200(body, kind, pauses) -> None:
    found = read(200, body)

    assert (kind, pauses) == (found.kind, found.pause_sender)


@pytest.mark.parametrize(
    ("status", "kind", "pauses"),
    [
        (201, "unknown", True),
        (302, "unknown", True),
        (400, "failed", False),
        (401, "refused", True),
        (403, "refused", True),
        (404, "refused", True),
        (408, "unknown", False),
        (422, "failed", False),
        (429, "refused", True),
        (500, "unknown", False),
        (502, "unknown", False),
        (503, "unknown", False),
    ],
)
@pytest.mark.parametrize("body", ['{"error":"x"}', "<html>", None])
def test_any_other_status(status, body, kind, pauses) -> None:
    found = read(status, body)

    assert (kind, pauses) == (found.kind, found.pause_sender)


@pytest.mark.parametrize(("rest", "throttled"), [(None, True), (7.0, False)])
def test_a_429_rests_as_told(rest, throttled) -> None:
    found = read(429, "", rest)

    assert (rest or 1.0, throttled) == (found.retry_after, found.throttled)


@pytest.mark.parametrize(
    "body",
    [
        '{"error":"key s3cr+et is wrong"}',
        '{"error":"no such page: /send?key=s3cr%2Bet"}',
        '{"error":"89091582149 is no phone"}',
        '{"mesages_sent":null,"text":"Анна, у вас 100 бонусов"}',
        "<html>Анна, у вас 100 бонусов",
    ],
)
@pytest.mark.parametrize("status", [200, 400, 403, 500])
def test_words_hold_no_key_no_phone_and_no_text(status, body) -> None:
    words = read(status, body).words

    assert not any(each in words for each in ("s3cr", "89091582149", "Анна"))


def test_a_russian_number_is_spelled_with_an_eight() -> None:
    assert "89091582149" == numbers.spelled("+79091582149")


@pytest.mark.parametrize(
    "number", ["+77011234567", "+886912345678", "+7909158214", "+790915821490", "112", ""]
)
def test_other_numbers_are_not_served(number) -> None:
    assert not numbers.served(number)
    with pytest.raises(ValueError, match="Russian"):
        numbers.spelled(number)


def test_an_account_shows_its_key_to_nobody(monkeypatch) -> None:
    monkeypatch.setenv("KEY", "s3cr+et&phones=1")

    found = account.read({"url": "https://site.example/bonus/send-sms.html", "key": "${KEY}"})

    assert "/bonus/send-sms.html?key=s3cr%2Bet%26phones%3D1" == found.target
    assert "s3cr" not in repr(found)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "site.example/send",
        "ftp://site.example/send",
        "https://site.example/send?key=1",
        "https://me:pw@site.example/send",
        "https://site.example/se nd",
        "https://site.example:none/send",
        "https:///send",
    ],
)
def test_an_address_that_cannot_be_used_is_said(url) -> None:
    (problem,) = account.problems({"url": url})

    assert "url" in problem.text()
    assert problem.hint


def test_an_address_from_the_environment_is_not_judged_before_it_is_there() -> None:
    assert [] == list(account.problems({"url": "${GATEWAY_URL}"}))
