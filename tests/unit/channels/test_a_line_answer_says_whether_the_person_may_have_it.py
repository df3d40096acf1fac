import json

import pytest

from postlude.channels.calling import Answer
from postlude.channels.line import account, answers, following, push
from postlude.channels.line.signature import is_trusted, sign

SENT = {"sentMessages": [{"id": "461230966842064897", "quoteToken": "q"}]}
RATE = {"message": "The API rate limit has been exceeded. Try again later."}
MONTH = {"message": "You have reached your monthly limit."}


def answer(status, document=None, **more):
    text = json.dumps(document) if document is not None else ""
    return Answer(status, document or {}, **{"text": text, **more})


@pytest.mark.parametrize(
    ("given", "kind", "pauses"),
    [
        (answer(200, SENT), "accepted", False),
        (answer(200, {}), "unknown", True),
        (answer(200, {"sentMessages": []}), "unknown", False),
        (answer(200, text="<!DOCTYPE html>"), "unknown", True),
        (answer(302), "unknown", True),
        (answer(400, {"message": "invalid"}), "failed", False),
        (answer(401, {"message": "invalid token"}), "refused", True),
        (answer(403, {"message": "not authorised"}), "refused", True),
        (answer(404, {"message": "Not found"}), "refused", True),
        (answer(409, SENT), "accepted", False),
        (answer(413), "failed", False),
        (answer(429, RATE), "refused", True),
        (answer(429, MONTH), "refused", True),
        (answer(500, {"message": "Internal Server Error"}), "unknown", False),
        (answer(502, text="<html>"), "unknown", False),
        (answer(503), "unknown", False),
    ],
)
def test_every_answer_has_its_meaning(given, kind, pauses):
    verdict = answers.read(given)

    assert (kind, pauses) == (verdict.kind, verdict.pause_sender)


def test_a_known_key_is_taken_under_the_id_of_the_first_try():
    assert "461230966842064897" == answers.read(answer(409, SENT)).provider_id
    bare = answer(409, {}, headers={"x-line-accepted-request-id": "r-1"})
    assert ("accepted", "r-1") == (answers.read(bare).kind, answers.read(bare).provider_id)


def test_the_two_429_are_told_apart():
    fast, told = answers.read(answer(429, RATE)), answers.read(answer(429, RATE, retry_after=9.0))
    month = answers.read(answer(429, MONTH))

    assert (True, False, 1.0) == (fast.throttled, fast.month_used_up, fast.retry_after)
    assert (False, False, 9.0) == (told.throttled, told.month_used_up, told.retry_after)
    assert (False, True, None) == (month.throttled, month.month_used_up, month.retry_after)
    assert month.of(1).month_used_up


def test_words_say_what_is_wrong_and_hold_no_user():
    user = "U" + "4af498062ac7a1b2" * 2
    detail = {"message": f"{user} is no user", "property": "to"}
    verdict = answers.read(answer(400, {"message": "invalid", "details": [detail]}))

    assert "400 invalid (to: [token] is no user)" == verdict.words


def test_the_key_is_that_of_the_message_and_of_no_other(mail_of):
    assert push.retry_key(mail_of(key="1")) == push.retry_key(mail_of(key="1", attempts=3))
    others = {push.retry_key(mail_of(key="2")), push.retry_key(mail_of(key="1", org=2))}
    assert push.retry_key(mail_of(key="1")) not in others
    assert 2 == len(others)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("好" * 5_000, None), ("好" * 5_001, "failed"), ("😀" * 2_501, "failed"), (" ", "failed")],
)
def test_a_text_that_line_would_refuse_is_not_sent(mail_of, text, kind):
    objection = push._objection(mail_of(text=text))
    assert kind == (objection and objection.kind)


def test_a_silent_sender_says_so(mail_of):
    loud, silent = (account.Account("https://x", "t", silent=each) for each in (False, True))
    assert "notificationDisabled" not in push.body(loud, mail_of())
    assert push.body(silent, mail_of())["notificationDisabled"] is True


def test_the_signature_is_lines_own():
    """The vector is LINE's SDK's."""
    raw = b'{"destination":"U0","events":[]}'
    signature = "mPzXvmp5o47ZLzcZ27C0voI4JEov6gID7IZ7YD4j1Z4="

    assert signature == sign("channelsecret", raw)
    assert is_trusted("channelsecret", raw, signature)
    for wrong in ("", signature[:-1], "m\udcff", "簽"):
        assert not is_trusted("channelsecret", raw, wrong)
    assert not is_trusted("channelsecret", raw + b" ", signature)
    assert not is_trusted("another", raw, signature)


def test_only_who_follows_and_who_left_is_read():
    events = [
        {"type": "message", "message": {"text": "secret"}},
        {"type": "follow", "timestamp": 1763690000000, "source": {"userId": "U1"}},
    ]
    (kept,) = following.events(json.dumps({"events": events}).encode())

    told = following.read(json.dumps(kept).encode())
    assert ("follow", "U1", 1763690000) == (told.kind, told.user, told.at.timestamp())


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"events": 1}', b'{"events": [1]}', b"\xff"])
def test_what_is_no_webhook_is_unreadable(raw):
    with pytest.raises(following.UnreadableEvent):
        following.events(raw)


@pytest.mark.parametrize(
    "event",
    [
        {"type": "follow"},
        {"type": "follow", "timestamp": "soon", "source": {"userId": "U1"}},
        {"type": "follow", "timestamp": 10**30, "source": {"userId": "U1"}},
        {"type": "follow", "timestamp": 1, "source": {"groupId": "C1"}},
        {"type": "follow", "timestamp": 1, "source": {"userId": ""}},
        {"type": "message", "timestamp": 1, "source": {"userId": "U1"}},
    ],
)
def test_an_event_without_its_parts_is_unreadable(event):
    with pytest.raises(following.UnreadableEvent):
        following.read(json.dumps(event).encode())
