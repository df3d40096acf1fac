"""Ids in chat apps and devices: whose they are, who blocked us, who is forgotten."""

from datetime import timedelta

import pytest

from postlude.people import api as people
from postlude.people.models import Address, Identity, Suppression, ViewAudit
from postlude.people.types import Actor, PersonSeen, SaidAddress

SHOP = Actor("key", "pl_shop")
ANN = "U" + "a" * 32
BOB = "U" + "b" * 32


@pytest.fixture
def known(org, clock):
    def know(*emails):
        seen = [PersonSeen(email, reference=f"test:{email}") for email in emails]
        return [each.contact for each in people.recognise_many(org.id, seen, now=clock.now())]

    return know


@pytest.fixture
def say(org, clock):
    def said(*triples):
        return people.say_addresses(
            org.id, [SaidAddress(*each) for each in triples], actor=SHOP, now=clock.now()
        )

    return said


def line_of(org, *contacts):
    found = people.addresses(org.id, contacts, "line")
    return [found[each].value if each in found else None for each in contacts]


def devices_of(org, contact):
    found = people.all_addresses(org.id, [contact], "push")
    return [each.value for each in found.get(contact, [])]


def test_a_chat_id_is_kept_once_and_a_new_one_replaces_it(org, known, say):
    (ann,) = known("ann@example.test")

    assert [None] == say((ann, "line", ANN))
    assert [None] == say((ann, "line", ANN))
    assert [ANN] == line_of(org, ann)
    assert 1 == ViewAudit.objects.filter(contact=ann).count()

    say((ann, "line", BOB))
    assert [BOB] == line_of(org, ann)
    assert not Address.objects.filter(value=ANN).exists()
    assert "ann@example.test" == people.addresses(org.id, [ann])[ann].value


def test_somebody_elses_chat_id_is_not_taken_over(org, known, say):
    ann, bob = known("ann@example.test", "bob@example.test")
    say((ann, "line", ANN))

    (problem,) = say((bob, "line", ANN))

    assert "taken" == problem.code
    assert ANN not in repr(problem)
    assert [ANN, None] == line_of(org, ann, bob)


def test_in_one_batch_the_first_has_it(org, known, say):
    ann, bob = known("ann@example.test", "bob@example.test")

    assert [None, "taken"] == [
        each and each.code for each in say((ann, "line", ANN), (bob, "line", ANN))
    ]


def test_a_device_goes_along_with_who_signs_in_on_it(org, known, say):
    ann, bob = known("ann@example.test", "bob@example.test")
    say((ann, "push", "phone"), (ann, "push", "tablet"))

    assert [None] == say((bob, "push", "phone"))

    assert ["tablet"] == devices_of(org, ann)
    assert ["phone"] == devices_of(org, bob)


def test_the_eleventh_device_takes_the_place_of_the_oldest(org, known, say, clock):
    (ann,) = known("ann@example.test")
    for number in range(11):
        say((ann, "push", f"device-{number}"))
        clock.advance(seconds=1)

    assert [f"device-{number}" for number in range(1, 11)] == devices_of(org, ann)


def test_a_device_that_is_no_more_is_forgotten_whole(org, known, say):
    (ann,) = known("ann@example.test")
    say((ann, "push", "phone"), (ann, "push", "tablet"))

    assert 1 == people.end_addresses(org.id, "push", ["phone", "never-seen"])

    assert ["tablet"] == devices_of(org, ann)
    assert not Identity.objects.filter(key="phone").exists()


def test_only_ones_own_place_is_forgotten(org, known, say, clock):
    ann, bob = known("ann@example.test", "bob@example.test")
    say((ann, "line", ANN), (bob, "line", BOB))
    now = clock.now()

    assert 0 == people.forget_addresses(org.id, ann, "line", BOB, actor=SHOP, now=now)
    assert 1 == people.forget_addresses(org.id, ann, "line", actor=SHOP, now=now)
    assert 0 == people.forget_addresses(org.id, ann, "email", actor=SHOP, now=now)

    assert [None, BOB] == line_of(org, ann, bob)
    assert ann in people.addresses(org.id, [ann])


@pytest.mark.parametrize(
    ("kind", "value"),
    [("pigeon", "x"), ("email", "ann@example.test"), ("line", ""), ("line", "U 1"), ("push", "é")],
)
def test_what_is_no_address_is_refused(known, say, kind, value):
    (ann,) = known("ann@example.test")
    (problem,) = say((ann, kind, value))
    assert "bad_address" == problem.code


def test_a_contact_of_another_organisation_is_none(known, say, clock):
    from postlude.orgs import api as orgs

    other = orgs.create("other", "Other", zone="Asia/Taipei", currency="TWD")
    (ann,) = known("ann@example.test")

    said = [SaidAddress(ann, "line", ANN)]
    (problem,) = people.say_addresses(other.id, said, actor=SHOP, now=clock.now())

    assert "no_contact" == problem.code
    assert not Address.objects.filter(value=ANN).exists()


def test_whoever_blocked_us_is_not_written_to_until_they_come_back(org, known, say, clock):
    (ann,) = known("ann@example.test")
    say((ann, "line", ANN))
    later = clock.now() + timedelta(minutes=1)

    assert people.blocked_us(org.id, "line", ANN, at=later)
    assert {ann: "blocked"} == people.suppressed(org.id, [ann], "line")
    assert {} == people.suppressed(org.id, [ann], "email")

    assert people.came_back(org.id, "line", ANN, at=later + timedelta(days=1))
    assert {} == people.suppressed(org.id, [ann], "line")


def test_news_in_the_wrong_order_ends_as_in_the_right_one(org, known, say, clock):
    (ann,) = known("ann@example.test")
    say((ann, "line", ANN))
    blocked = clock.now() + timedelta(minutes=1)
    back = blocked + timedelta(minutes=1)

    people.came_back(org.id, "line", ANN, at=back)
    assert not people.blocked_us(org.id, "line", ANN, at=blocked)
    assert {} == people.suppressed(org.id, [ann], "line")

    again = back + timedelta(minutes=1)
    people.blocked_us(org.id, "line", ANN, at=again)
    assert not people.came_back(org.id, "line", ANN, at=back)
    assert {ann: "blocked"} == people.suppressed(org.id, [ann], "line")


def test_a_block_holds_for_an_address_that_is_learned_later(org, known, say, clock):
    people.blocked_us(org.id, "line", ANN, at=clock.now())
    (ann,) = known("ann@example.test")

    say((ann, "line", ANN))

    assert {ann: "blocked"} == people.suppressed(org.id, [ann], "line")
    assert ANN not in repr(list(Suppression.objects.values()))


def test_who_is_forgotten_is_not_brought_back_by_a_chat_id(org, known, say, clock):
    ann, bob = known("ann@example.test", "bob@example.test")
    say((ann, "line", ANN), (ann, "push", "phone-of-ann"))

    people.erase(org.id, ann, actor=SHOP, now=clock.now())

    assert not Address.objects.filter(contact=ann).exists()
    assert not Identity.objects.filter(contact=ann, kind__in=("line", "push")).exists()
    assert ["erased", "erased"] == [
        each.code for each in say((bob, "line", ANN), (bob, "push", "phone-of-ann"))
    ]


def test_two_who_are_one_have_the_places_of_both(org, known, say, clock):
    seen = [PersonSeen(None, name="Ann", reference="test:order-1")]
    (found,) = people.recognise_many(org.id, seen, now=clock.now())
    child, (ann,) = found.contact, known("ann@example.test")
    say((child, "line", BOB), (child, "messenger", "123456789"), (child, "push", "tablet"))
    say((ann, "line", ANN), (ann, "push", "phone"))

    staff = Actor("staff", "7")
    people.change_email(org.id, child, "ann@example.test", actor=staff, now=clock.now(), join=True)

    assert [ANN, ANN] == line_of(org, ann, child)
    assert {"phone", "tablet"} == set(devices_of(org, ann))
    assert "123456789" == people.addresses(org.id, [ann], "messenger")[ann].value
    assert [None] == say((ann, "push", "tablet"))


def test_a_chat_id_is_no_phone(org, known, say, clock):
    """Recognition fills an empty phone; a chat id used to look like one that is there."""
    (ann,) = known("ann@example.test")
    say((ann, "line", ANN))

    seen = [PersonSeen("ann@example.test", "0912345678")]
    people.recognise_many(org.id, seen, now=clock.now())

    assert "+886912345678" == people.addresses(org.id, [ann], "phone")[ann].value
