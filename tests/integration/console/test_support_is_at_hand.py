"""Another address for a buyer, guests from a file, and the text for the sale page."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from postlude.kernel import tokens
from postlude.orders import api as orders
from postlude.people import api as people

GUESTS = b"name,email,role\nAda,ada@example.test,Speaker\n"


@pytest.fixture
def browser(sale, staff):
    def of(role: str) -> Client:
        client = Client(headers={"accept-language": "en"})
        assert client.login(username=role, password=staff["password"])
        return client

    return of


def url(name: str, *more: str) -> str:
    return reverse(f"console:{name}", args=["pycon", *more])


def buyer(sale, fate: str = "opened-0") -> tuple[int, str]:
    contact = sale.contacts[fate]
    return contact, tokens.seal("contact", contact)


def address(sale, contact: int) -> str:
    return people.addresses(sale.org.id, [contact])[contact].value


def test_an_organiser_corrects_an_address(sale, browser) -> None:
    contact, token = buyer(sale)
    given = {"email": "right@example.test"}
    answer = browser("organiser").post(url("change-email", token), given, follow=True)
    assert "The address is changed" in answer.content.decode()
    assert "right@example.test" == address(sale, contact)
    assert "change the e-mail" in [each.purpose for each in people.views(sale.org.id)]


@pytest.mark.parametrize("role", ["viewer", "marketer", "engineer"])
def test_nobody_else_does(sale, browser, role: str) -> None:
    contact, token = buyer(sale)
    before = address(sale, contact)
    given = {"email": "right@example.test"}
    assert 403 == browser(role).post(url("change-email", token), given).status_code
    assert 403 == browser(role).get(url("guests")).status_code
    assert before == address(sale, contact)
    assert "Correct the e-mail" not in browser(role).get(url("buyer", token)).content.decode()


def test_a_bad_one_is_refused_with_words(sale, browser) -> None:
    contact, token = buyer(sale)
    before = address(sale, contact)
    answer = browser("owner").post(url("change-email", token), {"email": "no"}, follow=True)
    assert "no @" in answer.content.decode()
    assert before == address(sale, contact)


def test_somebody_elses_joins_only_when_it_is_said(sale, browser) -> None:
    one, token = buyer(sale)
    other, _ = buyer(sale, "delivered-1")
    given = {"email": address(sale, other)}
    answer = browser("owner").post(url("change-email", token), given, follow=True)
    assert "Another contact has this e-mail" in answer.content.decode()
    assert {one: one} == people.canonical(sale.org.id, [one])
    browser("owner").post(url("change-email", token), {**given, "join": "yes"})
    assert {one: other} == people.canonical(sale.org.id, [one])


def test_a_contact_of_another_organisation_is_not_there(sale, staff) -> None:
    _, token = buyer(sale)
    outsider = Client()
    assert outsider.login(username="outsider", password=staff["password"])
    there = reverse("console:change-email", args=["rival", token])
    assert 404 == outsider.post(there, {"email": "right@example.test"}).status_code


def test_the_sale_pages_text_names_the_minutes_and_the_pages(sale, browser) -> None:
    page = browser("viewer").get(url("support")).content.decode()
    assert "Please try 5 minutes after paying" in page
    assert "http://testserver/help/pycon/" in page
    assert page.index("請於付款 5 分鐘後再試") < page.index("Please try 5 minutes")


def upload(content: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("guests.csv", content, content_type="text/csv")


def test_guests_are_looked_at_before_they_are_invited(sale, browser) -> None:
    organiser = browser("organiser")
    slug = orders.conferences(sale.org.id)[0].slug
    chosen = {"conference": slug, "kind": "speaker"}
    seen = organiser.post(url("guests"), {**chosen, "file": upload(GUESTS)}).content.decode()
    assert "1 guests: 1 new" in seen
    assert people.find(sale.org.id, "ada@example.test") is None
    kept = re.search(r'name="content" value="([^"]+)"', seen).group(1)
    done = organiser.post(url("guests"), {**chosen, "step": "import", "content": kept}, follow=True)
    assert "1 guest is taken in, 1 new." in done.content.decode()
    assert people.find(sale.org.id, "ada@example.test") is not None


def test_a_file_that_is_too_large_is_refused_and_never_cut(sale, browser) -> None:
    slug = orders.conferences(sale.org.id)[0].slug
    large = upload(GUESTS + b"".join(b"A,a%d@example.test,S\n" % n for n in range(25_000)))
    given = {"conference": slug, "kind": "speaker", "file": large, "revoke": "yes"}
    page = browser("owner").post(url("guests"), given).content.decode()
    assert "larger than 500 kB" in page
    assert 'name="step"' not in page


def test_mistakes_in_the_file_are_shown_and_nothing_can_be_imported(sale, browser) -> None:
    slug = orders.conferences(sale.org.id)[0].slug
    bad = upload(GUESTS + b"Bob,bob@@x,Speaker\n")
    given = {"conference": slug, "kind": "speaker", "file": bad}
    page = browser("owner").post(url("guests"), given).content.decode()
    assert "Nothing was imported" in page
    assert 'name="step"' not in page
    nonsense = {**given, "file": upload(b"\x00\x01"), "kind": "Not a word!"}
    for each in (nonsense, {"conference": "nowhere", "kind": "speaker", "content": "%%"}):
        answer = browser("owner").post(url("guests"), each)
        assert 200 == answer.status_code
        assert 'role="alert"' in answer.content.decode()


def test_two_contacts_are_joined_parted_and_shown(sale, browser) -> None:
    (one, token), (other, theirs) = buyer(sale), buyer(sale, "failed-5")
    owner = browser("owner")
    page = owner.get(url("buyer", token)).content.decode()
    assert "Another contact of the same person" in page

    given = {"other": address(sale, other), "why": "she said so"}
    answer = owner.post(url("merge", token), given, follow=True)
    assert "one person from now on" in answer.content.decode()
    assert {one: other} == people.canonical(sale.org.id, [one])
    assert "she said so" in owner.get(url("buyer", theirs)).content.decode()

    answer = owner.post(url("unmerge", token), {"why": "sisters"}, follow=True)
    assert "two people again" in answer.content.decode()
    assert {one: one} == people.canonical(sale.org.id, [one])
    shown = owner.get(url("buyer", theirs)).content.decode()
    assert "sisters" in shown
    assert address(sale, one) not in shown


def test_without_a_reason_a_right_or_a_contact_nobody_is_joined(sale, browser) -> None:
    (one, token), (other, _) = buyer(sale), buyer(sale, "failed-5")
    given = {"other": address(sale, other), "why": "x"}
    for role in ("marketer", "viewer"):
        for name in ("merge", "unmerge", "keep-apart"):
            assert 403 == browser(role).post(url(name, token), given).status_code
    owner = browser("owner")
    owner.post(url("merge", token), {**given, "why": " "})
    owner.post(url("merge", token), {**given, "other": "nobody@example.test"})
    owner.post(url("unmerge", token), {"why": "x"})
    assert {one: one} == people.canonical(sale.org.id, [one])
    assert 404 == owner.post(url("keep-apart", token), {"why": "x", "conflict": "7"}).status_code


def test_two_members_with_one_phone_are_asked_about(sale, browser, clock) -> None:
    from postlude.people.types import Actor, CustomerSeen

    said = [CustomerSeen(number, "+886912000111", name=f"Ann {number}") for number in ("m1", "m2")]
    kept = people.upsert_customers(sale.org.id, said, actor=Actor("key", "t"), now=clock.now())
    owner = browser("owner")
    page = owner.get(url("attention")).content.decode()
    assert "Two who share a phone" in page
    (asked,) = people.conflicts(sale.org.id)
    token = tokens.seal("contact", kept[1].contact)
    assert "They are two" in owner.get(url("buyer", token)).content.decode()
    given = {"why": "sisters", "conflict": str(asked.id)}
    owner.post(url("keep-apart", token), given)
    assert [] == people.conflicts(sale.org.id)
    assert "Two who share a phone" not in owner.get(url("attention")).content.decode()
