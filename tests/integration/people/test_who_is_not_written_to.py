"""Suppressions and consents."""

from datetime import timedelta

import pytest

from postlude.kernel import keys as key_ring
from postlude.people import api as people
from postlude.people.models import Suppression
from postlude.people.types import PersonSeen

MAIL = "ann@example.test"


@pytest.fixture
def ann(org, clock):
    return people.recognise_many(org.id, [PersonSeen(MAIL, "0912345678")], now=clock.now())[
        0
    ].contact


def test_the_strongest_reason_is_told(org, ann, clock) -> None:
    assert {} == people.suppressed(org.id, [ann], "email")
    assert people.suppress(org.id, "email", MAIL, "unsubscribe", now=clock.now())
    assert {ann: "unsubscribe"} == people.suppressed(org.id, [ann], "email")
    assert people.suppress(org.id, "email", MAIL, "hard_bounce", now=clock.now(), message=5)
    assert not people.suppress(org.id, "email", MAIL, "hard_bounce", now=clock.now())
    assert {ann: "hard_bounce"} == people.suppressed(org.id, [ann], "email")


def test_a_channel_is_its_own(org, ann, clock) -> None:
    people.suppress_contacts(org.id, [ann], "sms", "complaint", now=clock.now())
    assert {} == people.suppressed(org.id, [ann], "email")
    assert {ann: "complaint"} == people.suppressed(org.id, [ann], "sms")


def test_no_address_is_kept_in_clear(org, ann, clock) -> None:
    people.suppress(org.id, "email", MAIL, "manual", now=clock.now())
    assert MAIL not in repr(list(Suppression.objects.values()))


def test_it_holds_under_a_new_secret_key(org, ann, clock, settings) -> None:
    people.suppress(org.id, "email", MAIL, "complaint", now=clock.now())
    settings.POSTLUDE_SECRET_KEYS = f"{key_ring.generate(2)},{settings.POSTLUDE_SECRET_KEYS}"
    assert {ann: "complaint"} == people.suppressed(org.id, [ann], "email")


def test_an_address_suppressed_before_it_was_known_is_suppressed(org, clock) -> None:
    people.suppress(org.id, "email", "bob@example.test", "hard_bounce", now=clock.now())
    (bob,) = people.recognise_many(org.id, [PersonSeen("bob@example.test")], now=clock.now())
    assert {bob.contact: "hard_bounce"} == people.suppressed(org.id, [bob.contact], "email")


def test_a_new_address_is_free_of_the_old_ones_bounce(org, ann, clock) -> None:
    from postlude.people.types import Actor

    people.suppress(org.id, "email", MAIL, "hard_bounce", now=clock.now())
    people.change_email(org.id, ann, "lee@example.test", actor=Actor("staff", "7"), now=clock.now())
    assert {} == people.suppressed(org.id, [ann], "email")


def test_the_newest_consent_holds_in_whatever_order_they_come(org, ann, clock) -> None:
    now = clock.now()
    assert {ann: None} == people.consents(org.id, [ann], "email")
    people.set_consent(org.id, ann, "email", granted=False, source="page", now=now)
    people.set_consent(
        org.id, ann, "email", granted=True, source="form", now=now - timedelta(days=1)
    )
    assert {ann: False} == people.consents(org.id, [ann], "email")
    people.set_consent(
        org.id, ann, "email", granted=True, source="form", now=now + timedelta(days=1)
    )
    assert {ann: True} == people.consents(org.id, [ann], "email")
    assert {ann: None} == people.consents(org.id, [ann], "sms")


def test_of_two_answers_of_one_instant_the_no_holds(org, ann, clock) -> None:
    for granted in (False, True):
        people.set_consent(org.id, ann, "email", granted=granted, source="x", now=clock.now())
    assert {ann: False} == people.consents(org.id, [ann], "email")
