"""Form answers by label, and the hashes that leave this room."""

import hashlib

import pytest

from postlude.people import api as people
from postlude.people.models import AnswerSheet
from postlude.people.types import PersonSeen

PAIRS = [("聯絡人 姓名", "Ann"), ("T-shirt", "L"), ("T-shirt", "again")]


@pytest.fixture
def see(org, clock):
    return lambda *seen: people.recognise_many(org.id, list(seen), now=clock.now())


def test_answers_keep_labels_and_order(org, see, clock) -> None:
    (ann,) = see(PersonSeen("ann@example.test"))
    assert 1 == people.record_answers(org.id, [("a:1", ann.contact, PAIRS)], now=clock.now())
    assert {"a:1": PAIRS} == people.answers(org.id, ["a:1", "a:2"])


def test_the_same_answers_again_change_nothing(org, clock) -> None:
    sheets = [(f"a:{n}", None, PAIRS) for n in range(700)]
    assert 700 == people.record_answers(org.id, sheets, now=clock.now())
    assert 0 == people.record_answers(org.id, sheets, now=clock.now())
    assert 1 == people.record_answers(
        org.id, [("a:3", None, PAIRS[:1]), *sheets[5:]], now=clock.now()
    )
    assert PAIRS[:1] == people.answers(org.id, ["a:3"])["a:3"]
    assert 700 == AnswerSheet.objects.count()


def test_pseudonyms_are_the_same_for_the_same_value(org, see) -> None:
    (ann,) = see(PersonSeen("Ann@Example.test", "0912-345-678", "Ann"))
    found = people.pseudonyms(org.id, [ann.contact])[ann.contact]
    assert all(value.startswith("k1:") for value in (found.email, found.phone, found.name))
    assert 3 == len({found.email, found.phone, found.name})
    assert hashlib.sha256(b"Ann@Example.test").hexdigest() == found.email_legacy
    assert "nn@" not in repr(found)


def test_organisations_hash_apart(org, see, clock) -> None:
    from postlude.orgs import api as orgs

    other = orgs.create("eatery", "Eatery", zone="UTC", currency="EUR")
    (ann,) = see(PersonSeen("ann@example.test"))
    (same,) = people.recognise_many(other.id, [PersonSeen("ann@example.test")], now=clock.now())
    mine, theirs = (
        people.pseudonyms(org.id, [ann.contact]),
        people.pseudonyms(other.id, [same.contact]),
    )
    assert mine[ann.contact].email != theirs[same.contact].email


def test_an_undeliverable_e_mail_is_hashed_as_spelled(org, see) -> None:
    (bad,) = see(PersonSeen(" Email_03291", reference="r:1"))
    found = people.pseudonyms(org.id, [bad.contact])[bad.contact]
    assert found.email is not None
    assert (None, None) == (found.phone, found.name)


def test_the_language_is_the_organisations_when_unknown(org, see) -> None:
    ann, bob = see(PersonSeen("ann@example.test", locale="en"), PersonSeen("bob@example.test"))
    assert {ann.contact: "en", bob.contact: "zh-Hant"} == people.locales(
        org.id, [ann.contact, bob.contact]
    )
