"""Promotions, rules, points, coupons and cards: nothing without a key, nor with one for other things."""

from typing import Any

import pytest
from django.test import Client

from postlude.kernel import tokens
from postlude.orgs import api as orgs
from support import shop_rules
from support.shop_rules import EVERY_SCOPE

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


@pytest.fixture
def till(db, clock) -> shop_rules.Till:
    return shop_rules.open_shop(clock)


def calls(till: shop_rules.Till) -> list[tuple[str, str, dict[str, Any]]]:
    """Return every new call as the description of the API has it: method, URL, what it says."""
    described = till.get("/openapi.json").json()["paths"]
    return [
        (method, path, said)
        for path, methods in described.items()
        if path.removeprefix("/api/v1").startswith(NEW)
        for method, said in methods.items()
    ]


def url(path: str, till: shop_rules.Till) -> str:
    card = tokens.seal("gift-card-id", 7)
    token = card if "/gift-cards/" in path else till.token
    return path.replace("{token}", token).replace("{key}", "sale-1").replace("{order}", "A-1")


def send(method: str, where: str, secret: str) -> Any:
    headers = {"Authorization": f"Bearer {secret}"} if secret else {}
    more = {"data": {}, "content_type": "application/json"} if method in {"post", "put"} else {}
    return getattr(Client(), method)(where, headers=headers, **more)


def test_no_call_answers_without_a_key_or_with_one_for_other_things(till) -> None:
    """401 to strangers, 403 to a key that has every scope but the one that is needed."""
    found = calls(till)
    assert 46 <= len(found)
    weak, _ = orgs.issue_key(till.org, "weak", ["sales.view", "people.view_contact"])
    for method, path, _ in found:
        where = url(path, till)
        for secret, status in (("", 401), (f"pl_{'a' * 8}_{'b' * 32}", 401), (weak, 403)):
            answer = send(method, where, secret)
            assert status == answer.status_code, (method, path)
            assert {"code", "message", "hint", "fields"} == set(answer.json()["error"])


def test_each_call_needs_exactly_one_of_the_scopes(till) -> None:
    """A key with one scope reaches its calls and no other; every call is reached by one."""
    reached: dict[tuple[str, str], list[str]] = {}
    for scope in EVERY_SCOPE:
        secret, _ = orgs.issue_key(till.org, scope, [scope])
        for method, path, _ in calls(till):
            if 403 != send(method, url(path, till), secret).status_code:
                reached.setdefault((method, path), []).append(scope)
    assert {1} == {len(each) for each in reached.values()}
    assert len(calls(till)) == len(reached)
    by_scope = {scope: {path for (_, path), found in reached.items() if scope in found} for scope in EVERY_SCOPE}  # fmt: skip
    assert {"/api/v1/rules/preview", "/api/v1/rules/explain"} == by_scope["rules.view"]
    assert {"/api/v1/points/grant", "/api/v1/points/reverse", "/api/v1/gift-cards",
            "/api/v1/gift-cards/{token}/refund", "/api/v1/gift-cards/{token}/close"
            } == by_scope["rewards.grant_by_hand"]  # fmt: skip
    assert all("/promotions/" in path for path in by_scope["rules.order"])
    assert all("/v1/orders/" in path for path in by_scope["orders.tell"])
    assert {"/api/v1/events"} == by_scope["events.tell"]
    assert all("/v1/contacts" in path for path in by_scope["people.change_contact"])


def test_contacts_and_cards_of_another_organisation_are_not_there(till, clock) -> None:
    """A foreign token is the same 404 as a forged one, whatever is asked of it."""
    rival = shop_rules.open_shop(clock, "rival")
    for path in ("balance", "history", "expiring", "first-accrual?after=2023-01-01T00:00:00Z"):
        answers = [till.get(f"/points/{each}/{path}") for each in (rival.token, "A" * 22)]
        assert [404, 404] == [each.status_code for each in answers], path
        assert answers[0].content == answers[1].content
    assert 404 == till.get(f"/coupons/{rival.token}/held").status_code


def test_the_description_says_what_is_needed(till) -> None:
    """Each call that writes under a new key has the header in its description, and a summary."""
    for method, path, said in calls(till):
        assert said["summary"], path
        names = {each["name"] for each in said.get("parameters", ())}
        fresh = method == "post" and path.endswith(
            ("/top-up", "/checkout", "/grant", "/spend", "/holds", "/points/reverse",
             "/redeem", "/gift-cards", "/share", "/hold", "/refund")
        )  # fmt: skip
        if not path.startswith("/api/v1/orders/"):  # there it may be sent, and need not
            assert fresh == ("Idempotency-Key" in names), (method, path)
