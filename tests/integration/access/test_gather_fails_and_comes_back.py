"""Whatever Gather does, nobody is lost, nobody is thrown out, and others are not held up."""

import pytest

from postlude.access import api as access


@pytest.mark.parametrize(
    "kind",
    ["rate_limited", "server_error", "drop_before", "drop_after", "html", "refuse_connection"],
)
def test_a_passing_failure_is_repeated(booth, clock, kind):
    """429, 5xx, a lost connection, a page instead of JSON: asked again, after a rest."""
    booth.sandbox.client.fault("gather", kind)
    ann = booth.buy("ann@example.test")
    booth.ask(ann)

    booth.work()
    assert {"gather": "pending", "youtube": "granted"} == booth.states(ann)
    booth.sandbox.client.clear_faults()
    clock.advance(seconds=120)
    booth.work()

    assert {"gather": "granted", "youtube": "granted"} == booth.states(ann)
    assert [] == access.failures(booth.org)


def test_a_wrong_key_sends_people_to_a_person_and_mends(booth, monkeypatch):
    """403: a person is asked, with the reason; YouTube goes on; a mended key brings all in."""
    monkeypatch.setenv("GATHER_API_KEY", "wrong")
    ann, bob = booth.buy("ann@example.test"), booth.buy("bob@example.test")
    booth.ask(ann, bob)
    booth.work()

    assert {"gather": "pending", "youtube": "granted"} == booth.states(ann)
    assert "refused" == booth.grants(ann)["gather"].by_hand
    assert "403" in booth.grants(ann)["gather"].words
    (failure,) = access.failures(booth.org)
    assert ("gather", True, 2) == (failure.resource, failure.refused, failure.grants)
    assert "403" in failure.words

    monkeypatch.setenv("GATHER_API_KEY", "sandbox-gather-key")
    assert 2 == access.regrant(booth.org, booth.conference, actor="staff:1", now=booth.now)
    booth.work()
    assert "granted" == booth.states(ann)["gather"] == booth.states(bob)["gather"]
    assert [] == access.failures(booth.org)


def test_the_next_success_brings_back_those_who_were_refused(booth, clock, monkeypatch):
    """Without anybody's help: a later buyer who gets in shows that the key works again."""
    monkeypatch.setenv("GATHER_API_KEY", "wrong")
    ann = booth.buy("ann@example.test")
    booth.ask(ann)
    booth.work()
    monkeypatch.setenv("GATHER_API_KEY", "sandbox-gather-key")
    clock.advance(minutes=6)
    bob = booth.buy("bob@example.test")
    booth.ask(bob)
    booth.work()

    assert "granted" == booth.states(ann)["gather"] == booth.states(bob)["gather"]


def test_a_missing_secret_is_a_refusal_that_names_it(booth, monkeypatch):
    """The words say which variable is not set."""
    monkeypatch.delenv("GATHER_API_KEY")
    booth.ask(booth.buy("ann@example.test"))
    booth.work()

    (failure,) = access.failures(booth.org)
    assert "GATHER_API_KEY" in failure.words


def test_a_changed_resource_is_tried_again(booth):
    """Applying a mended playbook retries whom the old one failed for."""
    broken = booth.resources()
    settings = {**broken[1].settings, "space": "nowhere/Conference"}
    mended = list(broken)
    broken[1] = type(broken[1])("gather", "gather", "Gather Town", settings)
    access.define_resources(booth.org, booth.conference, broken, now=booth.now)
    ann = booth.buy("ann@example.test")
    booth.ask(ann)
    booth.work()
    assert "refused" == booth.grants(ann)["gather"].by_hand

    access.define_resources(booth.org, booth.conference, mended, now=booth.now)
    booth.work()
    assert "granted" == booth.states(ann)["gather"]


def test_a_retry_after_is_respected(booth, clock):
    """A vendor that asks for rest is left alone that long, and no attempt is burnt."""
    booth.sandbox.client.fault("gather", "rate_limited", count=1, retry_after=60)
    ann = booth.buy("ann@example.test")
    booth.ask(ann)
    booth.work()
    clock.advance(seconds=50)
    assert 0 == booth.work()
    clock.advance(seconds=11)
    booth.work()

    assert "granted" == booth.states(ann)["gather"]
    assert 0 == booth.grants(ann)["gather"].attempts


def test_a_short_answer_is_an_answer(booth):
    """Gather's reply is not documented: a mere success is enough."""
    booth.sandbox.client.configure("gather", set_reply="ok")
    ann = booth.buy("ann@example.test")
    booth.ask(ann)
    booth.work()

    assert "granted" == booth.states(ann)["gather"]


def test_a_contact_without_address_fails_alone(booth):
    """Nobody can be put on a list without an e-mail; the others are not held up."""
    nobody = booth.buy("Email_03291")
    ann = booth.buy("ann@example.test")
    booth.ask(nobody, ann)
    booth.work()

    assert {"gather": "failed", "youtube": "granted"} == booth.states(nobody)
    assert "no_address" == booth.grants(nobody)["gather"].failure
    assert "granted" == booth.states(ann)["gather"]
