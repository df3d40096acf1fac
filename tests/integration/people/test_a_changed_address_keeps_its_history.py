"""An operator mends an e-mail: history stays, the source's old row does not undo it."""

import pytest

from postlude.people import api as people
from postlude.people.errors import UnknownContact
from postlude.people.types import Actor, PersonSeen

STAFF = Actor("staff", "7")
ROW = PersonSeen("amn@example.test", None, "Ann", None, "kktix", "kktix:attendee:1")


@pytest.fixture
def see(org, clock):
    return lambda *seen: people.recognise_many(org.id, list(seen), now=clock.now())


@pytest.fixture
def change(org, clock):
    return lambda contact, email: people.change_email(
        org.id, contact, email, actor=STAFF, now=clock.now()
    )


def value(org, contact) -> str:
    return people.addresses(org.id, [contact])[contact].value


def test_the_old_one_is_history(org, see, change, clock) -> None:
    (ann,) = see(ROW)
    assert change(ann.contact, " Ann@example.test").problem is None
    shown = people.show(
        org.id,
        [ann.contact],
        actor=STAFF,
        permissions={"people.view_contact"},
        purpose="x",
        now=clock.now(),
    )
    assert ("ann@example.test", ("amn@example.test",)) == (
        shown[ann.contact].email,
        shown[ann.contact].past_emails,
    )
    assert "change the e-mail" in [view.purpose for view in people.views(org.id)]
    assert ann.contact == people.find(org.id, "amn@example.test")


def test_importing_the_old_row_again_changes_nothing(org, see, change) -> None:
    (ann,) = see(ROW)
    change(ann.contact, "ann@example.test")
    (again,) = see(ROW)
    assert (ann.contact, False, None) == (again.contact, again.created, again.problem)
    assert "ann@example.test" == value(org, ann.contact)


def test_the_real_owner_of_the_mistyped_address_is_another_person(org, see, change) -> None:
    (ann,) = see(ROW)
    change(ann.contact, "ann@example.test")
    (amn,) = see(PersonSeen("amn@example.test", reference="kktix:attendee:2"))
    assert amn.created
    assert amn.contact != ann.contact
    assert ann.contact == see(ROW)[0].contact


def test_a_bad_one_is_refused_and_changes_nothing(org, see, change) -> None:
    (ann,) = see(ROW)
    assert "bad_address" == change(ann.contact, "ann example.test").problem.code
    assert "amn@example.test" == value(org, ann.contact)


def test_somebody_elses_is_refused(org, see, change) -> None:
    ann, _ = see(ROW, PersonSeen("bob@example.test"))
    found = change(ann.contact, "bob@example.test")
    assert ("taken", "b•••@e•••.test") == (found.problem.code, found.problem.masked)
    assert "amn@example.test" == value(org, ann.contact)


def test_mending_a_bad_one_settles_the_warning(org, see, change) -> None:
    (bad,) = see(PersonSeen("Email_1", reference="r:1"))
    change(bad.contact, "bob@example.test")
    assert [] == people.address_warnings(org.id)
    assert "bob@example.test" == value(org, bad.contact)


def test_mending_a_bad_one_with_a_known_one_joins_them(org, see, change) -> None:
    bob, bad = see(PersonSeen("bob@example.test"), PersonSeen("Email_1", reference="r:1"))
    assert bob.contact == change(bad.contact, "bob@example.test").contact
    assert "bob@example.test" == value(org, bad.contact)
    assert [] == people.address_warnings(org.id)


def test_a_stranger_is_not_found(org, change) -> None:
    with pytest.raises(UnknownContact):
        change(1, "bob@example.test")
