"""Customers are found by number, phone or e-mail; what is given replaces what was known."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.models import Address, Contact, Identity, Undeliverable, ViewAudit
from postlude.people.types import Actor, CustomerSeen, Description, PersonSeen

TILL = Actor("key", "till")
PHONE, OTHER = "+79161234567", "+79167654321"


@pytest.fixture
def chain(db):
    return orgs.create("borsch", "Borsch", zone="Europe/Moscow", currency="RUB", region="RU").id


@pytest.fixture
def keep(chain, clock):
    return lambda *seen: people.upsert_customers(chain, seen, actor=TILL, now=clock.now())


def phones(contact: int) -> list[str]:
    rows = Address.objects.filter(contact=contact, kind="phone", until=None)
    return list(rows.values_list("value", flat=True))


def test_a_number_is_written_in_one_way(chain, keep) -> None:
    """However it was typed, the same phone is the same customer, in E.164."""
    spelled = ("8 (916) 123-45-67", "+7 916 123 45 67", "７９１６１２３４５６７")
    kept = [keep(CustomerSeen(phone=each))[0] for each in spelled]
    assert 1 == len({each.contact for each in kept})
    assert [True, False, False] == [each.created for each in kept]
    assert [PHONE] == phones(kept[0].contact)


@pytest.mark.parametrize("phone", ["123", "112", "not a phone", "", "+7916123456789012"])
def test_what_is_no_phone_is_refused_and_nothing_is_kept(keep, phone) -> None:
    """With a hint, without what was sent; the others of the batch are kept."""
    bad, good = keep(CustomerSeen("1", phone, name="Анна"), CustomerSeen("2", PHONE))
    assert (None, "phone", "bad_address") == (bad.contact, bad.wrong, bad.problem.code)
    assert bad.problem.hint
    assert good.contact is not None
    assert 1 == Contact.objects.count()


def test_who_has_nothing_or_a_bad_mail_is_refused(keep) -> None:
    nobody, bad = keep(CustomerSeen(name="Анна"), CustomerSeen("1", email="a b@example.test"))
    assert ("who", "email") == (nobody.wrong, bad.wrong)
    assert not Contact.objects.exists()


def test_a_customer_without_a_mail_is_no_trouble(keep) -> None:
    keep(CustomerSeen("1", PHONE))
    assert not Undeliverable.objects.exists()


def test_told_again_it_changes_nothing(chain, keep, clock) -> None:
    seen = CustomerSeen("1", PHONE, "anna@example.test", "Анна", (5, 17))
    first = keep(seen)[0]
    before = (list(Address.objects.values()), list(Identity.objects.values()), ViewAudit.objects.count())  # fmt: skip
    clock.advance(days=1)
    again = keep(seen)[0]
    assert (first.contact, False, None) == (again.contact, again.created, again.problem)
    assert before == (list(Address.objects.values()), list(Identity.objects.values()), ViewAudit.objects.count())  # fmt: skip
    assert 517 == people.standings(chain, [first.contact])[first.contact].birthday


def test_what_is_given_replaces_what_was_known(chain, keep) -> None:
    """The old phone leads to nobody; each change leaves an audit row."""
    first = keep(CustomerSeen("1", PHONE, "anna@example.test", "Анна", (5, 17)))[0]
    keep(CustomerSeen("1", OTHER, "new@example.test", "Анна К.", (6, 18)))
    assert [OTHER] == phones(first.contact)
    assert ({}, {OTHER: first.contact}) == people.find_customers(chain, phones=[PHONE, OTHER])
    assert first.contact == people.find(chain, "new@example.test")
    assert {"name", "phone"} in [set(each.fields) for each in ViewAudit.objects.all()]
    newcomer = keep(CustomerSeen(phone=PHONE))[0]
    assert newcomer.created


def test_a_zone_of_their_own_is_kept_and_replaced(chain, keep) -> None:
    """By its IANA name; what is no zone is refused, and nothing of that customer is kept."""
    first = keep(CustomerSeen("1", PHONE, zone="Asia/Vladivostok"))[0].contact
    other = keep(CustomerSeen("2", OTHER))[0].contact
    assert {first: "Asia/Vladivostok"} == people.zones(chain, [first, other])
    keep(CustomerSeen("1", zone="Asia/Yekaterinburg"))
    keep(CustomerSeen("1", PHONE))
    assert {first: "Asia/Yekaterinburg"} == people.zones(chain, [first])
    refused = keep(CustomerSeen("3", zone="Asia/Nowhere"))[0]
    assert (None, "zone", "not_a_zone") == (refused.contact, refused.wrong, refused.problem.code)
    assert "Asia/Vladivostok" in refused.problem.hint
    people.describe_many(chain, [Description(first, forget=frozenset({"zone"}))])
    assert {} == people.zones(chain, [first])


def test_a_zone_is_forgotten_with_the_person(chain, keep, clock) -> None:
    who = keep(CustomerSeen("1", PHONE, zone="Asia/Vladivostok"))[0].contact
    people.erase(chain, who, actor=TILL, now=clock.now())
    assert [None] == list(Contact.objects.values_list("zone", flat=True))


def test_what_is_not_given_stays(chain, keep) -> None:
    first = keep(CustomerSeen("1", PHONE, "anna@example.test", "Анна", (5, 17)))[0]
    keep(CustomerSeen("1"))
    assert [PHONE] == phones(first.contact)
    assert "Анна" == people.names(chain, [first.contact])[first.contact]


def test_who_was_known_by_a_phone_alone_joins_the_number(chain, keep) -> None:
    """A site knew the phone, the till the number: one person as soon as both are shown."""
    by_phone, by_number = keep(CustomerSeen(phone=PHONE), CustomerSeen("1"))
    assert by_phone.contact != by_number.contact
    found = keep(CustomerSeen("1", PHONE))[0]
    assert (by_number.contact, ()) == (found.contact, found.taken)
    assert {by_phone.contact: by_number.contact} == people.canonical(chain, [by_phone.contact])
    assert {PHONE: by_number.contact} == people.find_customers(chain, phones=[PHONE])[1]
    keep(CustomerSeen("1", OTHER))
    assert {OTHER: by_number.contact} == people.find_customers(chain, phones=[PHONE, OTHER])[1]


def test_a_number_absorbs_the_phone_that_has_none(chain, keep) -> None:
    by_phone = keep(CustomerSeen(phone=PHONE, name="Ann"))[0]
    member = keep(CustomerSeen("1", PHONE))[0]
    assert {by_phone.contact: member.contact} == people.canonical(chain, [by_phone.contact])
    assert member.contact == keep(CustomerSeen("1"))[0].contact
    assert member.contact == keep(CustomerSeen(phone=PHONE))[0].contact
    assert {member.contact: "Ann"} == people.names(chain, [member.contact])


def test_two_numbers_may_not_share_a_phone_or_a_mail(chain, keep) -> None:
    """Two of a family: who had it first keeps it, and the other is told."""
    first = keep(CustomerSeen("1", PHONE, "home@example.test"))[0]
    second = keep(CustomerSeen("2", PHONE, "home@example.test"))[0]
    assert (True, ("phone", "email")) == (second.created, second.taken)
    again = keep(CustomerSeen("2", PHONE, "home@example.test"))[0]
    assert second.contact == again.contact != first.contact
    assert "phone" in again.taken
    assert {PHONE: first.contact} == people.find_customers(chain, phones=[PHONE])[1]


def test_one_batch_may_show_somebody_twice(keep) -> None:
    kept = keep(CustomerSeen("1", PHONE), CustomerSeen(phone=PHONE), CustomerSeen("1", name="Анна"))
    assert 1 == len({each.contact for each in kept}) == Contact.objects.count()


def test_a_buyer_known_by_mail_is_the_customer_with_that_mail(chain, keep, clock) -> None:
    (buyer,) = people.recognise_many(chain, [PersonSeen("anna@example.test")], now=clock.now())
    found = keep(CustomerSeen("1", PHONE, "anna@example.test"))[0]
    assert (buyer.contact, False) == (found.contact, found.created)
    assert [PHONE] == phones(found.contact)


def test_a_forgotten_customer_stays_forgotten(chain, keep, clock) -> None:
    """No phone is left anywhere, also not in the keys; nobody of the three brings them back."""
    first = keep(CustomerSeen("1", PHONE, "anna@example.test", "Анна"))[0]
    people.erase(chain, first.contact, actor=TILL, now=clock.now())
    assert not Address.objects.exists()
    for seen in (CustomerSeen("1", name="Анна"), CustomerSeen(phone=PHONE), CustomerSeen(email="anna@example.test")):  # fmt: skip
        kept = keep(seen)[0]
        assert "erased" == kept.problem.code
    assert "" == Contact.objects.get(id=first.contact).name


def test_the_keys_hold_no_phone(keep) -> None:
    keep(CustomerSeen("1", PHONE), CustomerSeen(phone=OTHER))
    keys = " ".join(Identity.objects.values_list("key", flat=True))
    assert PHONE[1:] not in keys
    assert OTHER[1:] not in keys


def test_another_chain_has_customers_of_its_own(chain, keep, clock) -> None:
    keep(CustomerSeen("1", PHONE))
    other = orgs.create("pelmeni", "P", zone="Europe/Moscow", currency="RUB", region="RU").id
    assert ({}, {}) == people.find_customers(other, numbers=["1"], phones=[PHONE])
    found = people.upsert_customers(other, [CustomerSeen("1", PHONE)], actor=TILL, now=clock.now())
    assert found[0].created


def test_many_hands_make_one_customer(chain, clock) -> None:
    """The same phone with and without its number, from six sides at once."""
    barrier = threading.Barrier(6)

    def work(hand: int) -> int | None:
        try:
            barrier.wait(timeout=10)
            seen = CustomerSeen("1", PHONE) if hand % 2 else CustomerSeen(phone=PHONE)
            return people.upsert_customers(chain, [seen], actor=TILL, now=clock.now())[0].contact
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(work, range(6)))
    assert 1 == len({*people.canonical(chain, found).values()})
