"""Promotions over HTTP: previewed, held, confirmed, cancelled, reversed, given more time; each once."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from postlude.kernel.jobs import Budget
from postlude.orgs import api as orgs
from postlude.rewards import api as rewards
from postlude.rules import api as rules
from support import leaks, shop_rules
from support.shop_rules import Till, iso

PAYLOADS = Path(__file__).parent / "payloads"
PAID = {"amount": "200.00", "currency": "CNY"}


@pytest.fixture
def till(db, clock) -> Till:
    return shop_rules.open_shop(clock)


def used(till: Till) -> int:
    return rewards.level(till.org, "quota:first-2", till.clock.now()).used


def top_up(till: Till, key: str = "sale-1", **more: object):
    return till.post("/promotions/top-up", {"contact": till.token, "paid": PAID, **more}, key)


def error(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def golden(name: str) -> object:
    return json.loads((PAYLOADS / f"{name}.json").read_text(encoding="utf-8"))


def test_the_adapters_answer_as_agreed(till: Till) -> None:
    """Word for word: a top-up with bonus before and after, a checkout with instant discounts."""
    before = {"count": 0, "as_of": iso(till.clock.now())}
    ask = {"contact": till.token, "paid": PAID, "before": before}
    assert golden("top-up-preview") == till.post("/promotions/top-up/preview", ask).json()
    assert golden("top-up-order") == top_up(till, before=before).json()
    cart = {
        "contact": till.token,
        "amount": {"amount": "129.99", "currency": "CNY"},
        "items": [
            {"product": "tea", "groups": ["green"], "quantity": 3,
             "amount": {"amount": "129.99", "currency": "CNY"}},
        ],
    }  # fmt: skip
    assert golden("checkout-preview") == till.post("/promotions/checkout/preview", cart).json()
    assert golden("checkout-order") == till.post("/promotions/checkout", cart, "cart-1").json()


def test_a_preview_holds_nothing(till: Till) -> None:
    """However often it is looked, the places are all there."""
    for _ in range(3):
        assert 200 == till.post("/promotions/top-up/preview", {"contact": till.token, "paid": PAID}).status_code  # fmt: skip
    assert 0 == used(till)


def test_a_confirmed_order_gives_once_and_can_be_taken_back(till: Till) -> None:
    """Confirm and reverse change the balance once each, however often they are sent."""
    assert "held" == top_up(till).json()["state"]
    assert (1, 0) == (used(till), till.balance("bonus:CNY"))
    for _ in range(2):
        done = till.post("/promotions/orders/sale-1/confirm")
        assert (200, "confirmed") == (done.status_code, done.json()["state"])
        assert 20_00 == till.balance("bonus:CNY")
    for _ in range(2):
        assert "reversed" == till.post("/promotions/orders/sale-1/reverse", {}).json()["state"]
        assert (0, 0) == (used(till), till.balance("bonus:CNY"))
    assert "reversed" == till.get("/promotions/orders/sale-1").json()["state"]


def test_a_repeated_request_is_the_same_order(till: Till) -> None:
    """A replay takes nothing more and says so; the contact may be named either way."""
    first, again = top_up(till).json(), top_up(till, contact={"email": shop_rules.BUYER}).json()
    assert (False, True) == (first["replayed"], again["replayed"])
    assert first == {**again, "replayed": False}
    assert 1 == used(till)


def test_a_key_with_another_body_is_409_and_changes_nothing(till: Till) -> None:
    """Another amount, another hold time, or another route under the same key is another request."""
    top_up(till)
    cart = {"amount": PAID, "contact": till.token}
    for answer in (
        top_up(till, paid={"amount": "500.00", "currency": "CNY"}),
        top_up(till, hold_minutes=30),
        till.post("/promotions/checkout", cart, "sale-1"),
    ):
        assert (409, "idempotency_key_used") == error(answer)
    assert 1 == used(till)
    assert "held" == till.get("/promotions/orders/sale-1").json()["state"]


def test_a_key_that_is_missing_or_cannot_be_one_is_a_clear_400(till: Till) -> None:
    """Without a name of its own a request could not be repeated; nothing is held."""
    for key in ("", "a b", "li@example.test", "x" * 101, "a/b", "é"):
        answer = top_up(till, key)
        assert (400, "idempotency_key_needed") == error(answer), key
        assert "Idempotency-Key" in answer.json()["error"]["message"]
        assert answer.json()["error"]["hint"]
    assert 0 == used(till)


def test_a_confirm_after_the_hold_is_over_is_refused_or_takes_again(till: Till) -> None:
    """Nothing is given late by itself; with `late` it is, as long as there is some left."""
    top_up(till, hold_minutes=5)
    till.clock.advance(minutes=6)
    rewards.expire_reservations(Budget(5))
    answer = till.post("/promotions/orders/sale-1/confirm")
    assert (409, "order_state") == error(answer)
    assert "expired" == answer.json()["error"]["fields"]["state"]
    assert 0 == till.balance("bonus:CNY")
    late = till.post("/promotions/orders/sale-1/confirm", {"late": "reacquire"})
    assert (200, "confirmed") == (late.status_code, late.json()["state"])
    assert 20_00 == till.balance("bonus:CNY")


def test_a_cancel_frees_and_what_is_confirmed_is_not_cancelled(till: Till) -> None:
    """Cancel is for what is held; what was given is taken back by another call."""
    top_up(till)
    for _ in range(2):
        assert "cancelled" == till.post("/promotions/orders/sale-1/cancel").json()["state"]
    assert 0 == used(till)
    assert (409, "order_state") == error(till.post("/promotions/orders/sale-1/confirm"))
    top_up(till, "sale-2")
    till.post("/promotions/orders/sale-2/confirm")
    assert (409, "order_state") == error(till.post("/promotions/orders/sale-2/cancel"))
    assert 1 == used(till)


def test_a_cancel_that_comes_first_keeps_the_try_from_holding(till: Till) -> None:
    """Whatever order they arrive in, a cancelled key holds nothing, and the try is told."""
    assert "cancelled" == till.post("/promotions/orders/sale-1/cancel").json()["state"]
    answer = top_up(till)
    assert (409, "order_state") == error(answer)
    assert "cancelled" == answer.json()["error"]["fields"]["state"]
    assert 0 == used(till)


def test_more_time_is_given_once(till: Till) -> None:
    """The same moment again is the same answer; another is refused, and so is one too far away."""
    top_up(till)
    until, later = (till.clock.now() + timedelta(minutes=each) for each in (40, 50))
    for _ in range(2):
        given = till.post("/promotions/orders/sale-1/extend", {"until": iso(until)})
        assert (200, iso(until)) == (given.status_code, given.json()["expires_at"])
    again = till.post("/promotions/orders/sale-1/extend", {"until": iso(later)})
    assert (409, "order_state") == error(again)
    far = {"until": iso(till.clock.now() + timedelta(hours=25))}
    assert (400, "bad_input") == error(till.post("/promotions/orders/sale-1/extend", far))
    assert iso(until) == till.get("/promotions/orders/sale-1").json()["expires_at"]


def test_an_order_that_is_not_there_is_a_404_under_the_callers_name(till: Till) -> None:
    """Its key is told as it was sent, without how we file it."""
    body = {"until": iso(till.clock.now() + timedelta(hours=1))}
    for answer in (
        till.get("/promotions/orders/nothing"),
        till.post("/promotions/orders/nothing/confirm"),
        till.post("/promotions/orders/nothing/reverse"),
        till.post("/promotions/orders/nothing/extend", body),
    ):
        assert (404, "rules.unknown_order") == error(answer)
        assert "nothing" == answer.json()["error"]["fields"]["key"]
        assert "api/" not in answer.content.decode()


WRONG = [
    ({"paid": {"amount": 200, "currency": "CNY"}}, "/paid/amount", "not_a_decimal_text"),
    ({"paid": {"amount": 200.0, "currency": "CNY"}}, "/paid/amount", "not_a_decimal_text"),
    ({"paid": {"amount": "-5.00", "currency": "CNY"}}, "/paid/amount", "negative"),
    ({"paid": {"amount": "0.00", "currency": "CNY"}}, "/paid", "not_positive"),
    ({"paid": {"amount": "1.001", "currency": "CNY"}}, "/paid", "too_exact"),
    ({"paid": {"amount": "9" * 13, "currency": "CNY"}}, "/paid/amount", "not_a_decimal_text"),
    ({"paid": {"amount": "NaN", "currency": "CNY"}}, "/paid/amount", "not_a_decimal_text"),
    ({"paid": {"amount": "1e3", "currency": "CNY"}}, "/paid/amount", "not_a_decimal_text"),
    ({"paid": {"amount": "２００", "currency": "CNY"}}, "/paid/amount", "not_a_decimal_text"),
    ({"paid": {"amount": "20.00", "currency": "cny"}}, "/paid/currency", "string_pattern_mismatch"),
    ({"paid": {"amount": "20.00"}}, "/paid/currency", "missing"),
    ({"paid": None}, "/paid", "model_attributes_type"),
    ({"mechant": "x"}, "/mechant", "extra_forbidden"),
    ({"hold_minutes": 0}, "/hold_minutes", "greater_than_equal"),
    ({"hold_minutes": 1441}, "/hold_minutes", "less_than_equal"),
    ({"hold_minutes": True}, "/hold_minutes", "int_type"),
    ({"hold_minutes": "15"}, "/hold_minutes", "int_type"),
    ({"before": {"count": 0}}, "/before/as_of", "missing"),
    ({"before": {"count": -1, "as_of": "2023-09-01T02:00:00Z"}}, "/before/count", "greater_than_equal"),
    ({"before": {"count": 0, "as_of": "2023-09-01T02:00:00"}}, "/before/as_of", "timezone_aware"),
    ({"before": {"count": 0, "as_of": "2023-09-01T02:05:00Z"}}, "/before/as_of", "in_the_future"),
    ({"merchant": "m" * 65}, "/merchant", "string_too_long"),
]  # fmt: skip


def test_what_cannot_be_is_named_by_its_place(till: Till) -> None:
    """A JSON pointer to each mistake, and nothing was changed."""
    for wrong, place, kind in WRONG:
        answer = top_up(till, **wrong)
        assert (400, "bad_input") == error(answer), wrong
        assert {place: kind} == answer.json()["error"]["fields"], wrong
    assert 0 == used(till)
    assert 404 == till.get("/promotions/orders/sale-1").status_code


BODIES = (
    b"{", b"[]", b'"x"', b'{"paid": NaN}', b'{"paid": 1, "paid": 2}', b'{"source": "\\u0000"}',
    b'{"source": "\\ud800"}', b'{"x": ' + b"9" * 5000 + b"}", b"[" * 100_000, b"\xff",
)  # fmt: skip


def test_a_body_that_is_no_json_is_a_400(till: Till) -> None:
    """Never a 500, and never a text that a database cannot keep."""
    headers = {"Authorization": f"Bearer {till.key}", "Idempotency-Key": "k"}
    for body in BODIES:
        answer = Client().post(
            "/api/v1/promotions/top-up", body, content_type="application/json", headers=headers
        )
        assert 400 == answer.status_code, body[:40]
        assert {"code", "message", "hint", "fields"} == set(answer.json()["error"])


def test_an_amount_in_another_currency_is_an_error_and_not_a_no(till: Till) -> None:
    """200 JPY are not 200 CNY: nobody is told that nothing applies."""
    for path, key in (("/promotions/top-up", "s"), ("/promotions/top-up/preview", "")):
        body = {"contact": till.token, "paid": {"amount": "20000", "currency": "JPY"}}
        assert (400, "rules.bad_ask") == error(till.post(path, body, key))
    line = {"product": "tea", "amount": {"amount": "1", "currency": "JPY"}}
    answer = till.post("/promotions/checkout/preview", {"amount": PAID, "items": [line]})
    assert {"/items/0/amount/currency": "wrong_currency"} == answer.json()["error"]["fields"]


def test_a_stale_fact_is_unknown_and_a_missing_one_too(till: Till) -> None:
    """Whether it is the first top-up only the till knows, and only just now."""
    now = till.clock.now()
    for before, why in (
        ({"count": 0, "as_of": iso(now)}, None),
        ({"count": 3, "as_of": iso(now)}, "condition"),
        ({"count": 0, "as_of": iso(now - timedelta(hours=1))}, "unknown"),
        (None, "unknown"),
    ):
        body = {"contact": till.token, "paid": PAID, "before": before}
        offer = till.post("/promotions/top-up/preview", body).json()
        missed = {each["rule"]: each["why"] for each in offer["not_given"]}
        assert why == missed.get("first-top-up"), before


def test_discounts_never_make_less_than_nothing(till: Till) -> None:
    """Whatever is taken off, nobody is paid for buying."""
    body = {"amount": {"amount": "0.00", "currency": "CNY"}, "items": []}
    priced = till.post("/promotions/checkout/preview", body).json()
    assert ("0.00", "0.00", []) == (
        priced["order_amount"], priced["payable"], priced["discounts"],
    )  # fmt: skip


def test_who_is_not_known_is_promised_nothing_for_an_account(till: Till) -> None:
    """The discount is there for everybody; points are for those who have somewhere to put them."""
    both = shop_rules.rule(
        "both", "paid_amount -> amount_off && points && gift", {"paid_amount": {"min": "1 CNY"}},
        {"amount_off": {"amount": "1 CNY"}, "points": {"amount": 5}, "gift": {"gift": "mug"}},
        business="checkout",
    )  # fmt: skip
    rules.publish(till.org, [both], {}, now=till.clock.now())
    for named, gifts in (({}, ["gift"]), ({"contact": till.token}, ["points", "gift"])):
        cart = {"amount": PAID, **named}
        key = f"cart-{len(gifts)}"
        offer = till.post("/promotions/checkout/preview", cart).json()
        order = till.post("/promotions/checkout", cart, key).json()
        done = till.post(f"/promotions/orders/{key}/confirm").json()
        for said in (offer, order, done):
            assert ("199.00", gifts) == (said["payable"], [each["gift"] for each in said["gifts"]])
    assert 5 == till.balance("points")


def test_contacts_of_others_and_unknown_ones_look_the_same(till: Till, clock) -> None:
    """A foreign token, a forged one and an unknown address are one 404, which repeats none of them."""
    rival = shop_rules.open_shop(clock, "rival")
    orgs.issue_key(rival.org, "k", ["rules.order"])
    answers = [
        top_up(till, contact=rival.token),
        top_up(till, contact="A" * 22),
        top_up(till, contact={"email": "nobody.at.all@example.test"}),
    ]
    assert [(404, "unknown_contact")] * 3 == [error(each) for each in answers]
    assert 1 == len({each.content for each in answers})
    assert 404 == rival.get("/promotions/orders/sale-1").status_code


def test_an_order_of_another_organisation_is_not_there(till: Till, clock) -> None:
    """The same key is two orders in two organisations, and neither reaches the other's."""
    rival = shop_rules.open_shop(clock, "rival")
    top_up(till)
    for path in ("confirm", "reverse"):
        assert 404 == rival.post(f"/promotions/orders/sale-1/{path}").status_code
    assert 404 == rival.get("/promotions/orders/sale-1").status_code
    rival.post("/promotions/orders/sale-1/cancel")
    assert "held" == till.get("/promotions/orders/sale-1").json()["state"]


def test_no_address_reaches_an_answer_or_a_log(till: Till) -> None:
    """However it is sent: known, unknown, no address at all, in a wrong place, as a name."""
    with leaks.all_logs() as lines:
        for contact in (
            {"email": shop_rules.BUYER},
            {"email": "zebulon.other@example.test"},
            {"email": "zebulon 王@"},
            {"email": ["zebulon"]},
            {"zebulon@example.test": 1},
            "zebulon@example.test",
            ["zebulon@example.test"],
        ):
            body = {"contact": contact, "paid": PAID, "zebulon@example.test": "zebulon"}
            for each in (body, {"contact": contact, "paid": PAID}):
                answer = till.post("/promotions/top-up/preview", each)
                assert "zebulon" not in answer.content.decode().casefold(), each
                till.post("/promotions/top-up", each, "k")
    assert not [line for line in lines if "zebulon" in line.casefold()]
