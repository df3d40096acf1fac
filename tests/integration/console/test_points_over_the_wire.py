"""The bonus service: granted, spent, held, undone and read over HTTP, each thing once."""

from datetime import timedelta

import pytest

from support import shop_rules
from support.shop_rules import Till, iso


@pytest.fixture
def till(db, clock) -> Till:
    return shop_rules.open_shop(clock)


def amount(units: str, currency: str = "points") -> dict[str, str]:
    return {"amount": units, "currency": currency}


def ask(till: Till, what: str, units: str, key: str, **more: object):
    body = {"contact": till.token, "amount": amount(units), "reason": "order", **more}
    return till.post(f"/points/{what}", body, key)


def error(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def test_points_for_some_days_are_given_once(till: Till) -> None:
    """Asked again a day later it is the same grant with the same end, which counts from the first."""
    first = ask(till, "grant", "100", "g1", days=14)
    till.clock.advance(days=1)
    again = ask(till, "grant", "100", "g1", days=14)
    assert (200, 200) == (first.status_code, again.status_code)
    assert first.json()["entry"] == again.json()["entry"]
    assert (False, True) == (first.json()["replayed"], again.json()["replayed"])
    assert 100 == till.balance()
    till.clock.advance(days=12, hours=23)
    assert 100 == till.balance()
    till.clock.advance(hours=1)
    assert 0 == till.balance()


def test_bonus_money_is_in_major_units(till: Till) -> None:
    """20.50 CNY are 2050 minor units in the ledger, and 20.50 again on the way out."""
    ask(till, "grant", "20.50", "g1", amount=amount("20.50", "CNY"))
    assert 2050 == till.balance("bonus:CNY")
    found = till.get(f"/points/{till.token}/balance?currency=CNY").json()
    assert {"currency": "CNY", "available": "20.50", "held": "0.00", "coming": "0.00", "debt": "0.00"} == found  # fmt: skip


def test_a_key_with_another_body_or_call_is_409(till: Till) -> None:
    """Whatever differs, nothing is done; also when only the call is another."""
    ask(till, "grant", "100", "k")
    for answer in (
        ask(till, "grant", "101", "k"),
        ask(till, "grant", "100", "k", reason="birthday"),
        ask(till, "grant", "100", "k", days=3),
        ask(till, "spend", "100", "k"),
        ask(till, "holds", "100", "k"),
        till.post("/points/reverse", {"of": "k"}, "k"),
    ):
        assert (409, "idempotency_key_used") == error(answer)
    assert 100 == till.balance()


def test_too_little_is_told_and_the_key_stays_free(till: Till) -> None:
    """Nothing is spent, and the same key works once there is enough; `partial` takes what there is."""
    ask(till, "grant", "30", "g1")
    answer = ask(till, "spend", "50", "s1")
    assert (409, "not_done") == error(answer)
    assert {"short": "20", "currency": "points"} == answer.json()["error"]["fields"]
    assert 30 == till.balance()
    ask(till, "grant", "30", "g2")
    assert 200 == ask(till, "spend", "50", "s1").status_code
    assert "10" == ask(till, "spend", "50", "s2", partial=True).json()["entry"]["amount"]
    assert 0 == till.balance()


def test_a_hold_is_captured_in_part_once(till: Till) -> None:
    """The rest returns; a second capture or a release says that it has ended."""
    ask(till, "grant", "100", "g1")
    assert 200 == ask(till, "holds", "60", "h1", minutes=5).status_code
    assert 40 == till.balance()
    for _ in range(2):
        assert "25" == till.post("/points/holds/h1/capture", {"amount": "25"}).json()["entry"]["amount"]  # fmt: skip
        assert 75 == till.balance()
    assert (409, "idempotency_key_used") == error(till.post("/points/holds/h1/capture", {"amount": "20"}))  # fmt: skip
    assert (409, "not_done") == error(till.post("/points/holds/h1/release"))
    assert (404, "points.unknown_entry") == error(till.post("/points/holds/nothing/capture"))
    undone = till.post("/points/reverse", {"of": "h1", "amount": "5"}, "r1")
    assert (200, 80) == (undone.status_code, till.balance())


def test_a_hold_that_ran_out_is_not_captured(till: Till) -> None:
    """Its points are back, and the capture is refused."""
    ask(till, "grant", "100", "g1")
    ask(till, "holds", "60", "h1", minutes=5)
    till.clock.advance(minutes=5)
    assert (409, "not_done") == error(till.post("/points/holds/h1/capture"))
    assert 100 == till.balance()


def test_a_grant_that_was_spent_becomes_a_debt(till: Till) -> None:
    """Taking it back once is enough; what was spent is owed."""
    ask(till, "grant", "100", "g1")
    ask(till, "spend", "70", "s1")
    for _ in range(2):
        assert 200 == till.post("/points/reverse", {"of": "g1"}, "r1").status_code
    assert "70" == till.get(f"/points/{till.token}/balance").json()["debt"]
    assert (404, "points.unknown_entry") == error(till.post("/points/reverse", {"of": "no"}, "r2"))


def test_the_history_is_read_in_pages_without_our_keys(till: Till) -> None:
    """The newest first, every line once, and keys as the caller gave them."""
    for number in range(5):
        ask(till, "grant", "10", f"g{number}")
    seen, before = [], ""
    while True:
        page = till.get(f"/points/{till.token}/history?limit=2&before={before}").json()
        seen += [each["key"] for each in page["items"]]
        before = page["next_before"]
        if not before:
            break
    assert ["g4", "g3", "g2", "g1", "g0"] == seen


def test_what_ends_soon_is_told_by_its_day(till: Till) -> None:
    """What is held, spent, or ends later is not among it."""
    ask(till, "grant", "10", "g1", days=3)
    ask(till, "grant", "20", "g2", days=5)
    ask(till, "grant", "40", "g3")
    ask(till, "spend", "4", "s1")
    found = till.get(f"/points/{till.token}/expiring?days=4").json()
    until = iso(till.clock.now() + timedelta(days=3))
    assert [{"amount": "6", "currency": "points", "expires_at": until}] == found


def test_the_first_accrual_after_a_moment_is_found(till: Till) -> None:
    """Of a reason, if one is named; none is a 404."""
    start = iso(till.clock.now())
    till.clock.advance(hours=1)
    ask(till, "grant", "10", "g1", reason="birthday")
    till.clock.advance(hours=1)
    ask(till, "grant", "20", "g2", reason="invite")
    path = f"/points/{till.token}/first-accrual?after={start}"
    assert "g1" == till.get(path).json()["key"]
    assert "g2" == till.get(f"{path}&reason=invite").json()["key"]
    assert 404 == till.get(f"{path}&reason=order").status_code
    assert 400 == till.get(f"/points/{till.token}/first-accrual?after=yesterday").status_code


def test_what_cannot_be_given_is_named(till: Till) -> None:
    """Each mistake with its place; nothing is given."""
    for more, place in (
        ({"amount": amount("-5")}, "/amount/amount"),
        ({"amount": amount("0")}, "/amount"),
        ({"amount": amount("1.5")}, "/amount"),
        ({"amount": {"amount": 5, "currency": "points"}}, "/amount/amount"),
        ({"amount": amount("5", "card:CNY")}, "/amount/currency"),
        ({"amount": amount("5", "bonus:CNY")}, "/amount/currency"),
        ({"reason": " "}, "/reason"),
        ({"days": 0}, "/days"),
        ({"days": 3, "expires_at": "2024-01-01T00:00:00Z"}, "/"),
        ({"contact": {"phone": "1"}}, "/contact/email"),
    ):
        answer = ask(till, "grant", "5", "g1", **more)
        assert (400, "bad_input") == error(answer), more
        assert place in answer.json()["error"]["fields"], more
    past = ask(till, "grant", "5", "g1", expires_at="2020-01-01T00:00:00Z")
    assert (400, "points.bad_period") == error(past)
    assert 0 == till.balance()
    assert 200 == ask(till, "grant", "5", "g1").status_code


@pytest.mark.parametrize("what", ["grant", "spend", "holds"])
def test_another_currency_or_contact_is_refused_and_the_key_stays_free(till: Till, what) -> None:
    """The organisation counts in its own; nothing is written, and the key works afterwards."""
    ask(till, "grant", "9", "g0")
    ask(till, "grant", "9", "m0", amount=amount("9.00", "CNY"))
    wrong = ask(till, what, "5", "k", amount=amount("5.00", "USD"))
    assert (400, "bad_input") == error(wrong)
    fields = {"currency": "CNY", "/amount/currency": "wrong_currency"}
    assert fields == wrong.json()["error"]["fields"]
    for name in ("A" * 22, {"email": "nobody@example.test"}, {"number": "C-9"}):
        assert (404, "unknown_contact") == error(ask(till, what, "5", "k", contact=name))
    assert (9, 9_00) == (till.balance(), till.balance("bonus:CNY"))
    assert 200 == ask(till, what, "5", "k").status_code


def test_no_caller_takes_a_key_of_ours(till: Till) -> None:
    """A grant named like an entry that an order will make does not stand in its way."""
    ask(till, "grant", "1", "rule-order:sale-1:0")
    body = {"contact": till.token, "paid": {"amount": "200.00", "currency": "CNY"}}
    till.post("/promotions/top-up", body, "sale-1")
    assert "confirmed" == till.post("/promotions/orders/sale-1/confirm").json()["state"]
    assert 20_00 == till.balance("bonus:CNY")
