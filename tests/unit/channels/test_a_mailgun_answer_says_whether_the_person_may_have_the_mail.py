import pytest

from postlude.channels.mailgun import answers

QUEUED = '{"id": "<1@mg.example.test>", "message": "Queued. Thank you."}'


def test_only_queued_is_accepted():
    verdict = answers.read(200, QUEUED)

    assert ("accepted", "<1@mg.example.test>") == (verdict.kind, verdict.provider_id)


@pytest.mark.parametrize(
    ("status", "body", "kind", "pauses"),
    [
        (200, "Mailgun Magnificent API", "refused", True),
        (200, "<!DOCTYPE html><title>Just a moment...</title>", "unknown", True),
        (200, QUEUED[:20], "unknown", False),
        (200, '{"id": "<1@x>", "message": "Something else"}', "unknown", False),
        (200, "[]", "unknown", True),
        (202, QUEUED, "unknown", True),
        (302, "", "unknown", True),
        (400, '{"message": "to parameter is not a valid address"}', "failed", False),
        (401, "Forbidden", "refused", True),
        (402, "{}", "refused", True),
        (403, "{}", "refused", True),
        (404, '{"message": "Domain not found: x"}', "refused", True),
        (413, "{}", "failed", False),
        (429, "{}", "refused", True),
        (500, "{}", "refused", False),
        (502, "<html>Bad gateway</html>", "unknown", False),
        (503, "{}", "refused", False),
        (504, "", "unknown", False),
    ],
)
def test_every_other_answer_has_its_meaning(status, body, kind, pauses):
    verdict = answers.read(status, body)

    assert (kind, pauses) == (verdict.kind, verdict.pause_sender)


def test_too_many_requests_waits_as_told_and_a_moment_when_not_told():
    told = answers.read(429, "{}", retry_after=17.0).of(1)
    untold = answers.read(429, "{}").of(1)

    assert (17.0, 1.0) == (told.retry_after, untold.retry_after)


def test_a_paused_account_rests_a_minute_without_being_told():
    assert answers.read(401, "Forbidden").of(1).retry_after == 60.0


def test_words_hold_no_address():
    verdict = answers.read(400, '{"message": "ann@example.test is not valid"}')

    assert "ann@" not in verdict.words
