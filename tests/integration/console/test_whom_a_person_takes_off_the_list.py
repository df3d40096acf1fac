"""The removals on the attention page: ticked off are those that were shown, no others."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from postlude.access import api as access
from postlude.access.models import Grant
from postlude.access.models import Removal as Row
from postlude.access.types import MapRule, Removal, Resource, State
from postlude.console.readings import attention
from postlude.kernel import clock as kernel_clock
from postlude.kernel.jobs import Budget
from postlude.people import api as people
from postlude.people.spelling import masked
from postlude.people.types import Actor

REFUNDED = 3


@pytest.fixture
def let_in(sale: Any) -> list[int]:
    """Contacts whom a person has let into a lounge, the first three refunded since."""
    lounge = Resource("lounge", "manual", "Lounge", {"link": "https://lounge.example.test/"})
    now = kernel_clock.now()
    access.define_resources(sale.org.id, sale.conference, [lounge], now=now)
    access.define_map(sale.org.id, sale.conference, [MapRule("*", "*", ("lounge",))], now=now)
    access.grant_many(sale.org.id, sale.conference, sale.contacts.values(), now=now)
    access.authorise(Budget(5))
    (found,) = access.manual_queue(sale.org.id)
    entries = [each.grant for each in found.entries]
    access.mark_done(sale.org.id, entries, actor="staff:1", now=now)
    contacts = [each.contact for each in found.entries]
    assert REFUNDED < len(contacts)
    for contact in contacts[:REFUNDED]:
        revoke(sale, contact)
    return contacts


def revoke(sale: Any, contact: int) -> None:
    """As after a refund: no ticket opens anything for this contact any more."""
    rules = [MapRule("*", "*", ("lounge",))]
    now = kernel_clock.now()
    access.define_map(sale.org.id, sale.conference, [], now=now)
    access.revoke_unentitled(sale.org.id, sale.conference, [contact], now=now)
    access.define_map(sale.org.id, sale.conference, rules, now=now)
    states = Grant.objects.filter(contact=contact, resource__key="lounge")
    assert [State.REVOKED] == list(states.values_list("state", flat=True))


def log_in(role: str, staff: dict[str, str]) -> Client:
    client = Client()
    assert client.login(username=role, password=staff["password"])
    return client


def url(name: str, org: str = "pycon") -> str:
    return reverse(f"console:{name}", args=[org])


def shown(client: Client) -> list[str]:
    page = client.get(url("attention")).content.decode()
    return re.findall(r'name="listed" value="([^"]+)"', page)


def waiting(sale: Any) -> list[Removal]:
    return [each for each in access.to_remove_by_hand(sale.org.id) if each.resource == "lounge"]


def test_who_came_after_the_page_was_shown_stays_on_the_list(sale, staff, let_in) -> None:
    """Refunded while a person works: that one has not been taken off."""
    client = log_in("organiser", staff)
    listed = shown(client)
    assert REFUNDED == len(listed)
    late = let_in[REFUNDED]
    revoke(sale, late)
    page = client.post(url("removed"), {"listed": listed}, follow=True).content.decode()

    assert f"{REFUNDED} guests were ticked off." in page
    assert [late] == [each.contact for each in waiting(sale)]
    client.post(url("removed"), {"listed": listed})
    assert [late] == [each.contact for each in waiting(sale)]


def test_no_more_is_closed_than_fits_on_the_page(sale, staff, let_in, monkeypatch) -> None:
    """The rest comes up after it."""
    monkeypatch.setattr(attention, "_MOST", 2)
    client = log_in("organiser", staff)
    rest = waiting(sale)[2:]
    listed = shown(client)
    assert 2 == len(listed)
    client.post(url("removed"), {"listed": listed})

    assert rest == waiting(sale)
    assert 1 == len(shown(client))


def test_who_was_let_in_and_refunded_again_stays_on_the_list(sale, staff, let_in, clock) -> None:
    """The row is the same, but what the person took off was the time before."""
    client = log_in("organiser", staff)
    listed = shown(client)
    before = waiting(sale)[0]
    clock.advance(seconds=60)
    access.grant_many(sale.org.id, sale.conference, [let_in[0]], now=kernel_clock.now())
    access.authorise(Budget(5))
    access.mark_done(sale.org.id, [before.grant], actor="staff:1", now=kernel_clock.now())
    revoke(sale, let_in[0])
    client.post(url("removed"), {"listed": listed})

    (again,) = waiting(sale)
    assert (before.id, let_in[0]) == (again.id, again.contact)
    assert before.since < again.since


@pytest.mark.parametrize("rubbish", ["", "x", "1.1", "A" * 22 + ".1", ".", "é.é", "x." + "9" * 40])
def test_a_made_up_token_closes_nothing(sale, staff, let_in, rubbish) -> None:
    """Nor does it break anything; nor does an empty form."""
    client = log_in("organiser", staff)
    for form in ({"listed": rubbish}, {}):
        page = client.post(url("removed"), form, follow=True)
        assert 200 == page.status_code
        assert "0 guests were ticked off." in page.content.decode()
    assert REFUNDED == len(waiting(sale))


def test_another_organisations_removals_stay_open(sale, staff, let_in) -> None:
    """With tokens that are good elsewhere."""
    listed = shown(log_in("organiser", staff))
    assert listed
    log_in("outsider", staff).post(url("removed", "rival"), {"listed": listed})

    assert REFUNDED == len(waiting(sale))


@pytest.fixture
def moved(sale: Any, let_in: list[int]) -> tuple[str, str]:
    """Somebody who was let in at one address and has another since; both of them."""
    contact, now = let_in[-1], kernel_clock.now()
    (old,) = (each.value for each in people.addresses(sale.org.id, [contact]).values())
    new = "queens-new-door@elsewhere.test"
    people.change_email(sale.org.id, contact, new, actor=Actor("staff", "1"), now=now)
    access.readdress(sale.org.id, [contact], now=now)
    return old, new


def test_after_a_change_the_old_address_is_to_be_removed(sale, staff, let_in, moved) -> None:
    """The list at the provider holds that one; masked at first, and clear with an audit row."""
    old, new = moved
    client = log_in("organiser", staff)
    page = client.get(url("attention")).content.decode()
    assert masked(old) in page
    assert masked(new) not in page
    assert old not in page
    assert not [each for each in people.views(sale.org.id) if "removes" in each.purpose]

    page = client.post(url("attention")).content.decode()
    assert old in page
    assert new not in page
    views = [each for each in people.views(sale.org.id) if each.purpose == "removes people by hand"]
    assert {*let_in[:REFUNDED], let_in[-1]} == {each.contact for each in views}


def test_without_the_permission_addresses_stay_masked(sale, staff, let_in, moved) -> None:
    """Asked for or not."""
    old, _new = moved
    client = log_in("viewer", staff)
    for page in (client.get(url("attention")), client.post(url("attention"))):
        text = page.content.decode()
        assert masked(old) in text
        assert old not in text
        assert "Show the e-mails" not in text
    assert not [each for each in people.views(sale.org.id) if "removes" in each.purpose]


def test_an_address_that_was_never_noted_is_one_of_the_contacts(sale, staff, let_in, moved) -> None:
    """After a change one of before, else the present one."""
    old, new = moved
    Row.objects.all().update(address=None)
    (present,) = (each.value for each in people.addresses(sale.org.id, let_in[:1]).values())
    page = log_in("organiser", staff).post(url("attention")).content.decode()

    assert present in page
    assert old in page
    assert new not in page
