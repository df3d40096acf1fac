"""Gift cards over HTTP: issued with a scope, held, taken, refunded, shared, claimed, closed."""

import json
from pathlib import Path

import pytest

from postlude.kernel import tokens
from postlude.people import api as people
from postlude.people.types import PersonSeen
from postlude.rewards import api as rewards
from postlude.rewards.types.carriers import CardType
from postlude.rules import api as rules
from postlude.rules.types import Group, Mode
from support import shop_rules
from support.shop_rules import Till

PAYLOADS = Path(__file__).parent / "payloads"
SCOPE = shop_rules.rule(
    "card:tea",
    "products || product_groups -> usable",
    {"products": {"ids": ["mooncake", "teapot"]}, "product_groups": {"groups": ["tea"]}},
    {"usable": {}},
    business="gift-card",
    carrier="tea",
)


def money(amount: str, currency: str = "CNY") -> dict[str, str]:
    return {"amount": amount, "currency": currency}


CART = {
    "items": [
        {"product": "teapot", "amount": money("80.00")},
        {"product": "oolong", "groups": ["tea"], "quantity": 2, "amount": money("45.50")},
        {"product": "wine", "groups": ["alcohol"], "amount": money("60.00")},
    ]
}


def open_shop(clock, slug: str = "lantern") -> Till:
    till = shop_rules.open_shop(clock, slug)
    types = [CardType("tea", "Tea", "CNY", 200_00, 365), CardType("free", "Any", "CNY")]
    rewards.define_card_types(till.org, types)
    rules.publish(till.org, [*shop_rules.RULES, SCOPE], {"steps": Group(Mode.FIRST)}, now=clock.now())  # fmt: skip
    return till


@pytest.fixture
def till(db, clock) -> Till:
    return open_shop(clock)


@pytest.fixture
def friend(till: Till) -> str:
    (seen,) = people.recognise_many(till.org, [PersonSeen("wang@example.test")], now=till.clock.now())  # fmt: skip
    return tokens.seal("contact", seen.contact)


def issue(till: Till, key: str = "card-1", **more: object):
    return till.post("/gift-cards", {"type": "tea", "contact": till.token, **more}, key)


def error(answer) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


def left(till: Till, card: str) -> tuple[str, str]:
    found = till.get(f"/gift-cards/{card}").json()
    return found["balance"], found["held"]


def test_a_scope_answers_as_agreed(till: Till) -> None:
    """Word for word, line by line: what the card pays for, and why not the rest."""
    card = issue(till).json()["id"]
    agreed = json.loads((PAYLOADS / "gift-card-scope.json").read_text(encoding="utf-8"))
    assert agreed == till.post(f"/gift-cards/{card}/scope", CART).json()


def test_a_card_is_issued_once(till: Till) -> None:
    """A year later the same request is the same card; another one under its key is refused."""
    first = issue(till).json()
    assert ("200.00", "200.00", till.token) == (first["face"], first["balance"], first["holder"])
    till.clock.advance(days=300)
    assert first == issue(till).json()
    for more in ({"contact": None}, {"type": "free", "amount": money("200.00")}):
        assert (409, "idempotency_key_used") == error(issue(till, **more))
    assert 1 == len(rewards.cards_of(till.org, till.contact, now=till.clock.now()))


def test_a_card_that_is_not_on_sale_like_that_is_refused(till: Till) -> None:
    """An unknown type, an amount that its type does not have, another currency, no amount."""
    for key, more, status in (
        ("a", {"type": "none"}, 404),
        ("b", {"amount": money("100.00")}, 400),
        ("c", {"type": "free"}, 400),
        ("d", {"type": "free", "amount": money("100", "JPY")}, 400),
        ("e", {"type": "free", "amount": money("-1.00")}, 400),
        ("", {}, 400),
    ):
        assert status == issue(till, key, **more).status_code, more
    assert [] == rewards.cards_of(till.org, till.contact, now=till.clock.now())


def test_a_card_pays_what_its_scope_allows_and_no_more(till: Till) -> None:
    """Held, taken in part, refunded in part; each once, and never beyond the cart or the card."""
    card = issue(till).json()["id"]
    too_much = till.post(f"/gift-cards/{card}/hold", {**CART, "amount": money("126.00")}, "h0")
    assert (400, "rules.bad_ask") == error(too_much)
    for _ in range(2):
        held = till.post(f"/gift-cards/{card}/hold", {**CART, "amount": money("125.50")}, "h1")
        assert (200, "125.50") == (held.status_code, held.json()["entry"]["amount"])
        assert ("74.50", "125.50") == left(till, card)
    other = till.post(f"/gift-cards/{card}/hold", {**CART, "amount": money("1.00")}, "h1")
    assert (409, "idempotency_key_used") == error(other)
    short = till.post(f"/gift-cards/{card}/hold", {**CART, "amount": money("100.00")}, "h2")
    assert (409, "not_done") == error(short)
    assert {"short": "25.50", "currency": "CNY"} == short.json()["error"]["fields"]
    for _ in range(2):
        taken = till.post(f"/gift-cards/{card}/holds/h1/take", {"amount": "100.00"})
        assert 200 == taken.status_code
        assert ("100.00", "0.00") == left(till, card)
    assert (409, "not_done") == error(till.post(f"/gift-cards/{card}/holds/h1/release"))
    for _ in range(2):
        back = till.post(f"/gift-cards/{card}/refund", {"sale": "h1", "amount": "30.00"}, "r1")
        assert 200 == back.status_code
        assert ("130.00", "0.00") == left(till, card)
    more = till.post(f"/gift-cards/{card}/refund", {"sale": "h1", "amount": "70.01"}, "r2")
    assert (409, "not_done") == error(more)
    assert (404, "points.unknown_entry") == error(till.post(f"/gift-cards/{card}/refund", {"sale": "h9"}, "r3"))  # fmt: skip


def test_a_replayed_hold_is_the_same_whatever_the_scope_says_by_now(till: Till) -> None:
    """The answer that was lost comes again, also once the card is closed."""
    card = issue(till).json()["id"]
    body = {**CART, "amount": money("100.00")}
    first = till.post(f"/gift-cards/{card}/hold", body, "h1").json()
    till.post(f"/gift-cards/{card}/holds/h1/release")
    till.post(f"/gift-cards/{card}/close")
    again = till.post(f"/gift-cards/{card}/hold", body, "h1").json()
    assert first["entry"] == again["entry"]
    assert (409, "rewards.card_unusable") == error(till.post(f"/gift-cards/{card}/hold", body, "h2"))  # fmt: skip


def test_points_and_cards_do_not_reach_each_other(till: Till) -> None:
    """A hold of a card is no hold of points, nor of another card, and cannot be undone as one."""
    card, other = issue(till).json()["id"], issue(till, "card-2").json()["id"]
    till.post(f"/gift-cards/{card}/hold", {**CART, "amount": money("100.00")}, "h1")
    for path in ("/points/holds/h1/capture", f"/gift-cards/{other}/holds/h1/take"):
        assert (404, "points.unknown_entry") == error(till.post(path))
    till.post(f"/gift-cards/{card}/holds/h1/take")
    assert (404, "points.unknown_entry") == error(till.post("/points/reverse", {"of": "h1"}, "r"))
    assert ("100.00", "0.00") == left(till, card)


def test_a_link_gives_the_card_to_one_friend(till: Till, friend: str) -> None:
    """The same request gives the same link; the first friend has the card, its giver no more."""
    card = issue(till).json()["id"]
    shared = [till.post(f"/gift-cards/{card}/share", {"contact": till.token}, "s1") for _ in "12"]
    assert shared[0].json() == shared[1].json()
    link = shared[0].json()["link"]
    own = till.post("/gift-cards/claim", {"link": link, "contact": till.token})
    assert (403, "rewards.card_not_yours") == error(own)
    for _ in range(2):
        claimed = till.post("/gift-cards/claim", {"link": link, "contact": friend})
        assert (200, friend) == (claimed.status_code, claimed.json()["holder"])
    again = till.post(f"/gift-cards/{card}/share", {"contact": till.token}, "s1")
    assert (409, "not_done") == error(again)
    not_theirs = till.post(f"/gift-cards/{card}/share", {"contact": till.token}, "s2")
    assert (403, "rewards.card_not_yours") == error(not_theirs)


def test_a_card_that_was_kept_is_not_claimed(till: Till, friend: str) -> None:
    """Its giver thought better of it: the link is dead."""
    card = issue(till).json()["id"]
    link = till.post(f"/gift-cards/{card}/share", {"contact": till.token}, "s1").json()["link"]
    for _ in range(2):
        assert not till.post(f"/gift-cards/{card}/keep", {"contact": till.token}).json()["shared"]
    late = till.post("/gift-cards/claim", {"link": link, "contact": friend})
    assert (409, "rewards.card_taken") == error(late)
    forged = till.post("/gift-cards/claim", {"link": "A" * 60, "contact": friend})
    assert 404 == forged.status_code


def test_a_card_of_another_organisation_is_not_there(till: Till, clock) -> None:
    """Whatever is asked of it: the same 404 as of a token that nobody made."""
    rival = open_shop(clock, "rival")
    card = issue(till).json()["id"]
    till.post(f"/gift-cards/{card}/hold", {**CART, "amount": money("100.00")}, "h1")
    link = till.post(f"/gift-cards/{card}/share", {"contact": till.token}, "s1").json()["link"]
    by = {"contact": rival.token}
    for path, body, key in (
        ("scope", CART, ""),
        ("hold", {**CART, "amount": money("1.00")}, "k"),
        ("holds/h1/take", {}, ""),
        ("holds/h1/release", {}, ""),
        ("refund", {"sale": "h1"}, "k"),
        ("share", by, "k"),
        ("keep", by, ""),
        ("close", {}, ""),
    ):
        assert 404 == rival.post(f"/gift-cards/{card}/{path}", body, key).status_code, path
        assert 404 == rival.post(f"/gift-cards/{'A' * 22}/{path}", body, key).status_code, path
    assert 404 == rival.get(f"/gift-cards/{card}").status_code
    assert 404 == rival.post("/gift-cards/claim", {"link": link, **by}).status_code
    assert ("100.00", "100.00") == left(till, card)
