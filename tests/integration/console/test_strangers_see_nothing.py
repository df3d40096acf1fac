"""No page and no API answers without login or key, to another organisation, or beyond a role."""

import pytest
from django.test import Client
from django.urls import reverse

from postlude.kernel import tokens

GETS = (
    "sales",
    "sales-live",
    "funnel",
    "funnel-rows",
    "funnel-csv",
    "promotions",
    "promotion-rows",
    "promotions-csv",
    "buyers",
    "messages",
    "journeys",
    "templates",
    "template",
    "attention",
    "by-hand",
    "audit",
    "system",
)
BUYER_GETS = ("buyer",)
MESSAGE_GETS = ("message", "preview")
POSTS = ("release", "revive", "regrant", "removed", "test-send", "by-hand", "done", "hand-back")
API = (
    "sales",
    "buyers",
    "messages",
    "playbooks",
    "jobs",
    "reports/funnel",
    "reports/funnel/rows",
    "reports/promotions",
    "reports/promotions/rows?rule=x",
    "openapi.json",
)


def log_in(role: str, staff: dict[str, str]) -> Client:
    client = Client()
    assert client.login(username=role, password=staff["password"])
    return client


def urls(sale: object, slug: str) -> list[tuple[str, str]]:
    contact = tokens.seal("contact", next(iter(sale.contacts.values())))
    message = tokens.seal("message", next(iter(sale.messages.values())))
    return [
        *[("get", reverse(f"console:{name}", args=[slug])) for name in GETS],
        *[("get", reverse(f"console:{name}", args=[slug, contact])) for name in BUYER_GETS],
        *[("get", reverse(f"console:{name}", args=[slug, message])) for name in MESSAGE_GETS],
        *[("post", reverse(f"console:{name}", args=[slug])) for name in POSTS],
        ("post", reverse("console:resend", args=[slug, contact])),
        ("post", reverse("console:buyer", args=[slug, contact])),
        ("post", reverse("console:buyers", args=[slug])),
    ]


def test_anonymous_is_sent_to_the_login(sale, staff) -> None:
    for method, url in urls(sale, "pycon"):
        answer = getattr(Client(), method)(url)
        assert answer.status_code == 302, url
        assert answer["Location"].startswith("/login/"), url


def test_staff_of_another_organisation_get_404(sale, staff) -> None:
    client = log_in("outsider", staff)
    for method, url in urls(sale, "pycon"):
        assert getattr(client, method)(url).status_code == 404, url


def test_rows_of_another_organisation_are_not_reachable_through_ones_own(sale, staff) -> None:
    client = log_in("outsider", staff)
    for method, url in urls(sale, "rival"):
        if any(token in url for token in ("/buyers/", "/messages/")) and url.count("/") > 4:
            assert getattr(client, method)(url).status_code == 404, url


def test_an_unknown_organisation_looks_the_same(sale, staff) -> None:
    client = log_in("owner", staff)
    assert client.get("/org/nobody/").status_code == 404


@pytest.mark.parametrize(
    ("role", "page", "status"),
    [
        ("viewer", "sales", 200),
        ("viewer", "funnel", 200),
        ("viewer", "funnel-rows", 200),
        ("viewer", "promotions", 200),
        ("viewer", "promotions-csv", 200),
        ("viewer", "audit", 403),
        ("viewer", "system", 403),
        ("marketer", "buyers", 200),
        ("marketer", "audit", 403),
        ("engineer", "system", 200),
        ("organiser", "audit", 200),
        ("owner", "system", 200),
    ],
)
def test_a_role_reaches_its_pages_only(sale, staff, role: str, page: str, status: int) -> None:
    url = reverse(f"console:{page}", args=["pycon"])
    assert log_in(role, staff).get(url).status_code == status


def test_what_a_role_may_not_do_is_refused(sale, staff) -> None:
    contact = tokens.seal("contact", next(iter(sale.contacts.values())))
    viewer = log_in("viewer", staff)
    assert viewer.post(reverse("console:resend", args=["pycon", contact])).status_code == 403
    assert viewer.post(reverse("console:release", args=["pycon"])).status_code == 403
    assert viewer.post(reverse("console:revive", args=["pycon"])).status_code == 403
    assert viewer.post(reverse("console:regrant", args=["pycon"])).status_code == 403


def test_the_api_needs_a_key(sale, staff) -> None:
    for path in API:
        answer = Client().get(f"/api/v1/{path}")
        assert answer.status_code == 401, path
        assert answer.json()["error"]["code"] == "key_needed"


def test_forged_tokens_lead_nowhere(sale, staff) -> None:
    client = log_in("owner", staff)
    other = tokens.seal("message", next(iter(sale.contacts.values())))
    for token in ("x", "A" * 22, other):
        assert client.get(reverse("console:buyer", args=["pycon", token])).status_code == 404


def test_posts_need_the_csrf_token(sale, staff) -> None:
    client = Client(enforce_csrf_checks=True)
    client.login(username="owner", password=staff["password"])
    contact = tokens.seal("contact", next(iter(sale.contacts.values())))
    for url in (
        reverse("console:release", args=["pycon"]),
        reverse("console:resend", args=["pycon", contact]),
        reverse("console:by-hand", args=["pycon"]),
        reverse("console:done", args=["pycon"]),
        reverse("console:hand-back", args=["pycon"]),
        reverse("console:logout"),
        reverse("console:language"),
        "/login/",
    ):
        assert client.post(url).status_code == 403, url
