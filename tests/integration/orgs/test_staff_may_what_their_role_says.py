"""Staff: a role per organisation, nothing without one."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser

from postlude.orgs import api as orgs
from postlude.orgs.errors import BadSetting, Forbidden, LastOwner, UnknownUser, UsernameTaken


@pytest.fixture
def other(org):
    return orgs.create("eatery", "Eatery", zone="UTC", currency="EUR")


def user(number: int):
    return get_user_model().objects.get(pk=number)


def test_a_role_holds_in_its_organisation_only(org, other) -> None:
    ann = user(orgs.add_staff(org.id, "ann", "correct horse", "organiser"))
    orgs.require(ann, org.id, "people.view_contact")
    assert [org.id] == orgs.orgs_of(ann)
    with pytest.raises(Forbidden):
        orgs.require(ann, other.id, "people.view_contact")
    with pytest.raises(Forbidden):
        orgs.require(ann, org.id, "people.erase")


def test_an_existing_user_is_not_taken_over(org, other) -> None:
    ann = user(orgs.add_staff(org.id, "ann", "correct horse", "viewer"))
    with pytest.raises(UsernameTaken):
        orgs.add_staff(other.id, "ann", "another password", "owner")
    assert user(ann.pk).check_password("correct horse")
    assert frozenset() == orgs.permissions_of(ann, other.id)


def test_a_role_can_be_given_changed_and_taken(org, other) -> None:
    ann = user(orgs.add_staff(org.id, "ann", "correct horse", "viewer"))
    orgs.give_role(other.id, "ann", "engineer")
    orgs.give_role(org.id, "ann", "owner")
    orgs.add_staff(org.id, "bea", "correct horse", "owner")
    assert "orgs.manage" in orgs.permissions_of(ann, org.id)
    assert ["owner", "owner"] == [each.role for each in orgs.staff(org.id)]
    assert orgs.remove_staff(org.id, ann.pk)
    assert not orgs.remove_staff(org.id, ann.pk)
    assert frozenset() == orgs.permissions_of(ann, org.id)
    assert [other.id] == orgs.orgs_of(ann)


def test_the_last_owner_stays(org) -> None:
    ann = orgs.add_staff(org.id, "ann", "correct horse", "owner")
    for leave in (
        lambda: orgs.remove_staff(org.id, ann),
        lambda: orgs.dismiss(org.id, "ann"),
        lambda: orgs.give_role(org.id, "ann", "viewer"),
    ):
        with pytest.raises(LastOwner):
            leave()
    assert ["owner"] == [each.role for each in orgs.staff(org.id)]


def test_strangers_and_those_who_left_may_nothing(org) -> None:
    ann = user(orgs.add_staff(org.id, "ann", "correct horse", "owner"))
    ann.is_active = False
    root = get_user_model().objects.create_superuser("root", password="correct horse")
    for nobody in (ann, root, AnonymousUser()):
        assert frozenset() == orgs.permissions_of(nobody, org.id)
        with pytest.raises(Forbidden):
            orgs.require(nobody, org.id, "sales.view")


def test_unknown_roles_and_users_are_refused(org) -> None:
    with pytest.raises(BadSetting):
        orgs.add_staff(org.id, "bob", "correct horse", "god")
    with pytest.raises(UnknownUser):
        orgs.give_role(org.id, "bob", "viewer")
    assert [] == orgs.staff(org.id)
