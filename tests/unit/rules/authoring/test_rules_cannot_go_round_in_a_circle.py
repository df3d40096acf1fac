"""Rules that name each other are bound from the inside out; a circle is shown, not run into."""

from typing import Any

from postlude.rules.authoring.binding_all import bind_all
from postlude.rules.rule import SubRule
from support.rule_texts import OURS, rule, source


def naming(key: str, *others: str, text: str = "") -> Any:
    aliases = {f"s{at}": {"rule": other} for at, other in enumerate(others)}
    return source((text or " && ".join(aliases) or "first_order") + " -> usable", aliases, key=key)


def codes(*sources: Any, **more: Any) -> dict[str, list[str]]:
    found = bind_all({each.key: each for each in sources}, OURS, **more)
    return {key: [each.code for each in it.problems] for key, it in found.items()}


def test_the_order_of_writing_does_not_matter() -> None:
    outer, middle, inner = naming("outer", "middle"), naming("middle", "inner"), naming("inner")
    for order in ((outer, middle, inner), (inner, middle, outer)):
        found = bind_all({each.key: each for each in order}, OURS)
        assert [each.key for each in order] == list(found)
        leaf = found["outer"].rule.leaves["s0"]
        assert isinstance(leaf, SubRule)
        assert found["middle"].rule is leaf.rule


def test_a_circle_is_an_error_in_each_of_its_rules_and_shown_whole() -> None:
    a, b, c, d, e = (
        naming("a", "b"), naming("b", "c"), naming("c", "a"), naming("d", "d"), naming("e"),
    )  # fmt: skip
    assert {
        "a": ["rules_in_a_circle"],
        "b": ["rules_in_a_circle"],
        "c": ["rules_in_a_circle"],
        "d": ["rules_in_a_circle"],
        "e": [],
    } == codes(a, b, c, d, e)
    found = bind_all({each.key: each for each in (a, b, c)}, OURS)
    (problem,) = found["a"].problems
    shown = problem.message
    assert any(f"{x} → {y} → {z}" in shown for x, y, z in ("“a” “b” “c”".split(), "“b” “c” “a”".split(), "“c” “a” “b”".split()))  # fmt: skip
    assert "/conditions/s0/rule" == problem.pointer
    assert (0, 2) == (problem.span.start, problem.span.end)


def test_two_circles_through_one_rule_are_both_refused() -> None:
    found = codes(naming("a", "b", "c"), naming("b", "a"), naming("c", "a"))
    assert {"a", "b", "c"} == {key for key, problems in found.items() if problems}


def test_who_leads_to_a_mistake_is_told_so() -> None:
    found = codes(naming("a", "b"), naming("b", text="nothing"), naming("c", "x"))
    assert {"a": ["broken_rule"], "b": ["unknown_condition"], "c": ["unknown_rule"]} == found


def test_rules_from_elsewhere_may_be_named() -> None:
    there = {"there": rule("first_order -> usable", key="there")}
    assert {"a": []} == codes(naming("a", "there"), rules=there)
