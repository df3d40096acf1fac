"""A rule with an expression is published, previewed and ordered as any other; never without CEL."""

import sys
from datetime import UTC, datetime, timedelta

import pytest

from postlude.kernel.money import Money
from postlude.orgs import api as orgs
from postlude.people import api as people
from postlude.people.types import Description, PersonSeen
from postlude.rules import api as rules
from postlude.rules.adapters import top_up
from postlude.rules.errors import BadRule, ExtraMissing
from postlude.rules.expressions import programs
from postlude.rules.models import RuleVersion
from postlude.rules.types import RuleDefinition, Why
from support import extras

NOW = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def definition(text: str) -> RuleDefinition:
    return RuleDefinition(
        key="gold",
        title="Gold evenings",
        business="top-up",
        template="expr -> points",
        where={"expr": {"text": text, "words": "is gold and pays 100"}},
        give={"points": {"amount": 5, "reason": "gold"}},
        currency="CNY",
        zone="Asia/Shanghai",
    )


GOLD = definition('member.level == "gold" && amount >= 10000')


@pytest.fixture
def org() -> int:
    return orgs.create("lantern", "Lantern", zone="Asia/Shanghai", currency="CNY").id


def ask(contact: int, paid: int):
    return top_up.ask(top_up.TopUp(contact, Money(paid, "CNY")))


@extras.needs_cel
def test_it_decides(org: int) -> None:
    """True gives, false does not, and without the fact it is unknown: it gives nothing either."""
    rules.publish(org, [GOLD], {}, now=NOW)
    seen = [PersonSeen(f"{name}@example.test") for name in ("a", "b")]
    gold, plain = (each.contact for each in people.recognise_many(org, seen, now=NOW))
    people.describe_many(org, [Description(gold, "gold")])
    offers = [
        rules.preview(org, ask(who, paid), now=NOW)
        for who, paid in ((gold, 100_00), (gold, 99_99), (plain, 100_00))
    ]
    assert [["gold"], [], []] == [[each.rule for each in offer.gifts] for offer in offers]
    assert [None, Why.CONDITION, Why.UNKNOWN] == [
        offer.missed[0].why if offer.missed else None for offer in offers
    ]
    assert offers[1].missed[0].words == "is gold and pays 100"
    until = NOW + timedelta(minutes=15)
    order = rules.reserve(org, rules.ReserveOrder("k", b"x", ask(gold, 100_00), until), now=NOW)
    assert ["points"] == [each.kind for each in order.gifts]


@extras.needs_cel
def test_a_mistake_is_told_with_its_place_and_nothing_is_stored(org: int) -> None:
    with pytest.raises(BadRule) as refused:
        rules.publish(org, [definition("amonut > 1")], {}, now=NOW)
    (problem,) = refused.value.as_json()["error"]["problems"]
    assert (problem["code"], problem["pointer"]) == ("expr_unknown_fact", "/where/expr/text")
    assert (problem["within"], problem["hint"]) == ([0, 6], "Did you mean “amount”?")
    assert not RuleVersion.objects.exists()


def test_without_the_extra_it_is_refused_by_name(org: int, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "cel_expr_python", None)
    monkeypatch.setitem(sys.modules, "cel_expr_python.cel", None)
    programs.compiled.cache_clear()
    with pytest.raises(ExtraMissing) as refused:
        rules.publish(org, [GOLD], {}, now=NOW)
    assert refused.value.fields["extra"] == "cel"
    assert not RuleVersion.objects.exists()
