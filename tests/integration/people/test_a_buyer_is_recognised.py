"""Recognition: one e-mail is one contact, a bad e-mail loses no sale, nothing is overwritten."""

from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from postlude.kernel import work
from postlude.people import api as people
from postlude.people.models import Contact
from postlude.people.types import PersonSeen

ANN = PersonSeen("Ann@Example.test ", "0912345678", "Ann  Lee", "en", "kktix", "kktix:attendee:1")
BAD = PersonSeen("Email_03291", "Phone_03291", "User_03291", None, "kktix", "kktix:attendee:2")


@pytest.fixture
def see(org, clock):
    def recognise(*seen: PersonSeen):
        return people.recognise_many(org.id, list(seen), now=clock.now())

    return recognise


@pytest.fixture
def addressed(monkeypatch):
    monkeypatch.setattr(work, "_subscriptions", {})
    told: list[str] = []
    work.subscribe(people.ADDRESSED, "test", lambda batch: told.extend(batch.keys))
    return told


@pytest.fixture
def joined(addressed) -> list[str]:
    told: list[str] = []
    work.subscribe(people.JOINED, "test", lambda batch: told.extend(batch.keys))
    return told


def test_one_e_mail_is_one_contact(org, see) -> None:
    first, again = see(
        ANN, replace(ANN, email_raw="ann@example.test", reference="kktix:attendee:9")
    )
    assert (True, False) == (first.created, again.created)
    assert (
        first.contact
        == again.contact
        == see(ANN)[0].contact
        == people.find(org.id, "ANN@example.test")
    )
    assert 1 == Contact.objects.count()
    assert "ann@example.test" == people.addresses(org.id, [first.contact])[first.contact].value
    assert (
        "+886912345678" == people.addresses(org.id, [first.contact], "phone")[first.contact].value
    )
    assert {first.contact: "Ann Lee"} == people.names(org.id, [first.contact])


def test_answers_come_in_the_order_of_the_question(see) -> None:
    seen = [replace(ANN, email_raw=f"p{n % 700}@example.test", reference="") for n in range(1_300)]
    found = see(*seen)
    assert [each.contact for each in found[:600]] == [each.contact for each in found[700:]]
    assert 700 == len({each.contact for each in found})


def test_a_bad_e_mail_still_makes_a_contact_once(org, see) -> None:
    first, again = see(BAD)[0], see(BAD)[0]
    assert first.contact == again.contact
    assert (True, False) == (first.created, again.created)
    assert "bad_address" == first.problem.code == again.problem.code
    assert "E•••" == first.problem.masked
    assert first.problem.hint
    assert {} == people.addresses(org.id, [first.contact])
    (warning,) = people.address_warnings(org.id)
    assert ("kktix:attendee:2", "E•••", first.contact) == (
        warning.reference,
        warning.masked,
        warning.contact,
    )


@pytest.mark.parametrize(
    "raw", ["王小明@example.test", "a b@example.test", "ann", "a@b", "a@@example.test"]
)
def test_each_kind_of_bad_e_mail_is_a_warning(org, see, raw: str) -> None:
    (found,) = see(replace(BAD, email_raw=raw))
    assert found.contact is not None
    assert "bad_address" == found.problem.code
    assert raw not in repr(found.problem)
    assert 1 == people.count_address_warnings(org.id)


def test_no_e_mail_is_told_as_such(see) -> None:
    assert ["missing", "missing"] == [
        each.problem.code
        for each in see(replace(BAD, email_raw=None), replace(BAD, email_raw="  "))
    ]


def test_neither_e_mail_nor_reference_is_nobody(see) -> None:
    (found,) = see(replace(BAD, reference=""))
    assert found.contact is None
    assert found.problem is not None
    assert 0 == Contact.objects.count()


def test_a_good_e_mail_under_the_same_reference_is_attached(org, see, addressed) -> None:
    (before,) = see(BAD)
    (after,) = see(replace(BAD, email_raw="mended@example.test"))
    assert (before.contact, None) == (after.contact, after.problem)
    assert "mended@example.test" == people.addresses(org.id, [before.contact])[before.contact].value
    assert [] == people.address_warnings(org.id)
    assert people.address_warnings(org.id, resolved=True)[0].resolved_at is not None
    work.drain(lambda: False)
    assert [str(before.contact)] == addressed
    assert see(BAD)[0].problem is None


def test_an_e_mail_of_somebody_else_joins_the_two(org, see, addressed, joined) -> None:
    """Facts keep the old id; readings of it go to the owner, who is told of nothing twice."""
    ann, stranded = see(ANN, BAD)
    (owner,) = see(replace(BAD, email_raw=ANN.email_raw))
    assert ann.contact == owner.contact
    assert {stranded.contact: ann.contact} == people.canonical(org.id, [stranded.contact])
    assert (
        "ann@example.test" == people.addresses(org.id, [stranded.contact])[stranded.contact].value
    )
    assert [] == people.address_warnings(org.id)
    work.drain(lambda: False)
    assert ([], [str(stranded.contact)]) == (addressed, joined)
    assert ann.contact == see(BAD)[0].contact


def test_all_that_in_one_batch(org, see) -> None:
    bad, good, ann, again = see(BAD, replace(BAD, email_raw="mended@example.test"), ANN, BAD)
    assert bad.contact == good.contact == again.contact != ann.contact
    assert (True, False, True, False) == tuple(each.created for each in (bad, good, ann, again))
    assert again.problem is None
    assert [] == people.address_warnings(org.id)


def test_what_is_known_is_filled_in_never_overwritten(org, see) -> None:
    (ann,) = see(replace(ANN, name=None, phone_raw="n/a", locale=None))
    see(ANN)
    see(replace(ANN, name="Somebody", phone_raw="0987654321", locale="ru"))
    assert {ann.contact: "Ann Lee"} == people.names(org.id, [ann.contact])
    assert {ann.contact: "en"} == people.locales(org.id, [ann.contact])
    assert "+886912345678" == people.addresses(org.id, [ann.contact], "phone")[ann.contact].value


def test_organisations_do_not_share_people(org, see, clock) -> None:
    from postlude.orgs import api as orgs

    other = orgs.create("eatery", "Eatery", zone="UTC", currency="EUR")
    (ann,) = see(ANN)
    (same,) = people.recognise_many(other.id, [ANN], now=clock.now())
    assert ann.contact != same.contact
    assert {} == people.addresses(other.id, [ann.contact])
    assert people.find(other.id, ANN.email_raw) == same.contact


def test_five_thousand_are_recognised_in_sets(org, see) -> None:
    seen = [
        replace(ANN, email_raw=f"p{n}@example.test", phone_raw=f"09{n:08}", reference=f"r:{n}")
        for n in range(5_000)
    ]
    with CaptureQueriesContext(connection) as statements:
        assert 5_000 == len({each.contact for each in see(*seen)})
        assert not any(each.created for each in see(*seen))
    assert len(statements) < 5_000 / 20
