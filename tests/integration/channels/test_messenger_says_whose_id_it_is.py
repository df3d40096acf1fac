"""Messenger's opt-in: a word of ours in a link, told back with the person's id by the webhook."""

import json

import pytest

from postlude.channels import api as channels
from postlude.kernel import boundaries, inbox
from postlude.kernel.inbox import Delivery
from postlude.kernel.models import InboxDelivery
from postlude.people import api as people

ANN, BOB = "4815162342108", "4815162342109"


class Died(BaseException):
    """As a kill would: nothing of ours catches it."""


@pytest.fixture
def hooked(messenger_desk, sandbox, web):
    sandbox.client.configure("messenger", webhook_url=f"{web}/hooks/messenger/pycon/chat")
    (messenger_desk.ann,) = messenger_desk.contacts(None)
    return messenger_desk


@pytest.fixture
def come(hooked, sandbox, clock):
    def come(word, user=ANN, how="referral"):
        before = sandbox.client.chat_webhooks("messenger")["total"]
        at = int(clock.now().timestamp() * 1000)
        sandbox.client.chat("messenger", how, user, ref=word, at=at)

        def told():
            seen = sandbox.client.chat_webhooks("messenger")
            done = {"delivered", "refused", "failed"}
            return seen["total"] > before and all(d["state"] in done for d in seen["deliveries"])

        sandbox.client.wait_for(told)
        inbox.drain(lambda: False, lane="bulk")

    return come


def id_of(desk):
    found = people.addresses(desk.org, [desk.ann], "messenger").get(desk.ann)
    return found and found.value


def kept():
    return InboxDelivery.objects.filter(source="messenger:chat").count()


@pytest.mark.parametrize("how", ["optin", "referral", "get_started"])
def test_who_comes_by_a_link_of_ours_is_reached(hooked, come, sandbox, clock, how):
    word = people.begin_link(hooked.org, hooked.ann, "messenger", now=clock.now())
    sandbox.client.fault("messenger", "duplicate_webhook")

    come(word, how=how)

    assert (ANN, 1) == (id_of(hooked), kept())
    number = hooked.new(hooked.ann)
    hooked.deliver()
    assert ["accepted"] == hooked.states([number])


def test_a_word_is_good_once_and_for_an_hour(hooked, come, clock):
    word = people.begin_link(hooked.org, hooked.ann, "messenger", now=clock.now())
    clock.advance(minutes=59)
    come(word)
    come(word, BOB)
    assert ANN == id_of(hooked)

    late = people.begin_link(hooked.org, hooked.ann, "messenger", now=clock.now())
    clock.advance(minutes=61)
    come(late, BOB)
    assert ANN == id_of(hooked)


def test_a_word_for_another_app_opens_nothing_here(hooked, come, clock):
    come(people.begin_link(hooked.org, hooked.ann, "line", now=clock.now()))
    come("g" * 32)
    assert id_of(hooked) is None


def test_a_ref_of_the_shop_is_not_kept(hooked, come):
    come("summer-sale")
    come("")
    assert 0 == kept()


def test_what_came_and_what_arrived_are_taken_together(hooked, come, sandbox, clock):
    (number,) = hooked.enqueue(BOB)
    hooked.deliver()
    word = people.begin_link(hooked.org, hooked.ann, "messenger", now=clock.now())
    total = sandbox.client.chat_webhooks("messenger")["total"]
    sandbox.client.chat("messenger", "delivery", BOB)
    sandbox.client.wait_for(
        lambda: (
            (seen := sandbox.client.chat_webhooks("messenger"))["total"] > total
            and all(each["state"] == "delivered" for each in seen["deliveries"])
        )
    )
    come(word)

    assert (ANN, ["delivered"]) == (id_of(hooked), hooked.states([number]))


def test_told_again_after_a_death_it_is_as_it_was_to_be(hooked, clock, monkeypatch):
    word = people.begin_link(hooked.org, hooked.ann, "messenger", now=clock.now())
    at = int(clock.now().timestamp() * 1000)
    raw = json.dumps({"user": ANN, "opening": word, "timestamp": at}).encode()
    headers = {"sender": "chat"}
    delivery = Delivery(1, "messenger:chat", hooked.org, "r1", raw, headers, clock.now(), 1)
    died = []

    def crossing(name):
        if name == "channels.opening_recorded" and not died:
            died.append(name)
            raise Died

    monkeypatch.setattr(boundaries, "crossing", crossing)
    with pytest.raises(Died):
        channels.INBOX_HANDLERS["messenger"]([delivery])
    channels.INBOX_HANDLERS["messenger"]([delivery])
    assert ANN == id_of(hooked)
