"""LINE's webhooks over real HTTP: signed, durable, each event applied once."""

import json

import httpx
import pytest

from postlude.channels.line.signature import sign
from postlude.kernel import inbox
from postlude.kernel.models import InboxDelivery
from postlude.messages import api as messages
from postlude.people import api as people

ANN = "U" + "a1" * 16
SECRET = "sandbox-line-secret"


@pytest.fixture
def hooked(line_desk, sandbox, web):
    line_desk.url = f"{web}/hooks/line/pycon/chat"
    sandbox.client.configure("line", webhook_url=line_desk.url)
    (line_desk.ann,) = line_desk.contacts(ANN)
    return line_desk


def happen(sandbox, event, user=ANN, **more):
    before = sandbox.client.chat_webhooks("line")["total"]
    sandbox.client.chat("line", event, user, **more)

    def told():
        seen = sandbox.client.chat_webhooks("line")
        done = {"delivered", "refused", "failed"}
        return seen["total"] > before and all(d["state"] in done for d in seen["deliveries"])

    sandbox.client.wait_for(told)
    inbox.drain(lambda: False, lane="bulk")
    return sandbox.client.chat_webhooks("line")["deliveries"][-1]


def reason_of(desk):
    return people.suppressed(desk.org, [desk.ann], "line").get(desk.ann)


def test_who_left_is_not_written_to_until_they_follow_again(hooked, sandbox):
    assert "delivered" == happen(sandbox, "unfollow")["state"]
    (number,) = hooked.enqueue(ANN)
    hooked.deliver()
    fact = messages.state_of(hooked.org, [number])[number]
    assert ("blocked", "suppressed") == (str(fact.state), fact.reason)

    happen(sandbox, "follow")

    (again,) = hooked.enqueue(ANN, key="again")
    hooked.deliver()
    assert ["accepted"] == hooked.states([again])


def test_an_event_told_twice_counts_once(hooked, sandbox):
    sandbox.client.fault("line", "duplicate_webhook")

    happen(sandbox, "unfollow")

    assert 1 == InboxDelivery.objects.filter(source="line:chat").count()
    assert "blocked" == reason_of(hooked)


def test_an_event_told_again_much_later_changes_nothing(hooked, sandbox):
    event = sandbox.client.chat("line", "unfollow", ANN, at=1763690000000, event_id="01OLD")
    inbox.drain(lambda: False, lane="bulk")
    happen(sandbox, "follow")

    again = json.dumps({"destination": "U0", "events": [event]}).encode()
    assert 200 == post(hooked.url, again).status_code
    inbox.drain(lambda: False, lane="bulk")

    assert reason_of(hooked) is None


def test_an_overtaken_event_does_not_win(hooked, sandbox):
    event = {
        "type": "unfollow",
        "timestamp": 1763690000000,
        "source": {"type": "user", "userId": ANN},
        "webhookEventId": "01LATE",
    }
    happen(sandbox, "follow")

    late = json.dumps({"destination": "U0", "events": [event]}).encode()
    assert 200 == post(hooked.url, late).status_code
    inbox.drain(lambda: False, lane="bulk")

    assert reason_of(hooked) is None


def test_several_events_of_one_call_are_all_kept(hooked):
    events = [
        {
            "type": "unfollow",
            "timestamp": 4102444800000 + number,
            "source": {"userId": f"U{number:032x}"},
            "webhookEventId": f"01SEVERAL{number}",
        }
        for number in range(5)
    ]
    body = json.dumps({"destination": "U0", "events": events}).encode()

    assert {200} == {post(hooked.url, body).status_code for _ in range(2)}

    assert 5 == InboxDelivery.objects.filter(source="line:chat").count()


def test_what_people_write_is_not_kept(hooked, sandbox):
    assert "delivered" == happen(sandbox, "message", text="my card is 1234")["state"]
    assert 0 == InboxDelivery.objects.filter(source="line:chat").count()


def test_lines_own_try_of_the_address_is_answered(hooked):
    assert 200 == post(hooked.url, b'{"destination":"U0","events":[]}').status_code


def test_a_wrong_signature_changes_nothing(hooked, sandbox):
    sandbox.client.fault("line", "wrong_signature")

    assert {401} == set(happen(sandbox, "unfollow")["attempts"])

    assert reason_of(hooked) is None
    assert 0 == InboxDelivery.objects.filter(source="line:chat").count()


@pytest.mark.parametrize("raw", [b"{}", b"[]", b"no json", b'{"events":[1]}'])
def test_what_is_no_webhook_of_line_is_said(hooked, raw):
    assert 400 == post(hooked.url, raw).status_code


def test_a_secret_that_is_not_set_is_ours_to_mend(hooked, monkeypatch):
    monkeypatch.delenv("LINE_CHANNEL_SECRET")
    answer = post(hooked.url, b'{"events":[]}')
    assert 503 == answer.status_code
    assert SECRET not in answer.text


def test_another_organisations_sender_is_not_there(hooked):
    assert 404 == post(hooked.url.replace("/pycon/", "/other/"), b'{"events":[]}').status_code
    assert 404 == post(hooked.url.replace("/chat", "/other"), b'{"events":[]}').status_code


def post(url, raw):
    headers = {"X-Line-Signature": sign(SECRET, raw), "Content-Type": "application/json"}
    return httpx.post(url, content=raw, headers=headers, trust_env=False)


BOB = "U" + "b2" * 16


def linked(desk, clock, sandbox, word, user=BOB, **more):
    at = int(clock.now().timestamp() * 1000)
    return happen(sandbox, "accountLink", user, nonce=word, at=at, **more)


def line_of(desk):
    found = people.addresses(desk.org, [desk.bob], "line").get(desk.bob)
    return found and found.value


@pytest.fixture
def bob(hooked):
    (hooked.bob,) = hooked.contacts(None)
    return hooked


def test_who_follows_and_links_the_account_is_reached(bob, clock, sandbox):
    happen(sandbox, "follow", BOB)
    word = people.begin_link(bob.org, bob.bob, "line", now=clock.now())
    sandbox.client.fault("line", "duplicate_webhook")

    assert "delivered" == linked(bob, clock, sandbox, word)["state"]

    assert BOB == line_of(bob)
    number = bob.new(bob.bob)
    bob.deliver()
    assert ["accepted"] == bob.states([number])


def test_a_word_is_good_once_and_not_for_ever(bob, clock, sandbox):
    word = people.begin_link(bob.org, bob.bob, "line", now=clock.now())
    linked(bob, clock, sandbox, word, linked=False)
    linked(bob, clock, sandbox, "guessed")
    assert line_of(bob) is None
    linked(bob, clock, sandbox, word)
    linked(bob, clock, sandbox, word, user="U" + "c3" * 16)
    assert BOB == line_of(bob)

    late = people.begin_link(bob.org, bob.ann, "line", now=clock.now())
    clock.advance(minutes=11)
    linked(bob, clock, sandbox, late, user="U" + "c3" * 16)
    assert ANN == people.addresses(bob.org, [bob.ann], "line")[bob.ann].value
