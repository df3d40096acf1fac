import json

import pytest

from postlude.channels.calling import Answer
from postlude.channels.errors import BadSenderSettings
from postlude.channels.messenger import account, answers, opening, receipts
from postlude.channels.messenger.channel import body, objection
from postlude.channels.messenger.signature import is_same, sign

TAKEN = {"recipient_id": "1", "message_id": "m_1"}


def refusal(code, status=400, subcode=0, **more):
    error = {"message": "no", "type": "OAuthException", "code": code, "error_subcode": subcode}
    return Answer(status, {"error": error}, json.dumps({"error": error}), **more)


@pytest.mark.parametrize(
    ("given", "kind", "pauses"),
    [
        (Answer(200, TAKEN), "accepted", False),
        (Answer(200, {"recipient_id": "1"}), "unknown", False),
        (Answer(200, {}, "<html>"), "unknown", True),
        (Answer(302), "unknown", True),
        (refusal(190, 401), "refused", True),
        (refusal(10, 403), "refused", True),
        (refusal(10, 403, 2018278), "failed", False),
        (refusal(551), "failed", False),
        (refusal(551, subcode=1545041), "failed", False),
        (refusal(100, subcode=2018001), "failed", False),
        (refusal(4), "refused", True),
        (refusal(613), "refused", True),
        (refusal(1200), "refused", False),
        (refusal(2, 500), "refused", False),
        (refusal(0, 403), "refused", True),
        (Answer(500, {"message": "Internal Server Error"}), "unknown", False),
        (Answer(502, text="<html>"), "unknown", False),
        (Answer(504), "unknown", False),
    ],
)
def test_every_answer_has_its_meaning(given, kind, pauses):
    verdict = answers.read(given)

    assert (kind, pauses) == (verdict.kind, verdict.pause_sender)


def test_the_reason_stands_before_facebooks_words():
    outside = answers.read(refusal(10, 403, 2018278)).words
    assert outside == "outside the 24 hours after the person's last message: 403 10/2018278 no"


def test_it_waits_as_told_and_a_moment_when_not_told():
    told, untold = answers.read(refusal(613, 429, retry_after=9.0)), answers.read(refusal(613))
    assert (9.0, False, 1.0, True) == (
        told.retry_after,
        told.throttled,
        untold.retry_after,
        untold.throttled,
    )


def test_a_tag_is_said_with_its_type(mail_of):
    plain = body(account.read({"page_token": "t"}), mail_of(to_address="1"))
    assert ("UPDATE", None) == (plain["messaging_type"], plain.get("tag"))
    tagged = body(account.read({"page_token": "t", "tag": "ACCOUNT_UPDATE"}), mail_of())
    assert ("MESSAGE_TAG", "ACCOUNT_UPDATE") == (tagged["messaging_type"], tagged["tag"])


def test_the_token_is_shown_by_nobody():
    held = account.read({"page_token": "SECRET"})
    assert "SECRET" not in repr(held)
    with pytest.raises(BadSenderSettings, match="page_token"):
        account.read({})
    with pytest.raises(BadSenderSettings, match="base_url"):
        account.read({"page_token": "t", "base_url": "ftp://x"})


@pytest.mark.parametrize(
    ("text", "kind"), [("x" * 2_000, None), ("x" * 2_001, "failed"), ("", "failed")]
)
def test_a_text_that_facebook_would_refuse_is_not_sent(mail_of, text, kind):
    objected = objection(mail_of(text=text))
    assert kind == (objected and objected.kind)


def test_the_signature_is_an_hmac_of_the_whole_body():
    """RFC 4231, test case 2."""
    signature = "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    assert signature == sign("Jefe", b"what do ya want for nothing?")
    assert is_same(signature, signature)
    for wrong in ("", signature[7:], signature.replace("sha256", "sha1"), "\udcff"):
        assert not is_same(signature, wrong)


def webhook(*events):
    return json.dumps({"object": "page", "entry": [{"messaging": list(events)}]}).encode()


def test_a_delivery_names_its_messages_and_a_reading_names_none():
    told = {"mids": ["m_1", "m_2"], "watermark": 1763690000000}
    raw = webhook({"delivery": told}, {"read": {"watermark": 1}}, {"message": {"text": "secret"}})

    (kept,) = receipts.deliveries(receipts.happenings(raw))
    reports = receipts.read(json.dumps(kept).encode())

    assert ["m_1", "m_2"] == [each.provider_id for each in reports]
    assert {("delivered", 1763690000.0)} == {(r.receipt, r.at.timestamp()) for r in reports}
    assert [] == receipts.read(b'{"watermark": 1}')


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{}",
        b'{"entry": 1}',
        b'{"entry": [1]}',
        b'{"entry": [{"messaging": [1]}]}',
        b"\xff",
    ],
)
def test_what_is_no_webhook_is_unreadable(raw):
    with pytest.raises(receipts.UnreadableEvent):
        receipts.happenings(raw)


@pytest.mark.parametrize("raw", [b"{}", b"[]", b'{"watermark": "soon"}', b'{"watermark": 1e30}'])
def test_a_delivery_without_its_parts_is_unreadable(raw):
    with pytest.raises(receipts.UnreadableEvent):
        receipts.read(raw)


@pytest.mark.parametrize(
    "event",
    [
        {"optin": {"ref": "w" * 32}},
        {"referral": {"ref": "w" * 32, "source": "SHORTLINK"}},
        {"postback": {"payload": "START", "referral": {"ref": "w" * 32}}},
        {"message": {"text": "secret", "referral": {"ref": "w" * 32}}},
    ],
)
def test_whoever_came_with_a_word_of_ours_is_kept_and_nothing_else(event):
    told = {**event, "sender": {"id": "7"}, "timestamp": 1763690000000}

    (kept,) = opening.openings(receipts.happenings(webhook(told)))

    assert {"opening": "w" * 32, "user": "7", "timestamp": 1763690000000} == kept
    raw = json.dumps(kept).encode()
    assert opening.is_one(raw)
    assert ("7", "w" * 32) == (opening.read(raw).user, opening.read(raw).word)


@pytest.mark.parametrize(
    "event",
    [
        {"optin": {"ref": "summer-sale"}, "sender": {"id": "7"}},
        {"optin": {"ref": 5}, "sender": {"id": "7"}},
        {"optin": [], "sender": {"id": "7"}},
        {"optin": {"ref": "w" * 32, "user_ref": "x"}},
        {"optin": {"ref": "w" * 32}, "sender": 7},
        {"postback": "START", "sender": {"id": "7"}},
        {"message": {"text": "w" * 32}, "sender": {"id": "7"}},
    ],
)
def test_what_is_no_opening_of_ours_is_not_kept(event):
    assert [] == opening.openings(receipts.happenings(webhook(event)))


@pytest.mark.parametrize("timestamp", [None, "soon", 1e30, []])
def test_an_opening_without_its_time_is_unreadable(timestamp):
    raw = json.dumps({"opening": "w" * 32, "user": "7", "timestamp": timestamp}).encode()
    with pytest.raises(receipts.UnreadableEvent):
        opening.read(raw)
