"""Personal values: masked without the permission, audited with it."""

import pytest

from postlude.people import api as people
from postlude.people.errors import PurposeMissing
from postlude.people.types import Actor, PersonSeen

STAFF = Actor("staff", "7")
MAY = frozenset({"people.view_contact"})
CLEAR = ("Ann Lee", "ann@example.test", "+886912345678")


@pytest.fixture
def ann(org, clock):
    seen = PersonSeen(
        "ann@example.test", "0912345678", "Ann Lee", "en", "kktix", "kktix:attendee:1"
    )
    return people.recognise_many(org.id, [seen], now=clock.now())[0].contact


@pytest.fixture
def show(org, clock):
    def reveal(*contacts, permissions=MAY, purpose="she called"):
        return people.show(
            org.id, contacts, actor=STAFF, permissions=permissions, purpose=purpose, now=clock.now()
        )

    return reveal


def test_without_the_permission_all_is_masked(org, ann, show) -> None:
    shown = show(ann, permissions=frozenset({"sales.view", "people.erase"}))[ann]
    assert ("A•••", "a•••@e•••.test", "+886•••78", True) == (
        shown.name,
        shown.email,
        shown.phone,
        shown.masked,
    )
    assert not any(value in repr(shown) for value in CLEAR)
    assert [] == people.views(org.id)


def test_history_and_bad_addresses_are_masked_too(org, ann, show, clock) -> None:
    people.change_email(org.id, ann, "lee@example.test", actor=STAFF, now=clock.now())
    bad = PersonSeen("bob smith@example.test", reference="kktix:attendee:2")
    (bob,) = people.recognise_many(org.id, [bad], now=clock.now())
    shown = show(ann, bob.contact, permissions=frozenset())
    assert "ann@example" not in repr(shown)
    assert "bob smith" not in repr(shown)
    assert "bob smith@example.test" == show(bob.contact)[bob.contact].email_as_given


def test_with_it_every_view_is_written_down(org, ann, show, clock) -> None:
    shown = show(ann)[ann]
    assert CLEAR == (shown.name, shown.email, shown.phone)
    assert not shown.masked
    (view,) = people.views(org.id, contact=ann)
    assert (STAFF, "she called", ("name", "email", "phone"), clock.now()) == (
        view.actor,
        view.purpose,
        view.fields,
        view.at,
    )
    show(ann)
    assert 2 == len(people.views(org.id))


@pytest.mark.parametrize("purpose", ["", "  \n"])
def test_a_clear_view_needs_a_purpose(org, ann, show, purpose: str) -> None:
    with pytest.raises(PurposeMissing):
        show(ann, purpose=purpose)
    assert show(ann, permissions=frozenset(), purpose=purpose)[ann].masked


def test_the_audit_holds_no_personal_value(org, ann, show) -> None:
    show(ann)
    assert not any(value in repr(people.views(org.id)) for value in CLEAR)


def test_another_organisation_sees_nobody(org, ann, clock) -> None:
    from postlude.orgs import api as orgs

    other = orgs.create("eatery", "Eatery", zone="UTC", currency="EUR")
    assert {} == people.show(
        other.id, [ann], actor=STAFF, permissions=MAY, purpose="x", now=clock.now()
    )
    assert [] == people.views(other.id)
