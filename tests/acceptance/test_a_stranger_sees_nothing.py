"""No URL gives anything to a stranger, a foreign member or a weak key; a new URL is tried at once."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from postlude.collector.app import Collector
from postlude.kernel import clock, redact, tokens
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.sandbox.server import Sandbox
from postlude.wiring.asgi import COLLECTOR_PREFIXES
from support import every_route
from support.whole_house import INDIVIDUAL, PASSWORD, House, whole_house

ANN, NAME, PHONE = "zebulon.quimby@buyers.test", "Zebulon Quimby", "+886912765438"
NICKNAME, CITY, BAD = "Quimbolino", "Nanzhuang Road 17", "zebulon 王@buyers.test"
PERSONAL = ("zebulon", "quimb", "912765438", "0912-765-438", "nanzhuang", "buyers.test")
# Facts that are nobody's name, and nobody else's business.
FACTS = ("PyCon TW 2023", "Regular 一般票", "170000001", "pycontw")
NOTHING = {301, 302, 401, 403, 404, 405}

# Each route that is neither a page of an organisation nor a call of the API, and why it is open.
OTHERS = {
    "hooks/mailgun/<slug:org>/<slug:sender>": "trusts a signature",
    "hooks/klaviyo/<slug:org>/<slug:sender>": "trusts a signature",
    "hooks/line/<slug:org>/<slug:sender>": "trusts a signature",
    "hooks/messenger/<slug:org>/<slug:sender>": "trusts a signature",
    "hooks/anymail/<slug:org>/<slug:sender>": "trusts a login or a signature",
    "hooks/discord/<slug:org>": "trusts a signature",
    "hooks/kktix/<slug:org>/<slug:source>": "trusts a secret header",
    "hooks/shopify/<slug:org>/<slug:source>": "trusts a signature",
    "": "leads to the login",
    "login/": "the login itself",
    "logout/": "leads to the login",
    "language/": "sets a cookie",
    "help/<slug:slug>/": "says the same to everybody",
    "status/<slug:slug>/": "says how things stand, of nobody in particular",
    "health": "says that it is alive, and no more",
    "ready": "says whether it is ready; why not, only to a key",
    "metrics": "needs a token or a key",
    "jobs/<str:name>": "needs a key",
    "api/v1/": "is not there",
}
COLLECTOR = {
    r"/b/(plw_[A-Za-z0-9]{20})": "needs a write key, and tells nothing of anybody",
    r"/postlude\.js": "the same program for everybody",
    r"/p/(plw_[A-Za-z0-9]{20})/routers": "needs a write key, and tells nothing of anybody",
    r"/p/(plw_[A-Za-z0-9]{20})/fetch": "needs a write key, and names nobody but by a token",
    r"/p/(plw_[A-Za-z0-9]{20})/show": "needs a write key, and tells nothing of anybody",
    r"/p/(plw_[A-Za-z0-9]{20})/push": "needs a write key and a word that is good once",
    r"/v/([A-Za-z0-9_-]{22})": "needs a token of its own",
    r"/o/(.*)": "the same picture for everybody",
    r"/c/([A-Za-z0-9_-]{22})/(\d{1,5})": "needs a token",
    r"/go/([A-Za-z0-9_-]{1,1000})": "needs a signed token",
    r"/u/([A-Za-z0-9_-]{22})": "needs a token",
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        yield running


@pytest.fixture
def house(
    db: None, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Iterator[House]:
    """A house in which somebody with remarkable values has bought, and one who cannot be written to."""
    with whole_house(sandbox, tmp_path, monkeypatch, settings) as it:
        form = [("Nickname / 暱稱", NICKNAME), ("Address / 地址", CITY)]
        it.sell(ANN, name=NAME, mobile=PHONE, tickets=[{"data": form}])
        it.sell(BAD, name=NAME, mobile="0912-765-438")
        it.settle()
        it.poll()
        it.settle()
        yield it


def values(house: House, slug: str = "pycontw") -> dict[str, str]:
    contact = people.find(house.org.id, ANN)
    assert contact is not None
    (mail,) = house.client.mails(to=ANN)
    return {
        "slug": slug,
        "org": slug,
        "sender": "mailgun",
        "source": "kktix",
        "name": "kernel.work",
        "buyers": tokens.seal("contact", contact),
        "messages": tokens.seal("message", int(mail["variables"]["outbox_id"])),
        "points": tokens.seal("contact", contact),
        "coupons": tokens.seal("contact", contact),
        "contacts": tokens.seal("contact", contact),
        "gift-cards": tokens.seal("gift-card-id", contact),
        "key": "sale-1",
        "order": "till-7",
        "rule": "every-200",
        "notice": "invite",
    }


def body_of(answer: Any) -> str:
    text = (b"" if answer.streaming else answer.content).decode()
    if text and "json" in answer.headers.get("Content-Type", ""):
        text = json.dumps(json.loads(text), ensure_ascii=False)
    return text.casefold()


def told(answer: Any, url: str, *, secrets: tuple[str, ...] = PERSONAL + FACTS) -> list[str]:
    """Return what an answer gives away; what was asked for in the URL is known already."""
    text = body_of(answer) + str(dict(answer.headers)).casefold()
    for known in filter(None, (url, quote(url, safe=""))):
        text = text.replace(known.casefold(), "")
    return [each for each in secrets if each.casefold() in text]


# -- which routes there are -----------------------------------------------------------------------


def test_every_route_is_accounted_for() -> None:
    known = {*OTHERS, *(each for each in every_route.routes() if _by_folder(each))}
    assert set(every_route.routes()) == known, "say in OTHERS why a new route is open"


def _by_folder(route: str) -> bool:
    return route.startswith(every_route.MEMBERS) or (
        route.startswith(every_route.API) and route != every_route.API
    )


def test_every_route_of_the_collector_is_accounted_for() -> None:
    collector = Collector()
    patterns = {each.pattern for some in collector._routes.values() for each, _ in some}
    collector.close()
    assert patterns == set(COLLECTOR)
    assert all(each.replace("\\", "").startswith(COLLECTOR_PREFIXES) for each in patterns)


# -- pages ----------------------------------------------------------------------------------------


def test_an_anonymous_visitor_is_sent_to_the_login(house: House) -> None:
    for url in every_route.members(values(house)):
        for method in every_route.METHODS:
            answer = getattr(Client(), method)(url)
            assert answer.status_code in NOTHING, (method, url)
            if answer.status_code in {301, 302}:
                assert answer["Location"].startswith("/login/?next="), (method, url)
            assert [] == told(answer, url), (method, url)
            if method == "get" and answer.status_code != 405:
                assert answer.status_code == 302, url
                assert Client().get(url, headers={"HX-Request": "true"}).status_code == 401, url


def test_members_of_another_organisation_and_of_none_find_nothing(house: House) -> None:
    rival = orgs.create("rival", "Rival Conf", zone="Asia/Tokyo", currency="JPY")
    orgs.add_staff(rival.id, "outsider", PASSWORD, "owner")
    get_user_model().objects.create_user("nobody", password=PASSWORD)
    get_user_model().objects.create_superuser("root", password=PASSWORD)
    own = every_route.members({**values(house), "slug": "rival"})
    # Of their own pages, those that name a thing of the first organisation.
    things = {value for name, value in values(house).items() if name not in ("slug", "org")}
    reached = [("outsider", each) for each in own if things & set(each.split("/"))]
    assert reached
    for user in ("outsider", "nobody", "root"):
        reached += [(user, each) for each in every_route.members(values(house))]
    for user, url in reached:
        browser = Client()
        assert browser.login(username=user, password=PASSWORD)
        for method in ("get", "post", "head", "put", "delete"):
            answer = getattr(browser, method)(url)
            assert answer.status_code in {404, 405}, (user, method, url, answer.status_code)
            assert [] == told(answer, url), (user, method, url)


@pytest.mark.parametrize("role", ["viewer", "marketer", "engineer"])
def test_a_role_without_the_permission_sees_masked_values_only(house: House, role: str) -> None:
    browser = house.browser(role)
    given = {"purpose": "curiosity", "state": "failed"}
    seen = ""
    for url in every_route.members(values(house)):
        for method in ("get", "post", "head"):
            answer = getattr(browser, method)(url, given)
            assert answer.status_code in {200, 204, 302, 403, 404, 405}, (method, url)
            assert [] == told(answer, url, secrets=PERSONAL), (method, url)
            seen += body_of(answer)
    assert redact.mask_email(ANN) in seen
    assert redact.mask_name(NAME).casefold() in seen
    found = browser.post(reverse("console:buyers", args=["pycontw"]), {"q": ANN.upper()})
    assert redact.mask_email(ANN) in body_of(found)
    assert "quimby<" not in body_of(found)
    assert [] == people.views(house.org.id)


def test_the_search_for_a_value_would_find_it(house: House) -> None:
    """The same search, where the permission and a purpose are there."""
    url = every_route.filled("org/<slug:slug>/buyers/<str:token>/", values(house))
    answer = house.browser("owner").post(url, {"purpose": "support"})
    assert {"zebulon", "quimb", "912765438", "nanzhuang"} <= set(told(answer, url))
    assert 1 == len(people.views(house.org.id))


# -- the API --------------------------------------------------------------------------------------


def test_the_api_gives_nothing_without_a_key_or_with_the_wrong_one(house: House) -> None:
    given = values(house)
    weak = house.key("journeys.publish")
    revoked = house.key("sales.view", "ops.view")
    orgs.revoke_key(house.org.id, revoked["Authorization"].split("_")[1], now=clock.now())
    rival = orgs.create("rival", "Rival Conf", zone="Asia/Tokyo", currency="JPY")
    foreign, _ = orgs.issue_key(rival.id, "theirs", ["sales.view", "people.view_contact"])
    wrong: dict[str, dict[str, str]] = {
        "none": {},
        "invented": {"Authorization": f"Bearer pl_{'a' * 8}_{'b' * 32}"},
        "garbage": {"Authorization": "Bearer ü"},
        "basic": {"Authorization": "Basic YTpi"},
        "revoked": revoked,
        "weak": weak,
        "foreign": {"Authorization": f"Bearer {foreign}", "X-Purpose": "curiosity"},
    }
    for url in every_route.api(given):
        for name, headers in wrong.items():
            statuses = set()
            for method in every_route.METHODS:
                answer = getattr(Client(), method)(
                    url, content_type="application/json", headers=headers
                )
                statuses.add(answer.status_code)
                leaked = PERSONAL if name == "foreign" else PERSONAL + FACTS
                assert [] == told(answer, url, secrets=leaked), (name, method, url)
            if name == "foreign":
                assert statuses <= {200, 400, 403, 404, 405, 422}, (name, url, statuses)
                continue
            assert statuses <= {401, 403, 405}, (name, url, statuses)
            assert statuses & {401, 403}, (name, url)


def test_a_key_without_the_permission_gets_masked_values(house: House) -> None:
    scopes = ("sales.view", "ops.view", "rewards.view", "rules.view", "rules.order")
    scopes = (*scopes, "people.change_contact", "orders.tell", "events.tell")
    headers = {**house.key(*scopes), "X-Purpose": "curiosity"}
    seen = ""
    for url in every_route.api(values(house)):
        answer = Client().get(url, headers=headers)
        # There is no order, no card, no rule, and nobody was given points.
        nothing = re.search(r"/orders/|/gift-cards/|/first-accrual|/promotions/rows", url)
        assert answer.status_code in ({404, 400, 405} if nothing else {200, 405}), url
        assert [] == told(answer, url, secrets=PERSONAL), url
        seen += body_of(answer)
    found = Client().post("/api/v1/buyers/search", {"q": ANN}, "application/json", headers=headers)
    assert [redact.mask_email(ANN)] == [each["email"] for each in found.json()]
    assert redact.mask_email(ANN) in seen
    assert [] == people.views(house.org.id)


def test_an_error_of_the_api_does_not_repeat_what_was_sent(house: House) -> None:
    headers = house.key("sales.view")
    for sent in ({"q": {"mail": ANN}}, {"wanted": ANN}, [ANN], ANN):
        answer = Client().post("/api/v1/buyers/search", sent, "application/json", headers=headers)
        assert answer.status_code in {400, 422}
        assert [] == told(answer, "", secrets=PERSONAL)


# -- machines and vendors -------------------------------------------------------------------------


def test_health_and_ready_tell_a_stranger_no_details(house: House) -> None:
    assert {"alive": True} == Client().get("/health").json()
    ready = Client().get("/ready")
    assert "details" not in ready.json()
    assert [] == told(ready, "/ready")
    assert "details" in Client().get("/ready", headers=house.key("ops.view")).json()


def test_numbers_and_jobs_need_a_key(house: House) -> None:
    for headers in ({}, house.key("sales.view"), {"Authorization": "Bearer x"}):
        answers = [
            Client().get("/metrics", headers=headers),
            Client().post("/jobs/kernel.work", headers=headers),
        ]
        assert [401, 401] == [each.status_code for each in answers]
        assert [[], []] == [told(each, "") for each in answers]
    numbers = Client().get("/metrics", headers=house.key("ops.view"))
    assert 200 == numbers.status_code
    assert [] == told(numbers, "", secrets=PERSONAL)


def test_a_vendors_door_opens_to_nobody_else(house: House) -> None:
    given = values(house)
    for route in (each for each in OTHERS if each.startswith("hooks/")):
        for place in ({}, {"org": "nobody"}, {"sender": "nobody", "source": "nobody"}):
            url = every_route.filled(route, {**given, **place})
            for body in (b"{}", b'{"notifications": [], "signature": {}}', b"\xff", ANN.encode()):
                answer = Client().post(url, body, content_type="application/json")
                assert answer.status_code in {400, 401, 404, 406}, (url, answer.status_code)
                assert [] == told(answer, url), url
            assert 405 == Client().get(url).status_code


def test_the_doors_of_the_house_lead_to_the_login(house: House) -> None:
    for method, url in (("get", "/"), ("post", "/logout/")):
        answer = getattr(Client(), method)(url)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/login/")
    login = Client().get("/login/?next=https://evil.test/")
    assert [] == told(login, "")
    wrong = Client().post("/login/", {"username": "owner", "password": ANN})
    assert [] == told(wrong, "")
    assert Client().get("/api/v1/").status_code == 404
    assert Client().get("/there/is/no/such/page").status_code == 404


# -- the collector --------------------------------------------------------------------------------


def test_a_guessed_token_leads_nowhere_and_says_nothing(house: House) -> None:
    forged = tokens.seal("contact", 1)
    for path in (
        f"/c/{forged}/0",
        f"/go/{forged}",
        f"/go/{'A' * 60}",
        f"/u/{forged}",
        f"/v/{forged}",
        f"/v/{values(house)['messages']}",
        f"/p/plw_{'A' * 20}/push",
        f"/b/plw_{'A' * 20}",
        f"/c/{values(house)['buyers']}/0",
        "/o",
        "/there/is/nothing",
    ):
        for method in ("GET", "POST", "PUT", "DELETE"):
            answer = house.visit(path, method)
            assert answer.status_code in {404, 405}, (method, path)
            assert "location" not in answer.headers
            assert not [
                each for each in PERSONAL + FACTS if each.casefold() in answer.text.casefold()
            ]


def test_the_pixel_is_the_same_for_a_known_and_for_a_guessed_token(house: House) -> None:
    known = house.visit(f"/o/{values(house)['messages']}.gif")
    guessed = house.visit("/o/whoever.gif")
    assert (known.status_code, known.content) == (guessed.status_code, guessed.content)
    assert {k: v for k, v in known.headers.items() if k != "date"} == {
        k: v for k, v in guessed.headers.items() if k != "date"
    }


def test_a_persons_own_pages_do_not_name_them(house: House) -> None:
    """A mail is forwarded now and then: whoever opens its links does not learn whose it was."""
    paths = [f"/u/{values(house)['messages']}", *house.links(ANN)]
    for answer in map(house.visit, paths):
        text = answer.text + str(answer.headers)
        assert not [each for each in PERSONAL if each in text.casefold()]


def test_the_event_that_was_sold_is_the_one_looked_for(house: House) -> None:
    """FACTS are worth searching for only while a member does see them."""
    page = house.browser("viewer").get(reverse("console:buyers", args=["pycontw"]))
    assert {"Regular 一般票", "pycontw"} <= set(told(page, ""))
    assert INDIVIDUAL[0].startswith("PyCon TW 2023")
