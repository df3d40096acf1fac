"""Rules over HTTP: asked with raw facts, each checked; explained leaf by leaf, personal ones hidden."""

import pytest

from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import Description
from support import shop_rules
from support.shop_rules import Till, iso

PAID = {"amount": "188.00", "currency": "CNY"}


@pytest.fixture
def till(db, clock) -> Till:
    return shop_rules.open_shop(clock)


def ask(till: Till, facts: dict, path: str = "preview", **more: object):
    return till.post(f"/rules/{path}", {"business": "top-up", "facts": facts, **more})


def test_facts_are_read_with_their_types(till: Till) -> None:
    """Money with its currency, whole numbers, moments with an offset, sets as lists."""
    facts = {
        "amount": PAID,
        "orders_before": 0,
        "orders_before.as_of": iso(till.clock.now()),
        "source": "app",
        "products": ["tea"],
        "quantity": None,
    }
    found = ask(till, facts, contact=till.token).json()
    assert {"always", "first-top-up"} == {each["rule"] for each in found["gifts"]}
    nearest = {each["rule"]: each["nearest"] for each in found["not_given"]}
    assert "12.00 CNY" in nearest["first-2"]


def test_a_fact_that_cannot_be_is_named_by_its_place(till: Till) -> None:
    """All of them at once: names, types, units, ranges; nothing that was sent is repeated."""
    for value, name, fault in (
        (PAID, "amont", "unknown_fact"),
        ("gold", "member.level", "unknown_fact"),
        (188, "amount", "wrong_type"),
        ("188.00", "amount", "wrong_type"),
        ({"amount": "188.00", "currency": "TWD"}, "amount", "wrong_currency"),
        ({"amount": 188.0, "currency": "CNY"}, "amount", "wrong_type"),
        ({"amount": "NaN", "currency": "CNY"}, "amount", "wrong_type"),
        ({"amount": "-1.00", "currency": "CNY"}, "amount", "wrong_type"),
        ({"amount": "9" * 18, "currency": "CNY"}, "amount", "wrong_type"),
        (2**53 + 1, "quantity", "wrong_type"),
        (1.5, "quantity", "wrong_type"),
        (True, "quantity", "wrong_type"),
        ("3", "quantity", "wrong_type"),
        ("tea", "products", "wrong_type"),
        (["tea", 1], "products", "wrong_type"),
        ("2026-01-01T00:00:00", "orders_before.as_of", "wrong_type"),
        (7, "source", "wrong_type"),
    ):
        answer = ask(till, {name: value}).json()["error"]
        assert "rules.bad_ask" == answer["code"], name
        place = f"/facts/{name}" if name != "member.level" else "/facts"
        expected = "looked_up" if name == "member.level" else fault
        assert {place: expected} == answer["fields"], (name, value)
        assert answer["hint"]
    flow = till.post("/rules/preview", {"business": "topup"}).json()["error"]
    assert {"/business": "literal_error"} == flow["fields"]
    two = ask(till, {"quantity": "x", "amont": 1, "li@example.test": 1})
    assert {"/facts/quantity", "/facts/amont", "/facts"} == set(two.json()["error"]["fields"])
    assert "li@" not in two.content.decode()


def test_an_explanation_has_every_leaf(till: Till) -> None:
    """What each leaf asks for, what there was, and what would have to be different."""
    found = {each["rule"]: each for each in ask(till, {"amount": PAID}, "explain").json()}
    assert {"first-2", "always", "first-top-up", "birthday"} == set(found)
    assert (True, "then") == (found["always"]["verdict"], found["always"]["branch"])
    missed = found["first-2"]
    assert (False, "not_met", ["实付金额"]) == (missed["verdict"], missed["reason"], missed["because"])  # fmt: skip
    leaves = missed["trace"]["parts"][0]["parts"]
    assert ["paid_amount.not_met", "first_n.met"] == [each["code"] for each in leaves]
    assert "188.00 CNY" == leaves[0]["actual"][0]["text"]
    assert ["spend 12.00 CNY more"] == missed["nearest"]
    one = ask(till, {"amount": PAID}, "explain", rule="always").json()
    assert ["always"] == [each["rule"] for each in one]
    assert 404 == ask(till, {}, "explain", rule="nothing").status_code


def test_names_of_every_script_are_readable_in_an_answer(till: Till) -> None:
    """UTF-8 as it is, for people with curl; not a backslash and a number for each letter."""
    answer = ask(till, {"amount": PAID}, "explain")
    assert "实付金额".encode() in answer.content
    assert "charset=utf-8" in answer["Content-Type"]


def test_a_birthday_is_hidden_without_scope_and_purpose_and_audited_with(till: Till) -> None:
    """Who may see contacts and says why sees it, and leaves a row; nobody else."""
    people.describe_many(till.org, [Description(till.contact, birthday=(9, 2))])
    full, _ = orgs.issue_key(till.org, "full", ["rules.view", "people.view_contact"])

    def told(key: str, **headers: str) -> str:
        till.key = key
        said = {"business": "top-up", "contact": till.token, "rule": "birthday"}
        (found,) = till.post("/rules/explain", said, **headers).json()
        assert found["verdict"] is True
        return found["trace"]["parts"][0]["actual"][0]["text"]

    plain = till.key
    assert "•••" == told(plain, **{"X-Purpose": "curiosity"}) == told(full)
    assert [] == people.views(till.org)
    assert "902" == told(full, **{"X-Purpose": "support"})
    assert [("key", "support")] == [(each.actor.kind, each.purpose) for each in people.views(till.org)]  # fmt: skip
