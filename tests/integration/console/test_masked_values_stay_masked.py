"""Without people.view_contact nobody sees a clear value anywhere; with it, each look is audited."""

from datetime import timedelta

from django.test import Client
from django.urls import reverse

from postlude.kernel import clock, tokens
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import Actor, SaidAddress

SECRET = "zebulon"


def log_in(role: str, staff: dict[str, str]) -> Client:
    client = Client()
    assert client.login(username=role, password=staff["password"])
    return client


def pages(sale) -> list[str]:
    found = ["sales", "sales-live", "buyers", "messages", "attention"]
    urls = [reverse(f"console:{name}", args=["pycon"]) for name in found]
    urls += [
        reverse("console:buyer", args=["pycon", tokens.seal("contact", contact)])
        for contact in sale.contacts.values()
    ]
    for message in sale.messages.values():
        token = tokens.seal("message", message)
        urls += [
            reverse(f"console:{name}", args=["pycon", token]) for name in ("message", "preview")
        ]
    return urls


def test_every_page_is_masked_for_a_role_that_may_not_see_people(sale, staff) -> None:
    client = log_in("marketer", staff)
    for url in pages(sale):
        answer = client.get(url)
        assert answer.status_code == 200, url
        assert SECRET not in answer.content.decode().lower(), url
    assert people.views(sale.org.id) == []


def test_pages_stay_masked_until_a_purpose_is_given(sale, staff) -> None:
    client = log_in("owner", staff)
    for url in pages(sale):
        assert SECRET not in client.get(url).content.decode().lower(), url
    assert people.views(sale.org.id) == []


def test_a_reveal_shows_the_person_and_leaves_a_row(sale, staff) -> None:
    client, contact = log_in("organiser", staff), next(iter(sale.contacts.values()))
    url = reverse("console:buyer", args=["pycon", tokens.seal("contact", contact)])
    answer = client.post(url, {"purpose": "answers a support request"})
    assert SECRET in answer.content.decode().lower()
    views = people.views(sale.org.id)
    assert [(each.contact, each.purpose) for each in views] == [
        (contact, "answers a support request")
    ]
    audit = client.get(reverse("console:audit", args=["pycon"])).content.decode()
    assert "answers a support request" in audit
    assert "organiser" in audit
    assert SECRET not in audit.lower()


def test_a_post_with_a_purpose_reveals_nothing_without_the_permission(sale, staff) -> None:
    client, contact = log_in("marketer", staff), next(iter(sale.contacts.values()))
    url = reverse("console:buyer", args=["pycon", tokens.seal("contact", contact)])
    answer = client.post(url, {"purpose": "curiosity"})
    assert SECRET not in answer.content.decode().lower()
    assert people.views(sale.org.id) == []


def test_a_search_finds_the_buyer_and_shows_it_masked(sale, staff) -> None:
    client = log_in("marketer", staff)
    url = reverse("console:buyers", args=["pycon"])
    for q in ("Zebulon0@Example.test", "900000", "#900000"):
        html = client.post(url, {"q": q}).content.decode()
        token = tokens.seal("contact", sale.contacts["opened-0"])
        assert token in html, q
        assert html.lower().count(SECRET) == (1 if "@" in q else 0)  # what was typed, in its field


def test_the_api_masks_and_reveals_by_scope_and_purpose(sale, staff) -> None:
    contact = tokens.seal("contact", next(iter(sale.contacts.values())))
    plain, _ = orgs.issue_key(sale.org.id, "plain", ["sales.view"], None)
    full, _ = orgs.issue_key(sale.org.id, "full", ["sales.view", "people.view_contact"], None)

    def ask(secret: str, path: str, **headers: str) -> str:
        answer = Client().get(
            f"/api/v1/{path}", headers={"Authorization": f"Bearer {secret}", **headers}
        )
        assert answer.status_code == 200, answer.content
        return answer.content.decode().lower()

    for path in ("sales", "buyers", "messages", f"buyers/{contact}/timeline"):
        assert SECRET not in ask(plain, path, **{"X-Purpose": "audit"})
        assert SECRET not in ask(full, path)
    assert people.views(sale.org.id) == []
    assert SECRET in ask(full, f"buyers/{contact}/timeline", **{"X-Purpose": "support"})
    assert [each.actor.kind for each in people.views(sale.org.id)] == ["key"]


def test_where_else_a_buyer_is_reached_stays_masked_even_in_a_reveal(sale, staff) -> None:
    contact = sale.contacts["opened-0"]
    line, phone = "U" + "c3" * 16, "a-registration-token:of-a-phone"
    said = [SaidAddress(contact, "line", line), SaidAddress(contact, "push", phone)]
    now = clock.now()
    people.say_addresses(sale.org.id, said, actor=Actor("key", "pl_shop"), now=now)
    people.blocked_us(sale.org.id, "line", line, at=now + timedelta(seconds=1))
    url = reverse("console:buyer", args=["pycon", tokens.seal("contact", contact)])
    client = log_in("owner", staff)

    for answer in (client.get(url), client.post(url, {"purpose": "support"})):
        page = answer.content.decode()
        assert line not in page
        assert phone not in page
        assert "LINE U•••c3 (blocked us)" in page
        assert "Push a•••ne" in page
