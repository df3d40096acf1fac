import json

import pytest

from postlude.channels.calling import Answer
from postlude.channels.errors import BadSenderSettings
from postlude.channels.fcm import account, answers, notifications
from postlude.channels.fcm.folding import fold
from postlude.messages.types import Outcome

TYPE = "type.googleapis.com/google.firebase.fcm.v1.FcmError"


def refusal(status, code="", name="X", message="no", **more):
    error = {"code": status, "message": message, "status": name}
    if code:
        error["details"] = [{"@type": TYPE, "errorCode": code}]
    return Answer(status, {"error": error}, json.dumps({"error": error}), **more)


@pytest.mark.parametrize(
    ("given", "kind", "pauses", "gone"),
    [
        (Answer(200, {"name": "projects/p/messages/0:1"}), "accepted", False, False),
        (Answer(200, {}, "<html>"), "unknown", True, False),
        (Answer(200, {"nam": "x"}), "unknown", False, False),
        (Answer(302), "unknown", True, False),
        (refusal(400, "INVALID_ARGUMENT"), "failed", False, False),
        (refusal(400, name="INVALID_ARGUMENT"), "failed", False, False),
        (refusal(401, name="UNAUTHENTICATED"), "refused", True, False),
        (refusal(401, "THIRD_PARTY_AUTH_ERROR"), "refused", False, False),
        (refusal(403, name="PERMISSION_DENIED"), "refused", True, False),
        (refusal(403, "SENDER_ID_MISMATCH"), "failed", False, False),
        (refusal(404, "UNREGISTERED"), "failed", False, True),
        (refusal(404, name="NOT_FOUND"), "refused", True, False),
        (refusal(429, "QUOTA_EXCEEDED"), "refused", True, False),
        (refusal(500, "INTERNAL"), "refused", False, False),
        (refusal(503, "UNAVAILABLE"), "refused", False, False),
        (Answer(500, {"message": "Internal Server Error"}), "unknown", False, False),
        (Answer(502, text="<html>"), "unknown", False, False),
        (Answer(504), "unknown", False, False),
    ],
)
def test_every_answer_has_its_meaning(given, kind, pauses, gone):
    verdict = answers.read(given)

    assert (kind, pauses, gone) == (verdict.kind, verdict.pause_sender, verdict.address_gone)
    assert gone == verdict.of(1).address_gone


def test_it_waits_as_told_and_a_moment_when_not_told():
    told = answers.read(refusal(429, "QUOTA_EXCEEDED", retry_after=17.0))
    untold = answers.read(refusal(429, "QUOTA_EXCEEDED"))
    busy = answers.read(refusal(503, "UNAVAILABLE", retry_after=30.0))

    assert (17.0, False) == (told.retry_after, told.throttled)
    assert (1.0, True) == (untold.retry_after, untold.throttled)
    assert 30.0 == busy.retry_after


def test_our_id_replaces_what_comes_twice_everywhere(mail_of):
    mail = mail_of(message=77, to_address="d" * 152 + ":x", text="歡迎 https://x.test/c/t/0\n")

    message = notifications.body(mail)["message"]

    assert {"title": "您的邀請函", "body": "歡迎 https://x.test/c/t/0"} == message["notification"]
    assert {"message_id": "77", "link": "https://x.test/c/t/0"} == message["data"]
    assert (
        "77" == message["android"]["collapse_key"] == message["apns"]["headers"]["apns-collapse-id"]
    )
    assert "77" == message["webpush"]["headers"]["Topic"]
    assert {"link": "https://x.test/c/t/0"} == message["webpush"]["fcm_options"]


@pytest.mark.parametrize(
    ("device", "name"),
    [
        ("cOyhEBn2QrKmR4e3Zq1x2A", "fid"),
        ("cOyhEBn2QrKmR4e3Zq1x2A:APA91bH", "token"),
        ("ab", "token"),
    ],
)
def test_an_installation_and_a_token_are_told_apart(mail_of, device, name):
    message = notifications.body(mail_of(to_address=device))["message"]
    assert [name] == [key for key in ("fid", "token") if key in message]


def part(kind, **more):
    return Outcome(1, kind, **more)


@pytest.mark.parametrize(
    ("kinds", "whole"),
    [
        (["failed", "accepted", "unknown"], "accepted"),
        (["failed", "refused", "unknown"], "unknown"),
        (["failed", "refused"], "refused"),
        (["failed", "failed"], "failed"),
    ],
)
def test_one_message_to_several_devices_has_one_outcome(kinds, whole):
    folded = fold([part(kind) for kind in kinds])

    assert whole == folded.kind
    assert kinds == [each.kind for each in folded.parts]


def test_the_sender_rests_when_any_device_asks_for_it():
    resting = part("refused", pause_sender=True, retry_after=9.0)
    folded = fold([part("accepted", provider_id="p"), resting, part("failed")])

    assert ("accepted", "p", True, 9.0) == (
        folded.kind,
        folded.provider_id,
        folded.pause_sender,
        folded.retry_after,
    )


def test_one_device_alone_is_the_message():
    assert () == fold([part("accepted")]).parts


KEY = {"project_id": "p", "client_email": "e", "private_key": "SECRET", "token_uri": "https://x"}


@pytest.mark.parametrize(
    "given",
    [
        "",
        "no json SECRET",
        "[]",
        '"SECRET"',
        json.dumps({**KEY, "token_uri": ""}),
        json.dumps({"project_id": "p"}),
    ],
)
def test_a_key_that_cannot_be_used_is_not_repeated(given):
    with pytest.raises(BadSenderSettings, match="credentials") as caught:
        account.read({"credentials": given})
    assert "SECRET" not in f"{caught.value} {caught.value.hint}"


def test_the_project_is_that_of_the_key_unless_it_is_given():
    text = json.dumps(KEY)
    assert "p" == account.read({"credentials": text}).project
    assert "q" == account.read({"credentials": text, "project": "q"}).project
    assert "SECRET" not in repr(account.read({"credentials": text}))
