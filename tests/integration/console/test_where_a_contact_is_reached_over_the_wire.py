"""Ids of chat apps and devices come in over the API; what comes back is masked."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from postlude.people import api as people
from postlude.people.models import Consent
from support import shop_rules

LI = "U" + "c3" * 16


@pytest.fixture
def till(db, clock) -> shop_rules.Till:
    return shop_rules.open_shop(clock)


def put(till: shop_rules.Till, **said: Any) -> Any:
    body = {"contact": {"email": shop_rules.BUYER}, "kind": "line", "value": LI, **said}
    return Client().put(
        "/api/v1/contacts/addresses",
        body,
        content_type="application/json",
        headers={"Authorization": f"Bearer {till.key}"},
    )


def forget(till: shop_rules.Till, **said: Any) -> Any:
    body = {"contact": till.token, "kind": "line", **said}
    return till.post("/contacts/addresses/forget", body).json()


def reached(till: shop_rules.Till, kind: str = "line") -> list[str]:
    found = people.all_addresses(till.org, [till.contact], kind)
    return [each.value for each in found.get(till.contact, [])]


def test_an_id_is_said_once_and_comes_back_masked(till) -> None:
    for _ in range(2):
        answer = put(till)
        assert 200 == answer.status_code
        assert till.token == answer.json()["contact"]
        (place,) = answer.json()["items"]
        assert ("line", "U•••c3", False) == (place["kind"], place["masked"], place["blocked"])
        assert LI not in answer.content.decode()
    assert [LI] == reached(till)
    assert LI not in till.get(f"/contacts/{till.token}/addresses").content.decode()


def test_a_block_is_told(till, clock) -> None:
    put(till)
    people.blocked_us(till.org, "line", LI, at=clock.now())
    (place,) = till.get(f"/contacts/{till.token}/addresses").json()["items"]
    assert place["blocked"]


def test_a_consent_is_written_down_only_when_it_was_given(till, clock) -> None:
    put(till)
    assert {till.contact: None} == people.consents(till.org, [till.contact], "line")
    put(till, consent=True)
    assert {till.contact: True} == people.consents(till.org, [till.contact], "line")
    clock.advance(seconds=1)
    put(till, consent=False)
    assert {till.contact: False} == people.consents(till.org, [till.contact], "line")
    assert {"api"} == set(Consent.objects.values_list("source", flat=True))


def test_several_devices_and_one_of_them_forgotten(till) -> None:
    for device in ("phone", "tablet"):
        put(till, kind="push", value=device)
    assert {"forgotten": 1} == forget(till, kind="push", value="phone")
    assert ["tablet"] == reached(till, "push")
    assert {"forgotten": 1} == forget(till, kind="push")
    assert {"forgotten": 0} == forget(till, kind="push")


def test_another_contacts_id_is_refused_with_a_reason(till, clock) -> None:
    from postlude.people.types import PersonSeen

    people.recognise_many(till.org, [PersonSeen("wang@example.test")], now=clock.now())
    put(till)
    answer = put(till, contact={"email": "wang@example.test"})
    assert 409 == answer.status_code
    error = answer.json()["error"]
    assert ("address_not_kept", "taken") == (error["code"], error["fields"]["reason"])
    assert LI not in answer.content.decode()


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"kind": "pigeon"}, 400),
        ({"kind": "email", "value": "li@example.test"}, 400),
        ({"value": ""}, 400),
        ({"value": 7}, 400),
        ({"value": "U 1"}, 400),
        ({"value": "x" * 321}, 400),
        ({"consent": "yes"}, 400),
        ({"consented": True}, 400),
        ({"contact": {"email": "nobody@example.test"}}, 404),
        ({"contact": "A" * 22}, 404),
    ],
)
def test_what_cannot_be_used_is_refused(till, said, status) -> None:
    assert status == put(till, **said).status_code
    assert [] == reached(till)


def test_a_foreign_contact_is_not_there(till, clock) -> None:
    rival = shop_rules.open_shop(clock, "rival")
    assert 404 == put(till, contact=rival.token).status_code
    assert 404 == till.get(f"/contacts/{rival.token}/addresses").status_code
    answer = till.post("/contacts/addresses/forget", {"contact": rival.token, "kind": "line"})
    assert 404 == answer.status_code


def of(till: shop_rules.Till, method: str, **said: Any) -> Any:
    return getattr(Client(), method)(
        f"/api/v1/contacts/{till.token}/addresses",
        {"kind": "line", **said},
        content_type="application/json",
        headers={"Authorization": f"Bearer {till.key}"},
    )


def test_by_the_contacts_id_it_is_said_seen_and_forgotten(till) -> None:
    for _ in range(2):
        assert 200 == of(till, "put", value=LI, consent=True).status_code
    assert [LI] == reached(till)
    at = till.clock.now()
    people.blocked_us(till.org, "line", LI, at=at)
    seen = at + timedelta(minutes=1)
    till.clock.advance(minutes=2)
    answer = of(till, "put", value=LI, last_seen=shop_rules.iso(seen))
    assert 200 == answer.status_code, answer.content
    assert not people.blocked_us(till.org, "line", LI, at=at)  # told late: seen there since
    assert {"forgotten": 1} == of(till, "delete", value=LI).json()
    assert {"forgotten": 0} == of(till, "delete").json()
    assert [] == reached(till)
    assert 422 == of(till, "put").status_code or 400 == of(till, "put").status_code


def test_a_link_begins_with_a_word_that_is_good_for_minutes(till) -> None:
    answer = till.post("/contacts/link", {"contact": till.token})
    assert 200 == answer.status_code, answer.content
    word = answer.json()["nonce"]
    now = till.clock.now()
    assert people.finish_link(till.org, "line", word, LI, at=now, now=now) is None
    assert [LI] == reached(till)
