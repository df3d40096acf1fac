"""The page of who waits for a person: masked, revealed with an audit row, done once."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from postlude.access import api as access
from postlude.access.types import MapRule, Resource
from postlude.kernel import clock as kernel_clock
from postlude.kernel.jobs import Budget
from postlude.people import api as people

SECRET = "zebulon"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def queue(sale):
    """The buyers with a ticket wait for a lounge that a person opens."""
    lounge = Resource("lounge", "manual", "Lounge", {"link": "https://lounge.example.test/"})
    now = kernel_clock.now()
    access.define_resources(sale.org.id, sale.conference, [lounge], now=now)
    access.define_map(sale.org.id, sale.conference, [MapRule("*", "*", ("lounge",))], now=now)
    access.grant_many(sale.org.id, sale.conference, sale.contacts.values(), now=now)
    access.authorise(Budget(5))
    (found,) = access.manual_queue(sale.org.id)
    return found


def log_in(role: str, staff: dict[str, str]) -> Client:
    client = Client()
    assert client.login(username=role, password=staff["password"])
    return client


def url(name: str) -> str:
    return reverse(f"console:{name}", args=["pycon"])


def tokens_in(page: str, field: str) -> list[str]:
    return re.findall(rf'name="{field}" value="([^"]+)"', page)


def left(sale) -> int:
    return access.count_by_hand(sale.org.id)


def test_the_queue_is_masked_until_it_is_asked_for(sale, staff, queue) -> None:
    """A look at the page is no look at people; the menu counts who waits."""
    page = log_in("organiser", staff).get(url("by-hand")).content.decode()

    assert SECRET not in page.lower()
    assert f'Lounge <span class="badge">{queue.count}</span>' in page
    assert 'id="emails-' not in page
    assert [] == people.views(sale.org.id)


def test_the_e_mails_are_shown_to_copy_and_each_is_audited(sale, staff, queue) -> None:
    """Only of the queue that was named, one address a line."""
    client = log_in("organiser", staff)
    (name,) = set(tokens_in(client.get(url("by-hand")).content.decode(), "queue"))
    page = client.post(url("by-hand"), {"queue": name}, headers=HTMX).content.decode()

    (listed,) = re.findall(r'<pre[^>]*id="emails-1">(.*?)</pre>', page, re.DOTALL)
    assert queue.count == len(listed.split())
    assert all(each.startswith(SECRET) for each in listed.split())
    views = people.views(sale.org.id)
    assert {entry.contact for entry in queue.entries} == {each.contact for each in views}
    assert {"lets people in by hand"} == {each.purpose for each in views}


@pytest.mark.parametrize("role", ["marketer", "engineer", "viewer"])
def test_without_the_permission_there_is_no_list(sale, staff, queue, role) -> None:
    """Asked for or not; and nothing to press."""
    client = log_in(role, staff)
    name = f"{queue.conference}.{queue.resource}"
    for page in (client.get(url("by-hand")), client.post(url("by-hand"), {"queue": name})):
        text = page.content.decode()
        assert SECRET not in text.lower()
        assert 'id="emails-' not in text
        assert "Done" not in re.sub(r"press Done", "", text)
    assert 403 == client.post(url("done"), {"which": "all"}).status_code
    assert 403 == client.post(url("hand-back"), {"queue": name}).status_code
    assert [] == people.views(sale.org.id)
    assert queue.count == left(sale)


def test_done_for_those_ticked(sale, staff, queue) -> None:
    """Once; the rest stays; who pressed it is kept."""
    client = log_in("organiser", staff)
    picked = tokens_in(client.get(url("by-hand")).content.decode(), "picked")
    chosen = {"which": "picked", "picked": picked[:2], "listed": picked}
    answer = client.post(url("done"), chosen, headers=HTMX)

    assert "2 people are let in." in answer.content.decode()
    assert "<html" not in answer.content.decode()
    assert queue.count - 2 == left(sale)
    grants = access.grants(sale.org.id, [each.grant for each in queue.entries[:2]])
    assert all(each.done_by.startswith("staff:") for each in grants.values())

    again = client.post(url("done"), chosen, follow=True).content.decode()
    assert "0 people are let in." in again
    assert "somebody was faster" in again
    assert queue.count - 2 == left(sale)


def test_done_for_all_that_were_listed_and_nobody_else(sale, staff, queue) -> None:
    """Who came after the page was made was not on the list."""
    client = log_in("organiser", staff)
    listed = tokens_in(client.get(url("by-hand")).content.decode(), "listed")
    newcomer, *known = listed
    client.post(url("done"), {"which": "all", "listed": known})

    assert 1 == left(sale)
    (rest,) = access.manual_queue(sale.org.id)
    assert newcomer in client.get(url("by-hand")).content.decode()
    assert rest.entries[0].grant == queue.entries[0].grant


def test_an_old_list_does_not_let_in_a_new_address(sale, staff, queue) -> None:
    """The address changed after the list was copied: that one stays in the queue."""
    client = log_in("organiser", staff)
    listed = tokens_in(client.get(url("by-hand")).content.decode(), "listed")
    access.readdress(sale.org.id, [queue.entries[0].contact], now=kernel_clock.now())
    access.authorise(Budget(5))
    client.post(url("done"), {"which": "all", "listed": listed})

    (rest,) = access.manual_queue(sale.org.id)
    assert [queue.entries[0].contact] == [each.contact for each in rest.entries]
    page = client.post(url("done"), {"which": "all", "listed": listed}, headers=HTMX)
    assert "To remove by hand: 1." in page.content.decode()


@pytest.mark.parametrize("rubbish", ["", "x", "1.1", "A" * 22 + ".1", ".", "é.é"])
def test_a_made_up_token_lets_nobody_in(sale, staff, queue, rubbish) -> None:
    """Nor does it break anything."""
    client = log_in("organiser", staff)
    page = client.post(url("done"), {"which": "picked", "picked": rubbish}, follow=True)

    assert 200 == page.status_code
    assert "Nobody was ticked." in page.content.decode()
    assert queue.count == left(sale)


def test_another_organisations_grants_stay_where_they_are(sale, staff, queue) -> None:
    """With tokens that are good elsewhere."""
    listed = tokens_in(log_in("owner", staff).get(url("by-hand")).content.decode(), "listed")
    rival = reverse("console:done", args=["rival"])
    log_in("outsider", staff).post(rival, {"which": "all", "listed": listed})
    name = f"{queue.conference}.{queue.resource}"
    back = reverse("console:hand-back", args=["rival"])

    assert queue.count == left(sale)
    assert 404 == log_in("outsider", staff).post(back, {"queue": name}).status_code


def test_what_stands_in_can_be_handed_back_and_what_is_manual_cannot(
    sale, staff, queue, monkeypatch
) -> None:
    """The button is there only where a provider could do it."""
    client = log_in("organiser", staff)
    assert "hand-back" not in client.get(url("by-hand")).content.decode()

    monkeypatch.delenv("GATHER_API_KEY", raising=False)
    gather = Resource("hall", "gather", "Hall", {"api_key": "${GATHER_API_KEY}", "space": "a/b"})
    now = kernel_clock.now()
    access.define_resources(sale.org.id, sale.conference, [gather], now=now)
    access.define_map(sale.org.id, sale.conference, [MapRule("*", "*", ("hall",))], now=now)
    access.grant_many(sale.org.id, sale.conference, sale.contacts.values(), now=now)
    access.authorise(Budget(5))
    page = client.get(url("by-hand")).content.decode()
    assert "GATHER_API_KEY" in page
    assert "hand-back" in page

    name = f"{sale.conference}.hall"
    answer = client.post(url("hand-back"), {"queue": name}, headers=HTMX).content.decode()
    assert f"{queue.count} grants are tried again." in answer
    assert queue.count == left(sale)


def test_attention_points_to_the_queue(sale, staff, queue) -> None:
    """With the number of people, and to the page where it is worked off."""
    page = log_in("viewer", staff).get(url("attention")).content.decode()

    assert url("by-hand") in page
    assert "To let in by hand" in page


def test_an_empty_queue_says_so(sale, staff) -> None:
    """And the buttons are gone."""
    page = log_in("organiser", staff).get(url("by-hand")).content.decode()
    assert "Nobody waits for a person" in page
