"""An expression is true, false or unknown, as the same condition in our own words is."""

from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postlude.rules.compiling.closures import matcher
from postlude.rules.compiling.completing import Completion, OnDemand
from postlude.rules.compiling.reading import facts_read
from postlude.rules.compiling.ruleset import RuleSet
from postlude.rules.compiling.verdicts import verdict
from postlude.rules.conditions import registry
from postlude.rules.explaining.examining import Examined
from postlude.rules.explaining.nearest import nearest_miss
from postlude.rules.explaining.traces import Level, explain
from postlude.rules.expressions.judging import computed
from postlude.rules.facts import instant
from postlude.rules.kinds import Binding
from postlude.rules.predicates import Ago, AllOf, Meets, Negated, OneOf, Range, SomeOf
from support import extras
from support.rule_texts import rule

TAIPEI = Binding("TWD", "Asia/Taipei")
# Friday noon in Taipei.
FRIDAY = instant(datetime(2026, 11, 20, 4, 0, tzinfo=UTC))
DAY_US = 86_400_000_000
pytestmark = extras.needs_cel


def said(text: str, max_age: int = 300, **facts: object) -> bool | None:
    test = computed(text, "Asia/Taipei", max_age)
    context = {"now": FRIDAY} | {name.replace("__", "."): value for name, value in facts.items()}
    return verdict(test)(Completion(facts_read(test)).complete(context))


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        ("amount >= 100", {"amount": 100}, True),
        ("amount >= 100", {"amount": 99}, False),
        ("amount >= 100", {}, None),
        ("!(amount >= 100)", {}, None),
        ("amount >= 100 || quantity > 1", {"quantity": 2}, True),
        ("amount >= 100 && quantity > 1", {"quantity": 1}, False),
        ("amount >= 100 || quantity > 1", {"quantity": 1}, None),
        ("amount > 0 ? true : false", {}, None),
        ("'vip' in member.tags", {"member__tags": frozenset({"vip"})}, True),
        ("'vip' in member.tags", {"member__tags": frozenset()}, False),
        ("'vip' in member.tags", {}, None),
        ("!('vip' in member.tags)", {}, None),
        ("member.tags.all(t, t != 'x')", {"member__tags": frozenset()}, True),
        ("now.weekday == 5 && now.minute == 720", {}, True),
        ("now.month_day == 20 && now.month_left == 10", {}, True),
        ("now == timestamp('2026-11-20T04:00:00Z')", {}, True),
        ("now.getHours('Asia/Taipei') == 12", {}, True),
        ("now - member.last_order > duration('24h')", {"member__last_order": FRIDAY - DAY_US}, False),
        ("now - member.last_order > duration('24h')", {"member__last_order": FRIDAY - DAY_US - 1}, True),
        ("member.balance.points > 0", {"member__balance:points": 1}, True),
        ("member.balance.bonus.TWD > 0", {"member__balance:bonus:TWD": 0}, False),
        ("member.birthday == 229", {"member__birthday": 229}, True),
        ("amount / quantity > 0", {"amount": 1, "quantity": 0}, None),
        ("amount + 9223372036854775807 > 0", {"amount": 1}, None),
        ("source == 'app'", {"source": "app"}, True),
        ("[member.tags[0]] == ['a']", {"member__tags": frozenset("ab")}, True),
    ],
)  # fmt: skip
def test_the_verdict(text, facts, expected) -> None:
    assert said(text, **facts) is expected


@pytest.mark.parametrize(
    "facts",
    [
        {"amount": 2**70}, {"amount": True}, {"amount": "1"}, {"amount": None}, {"amount": 1.5},
        {"amount": frozenset()},
    ],
)  # fmt: skip
def test_a_value_that_cannot_be_is_unknown(facts) -> None:
    """Neither it nor its opposite holds, whatever stands in the context."""
    assert said("amount < 5", **facts) is None
    assert said("!(amount < 5)", **facts) is None


@pytest.mark.parametrize("value", [-(10**18), 10**18, 2**200, FRIDAY / 3])
def test_a_moment_that_no_calendar_has_is_unknown(value) -> None:
    assert said("member.first_order < now", member__first_order=value) is None


def test_a_set_that_is_too_large_is_unknown_and_never_cut() -> None:
    many = frozenset(map(str, range(201)))
    assert said("'0' in member.tags", member__tags=many) is None
    assert said("!('x' in member.tags)", member__tags=many) is None
    assert said("'x' in member.tags", member__tags=frozenset(map(str, range(200)))) is False
    assert said("'x' in member.tags", member__tags=frozenset({"y" * 201})) is None
    assert said("'x' in member.tags", member__tags=frozenset({"\ud800"})) is None


def test_a_loop_over_its_budget_is_unknown() -> None:
    """Two hundred times two hundred turns are not made."""
    many = frozenset(map(str, range(200)))
    twice = "member.tags.exists(a, member.tags.exists(b, a == b && a == 'x'))"
    assert said(twice, member__tags=many) is None
    assert said(f"!({twice})", member__tags=many) is None


def test_a_count_that_is_stale_is_unknown_and_the_rest_is_not() -> None:
    """What the asker's system says is good for `max_age` seconds, and for nothing from the future."""
    text = "orders_before == 0 || amount > 5"
    fresh = {"orders_before": 0, "orders_before__as_of": FRIDAY - 300_000_000}
    assert said(text, amount=1, **fresh) is True
    stale = fresh | {"orders_before__as_of": FRIDAY - 300_000_001}
    assert said(text, amount=1, **stale) is None
    assert said(text, amount=9, **stale) is True
    assert said(text, amount=1, orders_before=0) is None
    assert said(text, 301, amount=1, **stale) is True
    assert said("orders_before == 1", orders_before=1, orders_before__as_of=FRIDAY + 10**9) is None


NATIVE = (
    (Range("amount", 5, 9), "amount >= 5 && amount < 9"),
    (Range("quantity", None, 3), "quantity < 3"),
    (OneOf("member.level", frozenset({"gold", "silver"})), "member.level in ['gold', 'silver']"),
    (Meets("member.tags", frozenset({"vip", "press"})), "member.tags.exists(t, t in ['vip', 'press'])"),
    (Ago("member.last_order", DAY_US, None), "now - member.last_order >= duration('24h')"),
    (OneOf("now.weekday@Asia/Taipei", frozenset({5})), "now.weekday == 5"),
)  # fmt: skip


def _both(random: Random, depth: int = 3):
    """A condition in our words and in CEL."""
    if depth == 0 or random.random() < 0.3:
        return random.choice(NATIVE)
    parts = [_both(random, depth - 1) for _ in range(random.randint(2, 3))]
    if random.random() < 0.3:
        return Negated(parts[0][0]), f"!({parts[0][1]})"
    join, sign = random.choice(((AllOf, " && "), (SomeOf, " || ")))
    return join(tuple(own for own, _ in parts)), sign.join(f"({text})" for _, text in parts)


def _context(random: Random):
    values = {
        "amount": (4, 5, 8, 9), "quantity": (2, 3), "member.level": ("gold", "iron"),
        "member.tags": (frozenset(), frozenset({"vip"}), frozenset({"x"})),
        "member.last_order": (FRIDAY - DAY_US, FRIDAY - DAY_US + 1),
    }  # fmt: skip
    drawn = {name: random.choice((None, *choices)) for name, choices in values.items()}
    return {"now": FRIDAY + random.choice((0, DAY_US))} | {
        name: value for name, value in drawn.items() if random.random() < 0.9
    }


@settings(max_examples=300, deadline=None)
@given(st.integers(0, 2**48))
def test_it_says_what_our_own_words_say(seed) -> None:
    """Three-valued, two-valued, in a rule set's closures and by its index."""
    random = Random(seed)
    own, text = _both(random)
    test = computed(text, "Asia/Taipei", 300)
    one = rule("c -> usable", {"c": {"kind": "expr", "params": {"text": text[:1_000]}}}) if (
        len(text) <= 1_000
    ) else None  # fmt: skip
    for _ in range(4):
        context = _context(random)
        expected = verdict(own)(Completion(facts_read(own)).complete(context))
        complete = Completion(facts_read(test)).complete(context)
        assert verdict(test)(complete) is expected
        assert matcher(test)(complete) is (expected is True)
        assert matcher(Negated(test))(complete) is (expected is False)
        if one is not None:
            rules = RuleSet([one])
            assert rules.matching(context) == (expected is True)
            assert rules.closures[0](rules.complete(context)) is (expected is True)


def test_it_reads_the_facts_that_it_names_and_no_others() -> None:
    kind = registry.kinds()["expr"]
    text = "amount > 1 // quantity\n && source != 'member.level' && [1].exists(x, x == quantity)"
    params = kind.params.model_validate({"text": text})
    assert frozenset({"amount", "source", "quantity"}) == facts_read(kind.predicate(params, TAIPEI))


def test_two_of_one_text_are_one_test_and_of_two_ages_two() -> None:
    one, same = (computed("amount > 1", "Asia/Taipei", 300) for _ in range(2))
    assert {one, same} == {one}
    assert one != computed("amount > 1", "Asia/Taipei", 301)


def test_facts_that_are_dear_are_loaded_last() -> None:
    """The index looks at everything else first, and asks CEL of the rules that are left."""
    given_ = {
        "paid": {"kind": "paid_amount", "params": {"min": "1.00 TWD"}},
        "c": {"kind": "expr", "params": {"text": "quantity > 1"}},
    }
    rules = RuleSet([rule("c && paid -> usable", given_)], frozenset({"quantity"}))
    loaded = []

    def load():
        loaded.append(1)
        return 2

    assert rules.matching(OnDemand({"now": FRIDAY, "amount": 99}, {"quantity": load})) == 0
    assert loaded == []
    assert rules.matching(OnDemand({"now": FRIDAY, "amount": 100}, {"quantity": load})) == 1
    assert loaded == [1]


def test_why_and_what_nearly() -> None:
    """A trace shows the facts that it read; no number says how far it is away."""
    one = rule("c -> usable", {"c": {"kind": "expr", "params": {"text": "amount > 5000"}}})
    examined, context = Examined(one), {"now": FRIDAY, "amount": 1200}
    first = explain(examined, context, level=Level.FIRST).first
    assert (first.code, first.expected) == ("expr.not_met", "satisfies amount > 5000")
    assert [("amount", "12.00 TWD")] == [(each.fact, each.text) for each in first.actual]
    (flip,) = nearest_miss(examined, context).flips
    assert (flip.words, flip.gaps) == ("satisfies amount > 5000", ())


def test_words_of_ones_own_are_said_instead() -> None:
    params = {"text": "amount > 5000", "words": "spends a lot"}
    one = rule("c -> usable", {"c": {"kind": "expr", "params": params}})
    (flip,) = nearest_miss(Examined(one), {"now": FRIDAY, "amount": 1}).flips
    assert flip.words == "spends a lot"
