"""docs/reference/http-api.md: every curl on the page does what it says, and every call has one."""

import re
import shlex
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import PersonSeen
from postlude.rewards import api as rewards
from postlude.rewards.types.carriers import CardType
from postlude.rewards.types.coupons import CouponListSpec, IssueRequest
from support import shop_rules
from support.shop_rules import Till, iso

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "http-api.md"
_BLOCK = re.compile(r"```sh\n(curl .*?)```", re.DOTALL)
NEW = (
    "/promotions",
    "/rules",
    "/points",
    "/coupons",
    "/gift-cards",
    "/orders",
    "/events",
    "/contacts",
)


@dataclass
class Call:
    method: str
    url: str
    headers: dict[str, str]
    body: str | None


@pytest.fixture
def till(db, clock) -> Till:
    till = shop_rules.open_shop(clock)
    now = clock.now()
    seen = [PersonSeen("li@example.test"), PersonSeen("wang@example.test")]
    people.recognise_many(till.org, seen, now=now)
    orgs.add_branch(till.org, "arbat", "Arbat")
    rewards.define_card_types(till.org, [CardType("tea", "Tea", "CNY", 200_00, 365)])
    rewards.define_coupons(till.org, CouponListSpec("tea-5"))
    rewards.upload_codes(till.org, "tea-5", "TEA-1\n")
    li = people.find(till.org, "li@example.test")
    assert li is not None
    till.contact, till.token = li, shop_rules.tokens.seal("contact", li)
    rewards.issue_many(till.org, [IssueRequest("i1", "tea-5", li)], now)
    return till


def call(text: str, values: dict[str, str]) -> Call:
    """Read one curl as a shell would, with the page's variables filled in."""
    for name, value in values.items():
        text = text.replace(f"${name}", value)
    words = iter(shlex.split(text.replace("\\\n", " "))[1:])
    found = Call("get", "", {}, None)
    for word in words:
        if word == "-X":
            found.method = next(words).lower()
        elif word == "-H":
            name, _, value = next(words).partition(": ")
            found.headers[name] = value
        elif word == "-d":
            found.body = next(words)
        else:
            parts = urlsplit(word)
            found.url = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return found


def send(said: Call) -> Any:
    if said.method == "get":
        return Client().get(said.url, headers=said.headers)
    return getattr(Client(), said.method)(
        said.url, said.body or "", content_type="application/json", headers=said.headers
    )


def test_every_example_works_in_the_order_of_the_page(till: Till) -> None:
    """Each answers 200, with the card and the link that the calls before it gave."""
    now = till.clock.now()
    values = {
        "POSTLUDE": "http://testserver",
        "KEY": till.key,
        "CONTACT": till.token,
        "CODE": rewards.held(till.org, till.contact, now)[0].code,
        "NOW": iso(now),
        "LATER": iso(now + timedelta(minutes=40)),
    }
    for text in _BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        said = call(text, values)
        answer = send(said)
        assert 200 == answer.status_code, (text, answer.content)
        told = answer.json()
        if said.url == "/api/v1/gift-cards":
            values["CARD"] = told["id"]
        if said.url.endswith("/keep"):  # its link is dead now: somebody claims the next one
            path = f"/gift-cards/{values['CARD']}/share"
            values["LINK"] = till.post(path, {"contact": till.token}, "anew").json()["link"]


def test_every_call_has_an_example(till: Till) -> None:
    """What the API describes of promotions, rules and rewards is on the page, each with a curl."""
    page = PAGE.read_text(encoding="utf-8")
    values = {"CONTACT": till.token, "CARD": "C" * 22}
    shown = [call(each, values) for each in _BLOCK.findall(page)]
    there = {(each.method, each.url.partition("?")[0].replace("$POSTLUDE", "")) for each in shown}
    for path, methods in till.get("/openapi.json").json()["paths"].items():
        if not path.removeprefix("/api/v1").startswith(NEW):
            continue
        pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", path))
        for method in methods:
            assert any(method == each and pattern.fullmatch(url) for each, url in there), (method, path)  # fmt: skip
