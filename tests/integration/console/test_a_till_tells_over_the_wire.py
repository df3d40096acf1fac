"""Orders and customers over HTTP: kept once, refused in words, nothing half."""

from datetime import timedelta

import pytest
from django.test import Client

from postlude.console.models import ApiRequest
from postlude.kernel import store
from postlude.orders.models import Buyer, ShopOrder
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.models import Consent, Contact
from support import shop_rules
from support.shop_rules import Till, iso

PHONE = "+7 916 123-45-67"


@pytest.fixture
def till(db, clock) -> Till:
    till = shop_rules.open_shop(clock)
    orgs.add_branch(till.org, "arbat", "Arbat")
    return till


def error(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def moment(till: Till, hours: int = 0) -> str:
    return iso(till.clock.now() + timedelta(hours=hours))


def opened(till: Till, order: str = "A-1", **more):
    said = {
        "order": order,
        "opened_at": moment(till, -2),
        "contact": till.token,
        "kind": "delivery",
    }
    said |= {"source": "Site", "branch": "arbat", "amount": {"amount": "129.00", "currency": "CNY"}}
    return till.post("/orders/opened", said | more)


def closed(till: Till, order: str = "A-1", **more):
    return till.post("/orders/closed", {"order": order, "closed_at": moment(till, -1), **more})


def last(till: Till):
    return Buyer.objects.filter(contact=till.contact).values_list("last_at", flat=True).first()


def test_an_order_is_opened_closed_and_cancelled(till: Till) -> None:
    assert "new" == opened(till, coupons=["PRO10"]).json()["outcome"]
    answer = closed(till, amount={"amount": "116.10", "currency": "CNY"}).json()
    assert "changed" == answer["outcome"]
    assert (
        {
            "order": "A-1",
            "state": "closed",
            "contact": till.token,
            "branch": "arbat",
            "kind": "delivery",
            "source": "Site",
            "amount": {"amount": "116.10", "currency": "CNY"},
            "coupons": ["PRO10"],
            "opened_at": moment(till, -2),
            "closed_at": moment(till, -1),
            "cancelled_at": None,
            "test": False,
        }
        == answer["order"]
        == till.get("/orders/A-1").json()
    )
    assert till.clock.now() - timedelta(hours=1) == last(till)
    till.post("/orders/cancelled", {"order": "A-1", "cancelled_at": moment(till)})
    assert last(till) is None


def test_again_is_the_same_and_otherwise_is_409(till: Till) -> None:
    opened(till)
    assert "same" == opened(till).json()["outcome"]
    assert (409, "order_told_otherwise") == error(opened(till, kind="hall"))
    assert "delivery" == till.get("/orders/A-1").json()["kind"]


def test_a_key_that_is_sent_holds_as_elsewhere(till: Till) -> None:
    """With another body it is 409, also where the order would not mind; without one none is noted."""
    said = {"order": "A-1", "closed_at": moment(till)}
    for _ in range(2):
        assert 200 == till.post("/orders/closed", said, "k").status_code
    other = till.post("/orders/closed", said | {"order": "A-2"}, "k")
    assert (409, "idempotency_key_used") == error(other)
    assert (400, "idempotency_key_needed") == error(till.post("/orders/closed", said, "no key"))
    assert ["A-1"] == list(ShopOrder.objects.values_list("uid", flat=True))
    closed(till, "A-3")
    assert 1 == ApiRequest.objects.count()


@pytest.mark.parametrize(
    ("more", "refused"),
    [
        ({"contact": {"phone": "123"}}, (400, "bad_address")),
        ({"contact": {"phone": PHONE}}, (404, "unknown_contact")),
        ({"contact": {"number": "C-9"}}, (404, "unknown_contact")),
        ({"contact": {"email": "nobody@example.test"}}, (404, "unknown_contact")),
        ({"contact": "A" * 22}, (404, "unknown_contact")),
        ({"branch": "nowhere"}, (404, "unknown_branch")),
        ({"closed_at": "2031-01-01T00:00:00Z"}, (422, "orders.bad_shop_order")),
        ({"closed_at": "2023-01-01T00:00:00"}, (400, "bad_input")),
        ({"amount": {"amount": "-1", "currency": "CNY"}}, (400, "bad_input")),
        ({"order": "a b"}, (400, "bad_input")),
        ({"coupons": ["TWO WORDS"]}, (400, "bad_input")),
        ({"kitchen": "hot"}, (400, "bad_input")),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_kept(till: Till, more, refused) -> None:
    """The answer repeats nothing of what was sent."""
    answer = till.post("/orders/closed", {"order": "A-1", "closed_at": moment(till), **more}, "k")
    assert refused == error(answer)
    assert "hint" in answer.json()["error"]
    assert not ShopOrder.objects.exists()
    assert not ApiRequest.objects.exists()


def test_a_batch_keeps_what_it_can(till: Till) -> None:
    """One commit; each refusal in its place and in the one shape of errors."""
    opened(till, "X")
    items = [
        {"stage": "closed", "order": "A", "closed_at": moment(till, -1), "contact": till.token},
        {"stage": "opened", "order": "A", "opened_at": moment(till, -2), "kind": "hall"},
        {"stage": "opened", "order": "X", "opened_at": moment(till, -9)},
        {"stage": "closed", "order": "B", "closed_at": moment(till), "contact": {"phone": "112"}},
        {"stage": "cancelled", "order": "C", "cancelled_at": moment(till)},
        {"stage": "closed", "order": "D", "closed_at": moment(till, 9)},
    ]
    found = till.post("/orders/batch", {"orders": items}).json()["items"]
    assert ["new", "changed", "refused", "refused", "new", "refused"] == [
        e["outcome"] for e in found
    ]
    assert ["closed", "closed", None, None, "cancelled", None] == [e["state"] for e in found]
    codes = [each["error"] and each["error"]["code"] for each in found]
    assert [
        None,
        None,
        "order_told_otherwise",
        "bad_address",
        None,
        "orders.bad_shop_order",
    ] == codes
    again = till.post("/orders/batch", {"orders": items}).json()["items"]
    assert ["same", "same", "refused", "refused", "same", "refused"] == [
        e["outcome"] for e in again
    ]
    assert {"A", "C", "X"} == set(ShopOrder.objects.values_list("uid", flat=True))


def test_a_batch_has_500_at_most_and_names_the_place_of_a_slip(till: Till) -> None:
    item = {"stage": "closed", "closed_at": moment(till), "contact": till.token}
    many = [item | {"order": f"A-{number}"} for number in range(500)]
    assert 200 == till.post("/orders/batch", {"orders": many}).status_code
    assert 500 == Buyer.objects.get(contact=till.contact).orders
    assert 400 == till.post("/orders/batch", {"orders": [*many, item | {"order": "Z"}]}).status_code
    slip = till.post("/orders/batch", {"orders": [many[0], item | {"order": "B", "kitchen": 1}]})
    assert {"/orders/1/kitchen": "extra_forbidden"} == slip.json()["error"]["fields"]


def test_a_crash_between_two_orders_leaves_none(till: Till, monkeypatch) -> None:
    """Repeated after it, the batch is kept whole."""
    from postlude.orders.shop import taking

    item = {"stage": "closed", "closed_at": moment(till), "contact": till.token}
    body = {"orders": [item | {"order": str(number)} for number in range(3)]}
    with monkeypatch.context() as broken:
        broken.setattr(taking, "recount", lambda *_: store.execute("SELECT nothing FROM nowhere"))
        assert (
            500
            <= Client(raise_request_exception=False)
            .post(
                "/api/v1/orders/batch",
                body,
                content_type="application/json",
                headers={"Authorization": f"Bearer {till.key}", "Idempotency-Key": "b"},
            )
            .status_code
        )
    assert not ShopOrder.objects.exists()
    assert not ApiRequest.objects.exists()
    assert 200 == till.post("/orders/batch", body, "b").status_code
    assert 3 == Buyer.objects.get(contact=till.contact).orders


def test_a_customer_is_kept_found_and_shown_masked(till: Till) -> None:
    said = {"number": "C-1", "phone": PHONE, "name": "Анна", "birthday": "1990-05-17"}
    kept = till.post("/contacts", said).json()
    assert (True, []) == (kept["created"], kept["taken"])
    assert kept | {"created": False} == till.post("/contacts", said).json()
    for name in ({"phone": "+79161234567"}, {"number": "C-1"}, kept["id"]):
        found = till.post("/contacts/find", {"contact": name}).json()
        assert (kept["id"], True, True) == (found["id"], found["masked"], found["has_birthday"])
        assert "Анна" not in found["name"]
        assert "1234567" not in found["phone"]
    assert found == till.get(f"/contacts/{kept['id']}").json()
    assert (404, "unknown_contact") == error(till.post("/contacts/find", {"contact": {"number": "C-2"}}))  # fmt: skip


def test_a_yes_or_a_no_is_said_with_the_customer(till: Till) -> None:
    """Said again it is no second row; the newest holds, and what is not said stays."""
    for said in ({"sms": True, "email": False}, {"sms": True}, {"sms": False}, None):
        body = {"phone": PHONE} if said is None else {"phone": PHONE, "consents": said}
        assert 200 == till.post("/contacts", body).status_code
    (contact,) = people.find_customers(till.org, phones=[PHONE])[1].values()
    rows = Consent.objects.filter(contact=contact).order_by("id")
    assert [("email", False), ("sms", True), ("sms", False)] == list(
        rows.values_list("channel", "granted")
    )
    assert {contact: False} == people.consents(till.org, [contact], "sms")
    refused = till.post("/contacts", {"phone": PHONE, "consents": {"fax": True}})
    assert (400, ["/consents/fax/[key]"]) == (
        refused.status_code,
        list(refused.json()["error"]["fields"]),
    )


def test_clear_values_need_a_right_and_a_reason(till: Till) -> None:
    kept = till.post("/contacts", {"phone": PHONE, "name": "Анна"}).json()["id"]
    assert till.get(f"/contacts/{kept}", **{"X-Purpose": "delivery"}).json()["masked"]
    till.key, _ = orgs.issue_key(till.org, "desk", ["people.change_contact", "people.view_contact"])
    assert till.get(f"/contacts/{kept}").json()["masked"]
    shown = till.get(f"/contacts/{kept}", **{"X-Purpose": "delivery"}).json()
    assert ("Анна", "+79161234567", False) == (shown["name"], shown["phone"], shown["masked"])


@pytest.mark.parametrize(
    ("said", "fields"),
    [
        ({"phone": "123"}, {"/phone": "bad_address"}),
        ({"email": "a b@example.test"}, {"/email": "bad_address"}),
        ({"name": "Анна"}, {"/who": "missing"}),
        ({"number": "C-1", "birthday": "1990-02-30"}, {"/birthday": "not_a_birthday"}),
        ({"number": "C-1", "zone": "Asia/Nowhere"}, {"/zone": "not_a_zone"}),
        ({"number": "C-1", "zone": "../etc/passwd"}, {"/zone": "not_a_zone"}),
        ({"number": "C 1"}, {"/number": "string_pattern_mismatch"}),
    ],
)
def test_a_customer_that_cannot_be_is_refused(till: Till, said, fields) -> None:
    before = Contact.objects.count()
    answer = till.post("/contacts", said)
    assert (400, fields) == (answer.status_code, answer.json()["error"]["fields"])
    assert answer.json()["error"]["hint"] or "number" in said
    assert before == Contact.objects.count()


def test_a_customers_zone_is_told_alone_or_in_an_import(till: Till) -> None:
    till.post("/contacts", {"number": "1", "zone": "Asia/Vladivostok"})
    till.post("/contacts/batch", {"contacts": [{"number": "2", "zone": "Europe/Berlin"}]})
    told = Contact.objects.exclude(zone=None).order_by("id")
    assert ["Asia/Vladivostok", "Europe/Berlin"] == list(told.values_list("zone", flat=True))


def test_many_customers_at_once(till: Till) -> None:
    said = {"contacts": [{"number": "1", "phone": PHONE}, {"phone": "123"}, {"number": "1"}]}
    first, second, third = till.post("/contacts/batch", said).json()["items"]
    assert (first["id"], True, False) == (third["id"], first["created"], third["created"])
    assert (None, "not_kept") == (second["id"], second["error"]["code"])


def test_points_are_given_to_a_phone(till: Till) -> None:
    """Every call that takes a contact takes what the till knows."""
    kept = till.post("/contacts", {"number": "C-1", "phone": PHONE}).json()["id"]
    for key, name in (("1", {"phone": PHONE}), ("2", {"number": "C-1"})):
        body = {
            "contact": name,
            "amount": {"amount": "50", "currency": "points"},
            "reason": "order",
        }
        assert 200 == till.post("/points/grant", body, key).status_code
    assert "100" == till.get(f"/points/{kept}/balance").json()["available"]


def test_orders_and_customers_of_another_organisation_are_not_there(till: Till, clock) -> None:
    rival = shop_rules.open_shop(clock, "rival")
    opened(till)
    till.post("/contacts", {"number": "C-1"})
    assert (404, "unknown_order") == error(rival.get("/orders/A-1"))
    assert (404, "unknown_contact") == error(rival.get(f"/contacts/{till.token}"))
    assert (404, "unknown_contact") == error(rival.post("/contacts/find", {"contact": {"number": "C-1"}}))  # fmt: skip
    assert (404, "unknown_contact") == error(closed(rival, contact=till.token))
    assert (404, "unknown_branch") == error(closed(rival, branch="arbat"))


@pytest.mark.parametrize(
    ("amount", "code"),
    [
        ({"amount": "10.00", "currency": "USD"}, (422, "orders.bad_shop_order")),
        ({"amount": "-10.00", "currency": "CNY"}, (400, "bad_input")),
    ],
)
def test_another_currency_and_an_amount_below_zero_are_not_let_in(till: Till, amount, code) -> None:
    """What an organisation's orders come to is one sum."""
    answer = closed(till, amount=amount)
    assert code == error(answer), answer.content
    assert not ShopOrder.objects.exists()
    if code[0] == 422:
        assert "CNY" in answer.json()["error"]["message"]
    item = {"stage": "closed", "order": "A-2", "closed_at": moment(till, -1)}
    batch = till.post("/orders/batch", {"orders": [item | {"amount": amount}, item]})
    assert ShopOrder.objects.count() == (1 if code[0] == 422 else 0), batch.content
