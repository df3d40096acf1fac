"""Crescendo in LINE's shape: its own address, people and blocks, and LINE's care for lost answers."""

import pytest

from postlude.channels.crescendo_line.channel import CrescendoLine
from postlude.channels.errors import BadSenderSettings
from postlude.kernel import clock as kernel_clock
from postlude.kernel import inbox
from postlude.messages import api as messages
from postlude.orgs import api as orgs
from postlude.orgs.types import Fee
from postlude.people import api as people
from postlude.people.types import Actor, SaidAddress

ANN = "U" + "a1" * 16


def held(sandbox, vendor="crescendo_line"):
    return sandbox.client.received(vendor)["messages"]


def test_it_goes_to_its_own_address_and_not_to_line(crescendo_desk, sandbox):
    (number,) = crescendo_desk.enqueue(ANN)

    crescendo_desk.deliver()

    assert ["accepted"] == crescendo_desk.states([number])
    assert [ANN] == [each["to"] for each in held(sandbox)]
    assert [] == held(sandbox, "line")


def test_it_has_a_price_of_its_own(crescendo_desk, line_desk_too, sandbox):
    org = crescendo_desk.org
    orgs.configure(org, fees={"crescendo_line": Fee(80), "line": Fee(20)})
    (here,) = crescendo_desk.enqueue(ANN)
    (there,) = line_desk_too.enqueue(ANN, key="on-line")

    crescendo_desk.deliver()

    facts = messages.state_of(org, [here, there])
    assert [80, 20] == [facts[here].cost, facts[there].cost]


def test_a_lost_answer_is_one_message_in_the_end(crescendo_desk, sandbox, clock):
    sandbox.client.fault("crescendo_line", "drop_after", count=1)
    (number,) = crescendo_desk.enqueue(ANN)

    crescendo_desk.deliver()
    clock.advance(seconds=30)
    crescendo_desk.deliver()

    (sent,) = held(sandbox)
    assert sent["id"] == messages.state_of(crescendo_desk.org, [number])[number].provider_id


def test_a_line_id_is_not_one_of_its(crescendo_desk, sandbox):
    """A contact who is on LINE only has no address here, and is told so."""
    (contact,) = crescendo_desk.contacts(None)
    said = [SaidAddress(contact, "line", ANN)]
    people.say_addresses(crescendo_desk.org, said, actor=Actor("key", "t"), now=kernel_clock.now())
    number = crescendo_desk.new(contact)

    crescendo_desk.deliver()

    fact = messages.state_of(crescendo_desk.org, [number])[number]
    assert ("blocked", "no_address") == (str(fact.state), fact.reason)


def test_a_block_there_is_none_on_line(crescendo_desk, sandbox, web):
    (ann,) = crescendo_desk.contacts(ANN)
    url = f"{web}/hooks/line/pycon/chat"
    sandbox.client.configure("crescendo_line", webhook_url=url)
    sandbox.client.chat("crescendo_line", "unfollow", ANN)

    def told():
        log = sandbox.client.chat_webhooks("crescendo_line")["deliveries"]
        return [each["state"] for each in log] == ["delivered"]

    sandbox.client.wait_for(told)
    inbox.drain(lambda: False, lane="bulk")

    org = crescendo_desk.org
    assert {ann: "blocked"} == people.suppressed(org, [ann], "crescendo_line")
    assert {} == people.suppressed(org, [ann], "line")


def test_the_address_has_to_be_given(config, crescendo_settings):
    without = {key: value for key, value in crescendo_settings.items() if key != "base_url"}
    with pytest.raises(BadSenderSettings, match="base_url"):
        CrescendoLine().examine(config("crescendo_line", without), online=False)


def test_the_doctor_asks_it_as_it_asks_line(config, crescendo_settings):
    examined = CrescendoLine().examine(config("crescendo_line", crescendo_settings), online=True)
    assert (True, True) == (examined.works, "0 of this month's 200" in examined.text)
