"""What is explained is what was decided, on each level; nobody is blamed without a fault."""

from hypothesis import given

from postlude.rules.compiling.ruleset import RuleSet
from postlude.rules.explaining.examining import Examined
from postlude.rules.explaining.showing import HIDDEN, Reader
from postlude.rules.explaining.traces import Group, Join, LeafTrace, Level, Trace, explain
from postlude.rules.explaining.verdicts import Peek, folded, verdicts
from postlude.rules.language.tree import Expression, Leaf, Not
from support import rule_cases
from support.rule_texts import FIRST, rule

AMOUNT = {"kind": "paid_amount", "params": {"min": "50.00 TWD"}}
BIRTHDAY = {"kind": "birthday_within", "params": {"days_before": 3}}


def leaf_traces(trace: Trace) -> list[LeafTrace]:
    if isinstance(trace, LeafTrace):
        return [trace]
    return [leaf for part in trace.parts for leaf in leaf_traces(part)]


def agrees(trace: Trace) -> bool:
    """Whether each group's verdict follows from its parts."""
    if isinstance(trace, LeafTrace):
        return True
    parts = [each.verdict for each in trace.parts]
    match trace.join:
        case Join.NOT:
            follows = None if parts[0] is None else not parts[0]
        case Join.RULE:
            follows = parts[0]
        case Join.AND:
            follows = False if False in parts else None if None in parts else True
        case Join.OR:
            follows = True if True in parts else None if None in parts else False
    return trace.verdict is follows and all(map(agrees, trace.parts))


@given(rule_cases.conditions(rule_cases.FLAGS), rule_cases.contexts)
def test_every_level_and_the_compiled_rule_say_the_same(tree: Expression, context: dict) -> None:
    it = rule_cases.rule_of(tree)
    examined = Examined(it)
    full, first, none = (explain(examined, context, level=level) for level in (Level.FULL, Level.FIRST, Level.NONE))  # fmt: skip
    assert (full.verdict is True) == bool(RuleSet([it]).matched(context))
    assert full.verdict is first.verdict is none.verdict is full.trace.verdict
    assert full.outcome == first.outcome == none.outcome
    assert agrees(full.trace)
    assert (first.first is None) == (full.verdict is True)
    assert none.first is None
    assert none.trace is None
    assert first.trace is None
    assert full == explain(examined, dict(context), level=Level.FULL)


def wanted(tree: Expression, *, upright: bool = True) -> dict[str, bool]:
    """Return for each leaf the value that helps the tree to be true."""
    match tree:
        case Leaf(alias):
            return {alias: upright}
        case Not(child):
            return wanted(child, upright=not upright)
    return {k: v for child in tree.children for k, v in wanted(child, upright=upright).items()}


@given(rule_cases.conditions(rule_cases.FLAGS), rule_cases.contexts)
def test_turning_everything_that_is_blamed_mends_it(tree: Expression, context: dict) -> None:
    examined = Examined(rule_cases.rule_of(tree))
    said = verdicts(examined, context, {})
    guilty = explain(examined, context, level=Level.NONE).outcome.because
    places = list(leaf_traces(explain(examined, context).trace))
    assert set(guilty) <= {leaf.key for leaf in places}
    if len({leaf.key for leaf in places}) == len(places):  # each stands once
        turned = dict(said.values)
        for key in guilty:
            turned[key] = wanted(tree)[key]
        assert folded(examined.tree, turned) is True


def test_the_first_failing_leaf_is_that_of_the_highest_priority() -> None:
    text = "a && b && c -> usable"
    conditions = {
        "a": {"kind": "quantity", "params": {"min": 2}},
        "b": AMOUNT | {"priority": 5},
        "c": FIRST | {"priority": 9},
    }
    examined = Examined(rule(text, conditions))
    context = {"now": 0, "quantity": 1, "amount": 100}
    found = explain(examined, context, {"c": Peek(True)}, level=Level.FIRST).first
    assert ("b", "paid_amount.not_met", "pays at least 50.00 TWD") == (
        found.key, found.code, found.expected,
    )  # fmt: skip
    assert ["1.00 TWD"] == [each.text for each in found.actual]
    assert "b" == text[found.span.start : found.span.end]
    sold_out = explain(examined, context, {"c": Peek(False, "sold_out")}, level=Level.FIRST).first
    assert ("c", "first_n.refused:sold_out", True) == (sold_out.key, sold_out.code, sold_out.claim)


def test_an_operand_that_another_makes_up_for_is_not_blamed() -> None:
    conditions = {
        "a": AMOUNT | {"priority": 9},
        "b": {"kind": "quantity", "params": {"min": 1}},
        "c": {"kind": "quantity", "params": {"min": 9}},
    }
    examined = Examined(rule("(a || b) && c -> usable", conditions))
    found = explain(examined, {"amount": 1, "quantity": 2}, level=Level.FIRST)
    assert "c" == found.first.key


def test_personal_facts_are_shown_to_those_who_may_see_them() -> None:
    examined = Examined(rule("birthday_within -> usable", {"birthday_within": BIRTHDAY}))
    context = {"now": 0, "member.birthday": 104}
    hidden = leaf_traces(explain(examined, context).trace)[0]
    shown = leaf_traces(explain(examined, context, reader=Reader(may_see_personal=True)).trace)[0]
    of = {each.fact: each.text for each in hidden.actual}
    assert HIDDEN == of["member.birthday"]
    assert "104" not in repr(hidden)
    assert "104" in {each.text for each in shown.actual}
    assert hidden.verdict is shown.verdict


def test_a_fact_that_nobody_describes_is_taken_for_personal() -> None:
    examined = Examined(rule_cases.rule_of(rule_cases.parse_condition("a")))
    leaf = leaf_traces(explain(examined, {"a": True}).trace)[0]
    assert [HIDDEN] == [each.text for each in leaf.actual]


def test_a_sub_rule_is_explained_within_with_its_own_text() -> None:
    inner = rule("paid_amount && !b -> usable", {"paid_amount": AMOUNT, "b": {"kind": "quantity", "params": {"min": 9}}}, key="inner")  # fmt: skip
    outer = rule("sub || c -> usable", {"sub": {"rule": "inner"}, "c": {"kind": "quantity", "params": {"min": 5}}}, rules={"inner": inner})  # fmt: skip
    trace = explain(Examined(outer), {"amount": 9000, "quantity": 1}).trace
    (either,) = trace.parts
    sub, last = either.parts
    assert (Join.OR, Join.RULE, "sub", inner.source) == (
        either.join,
        sub.join,
        sub.name,
        sub.source,
    )
    assert isinstance(sub, Group)
    assert [("sub/paid_amount", True), ("sub/b", False)] == [
        (leaf.key, leaf.verdict) for leaf in leaf_traces(sub)
    ]
    negated = leaf_traces(sub)[1]
    assert "b" == sub.source[negated.span.start : negated.span.end]
    assert (True, False) == (sub.verdict, last.verdict)


def test_unknown_facts_say_so() -> None:
    examined = Examined(rule("paid_amount -> usable", {"paid_amount": AMOUNT}))
    found = explain(examined, {"now": 0}, level=Level.FIRST)
    assert (None, "paid_amount.unknown", ["unknown"]) == (
        found.verdict, found.first.code, [each.text for each in found.first.actual],
    )  # fmt: skip
