"""What CEL does not accept, and what we keep out of it, is said with code, place and hint."""

import pytest

from postlude.rules.conditions import registry
from postlude.rules.conditions.expr import LONGEST
from postlude.rules.kinds import Binding
from support import extras
from support.rule_texts import bound

TAIPEI = Binding("TWD", "Asia/Taipei")
pytestmark = extras.needs_cel


def problems(text: str):
    kind = registry.kinds()["expr"]
    return kind.check(kind.params.model_validate({"text": text}), TAIPEI)


@pytest.mark.parametrize(
    ("text", "code", "about", "message"),
    [
        ("amonut > 3", "expr_unknown_fact", "amonut", "Line 1, column 1: There is no fact “amonut”."),
        ("amount > 3 &&\n  memer.level == 'x'", "expr_unknown_fact", "memer.level", "Line 2, column 3"),
        ("'金额' == '金' && amuont > 3", "expr_unknown_fact", "amuont", "Line 1, column 16"),
        ("amount > '3'", "expr_types", ">", "Line 1, column 8: “>” cannot take int, string."),
        ("amount * 1.5 > 3.0", "expr_types", "*", "Line 1, column 8"),
        ("amount >", "expr_syntax", "", "Line 1, column 9"),
        ("amount", "expr_no_verdict", "amount", "It gives INT"),
        ("(" * 40 + "true" + ")" * 40, "expr_too_deep", None, "It is nested too deeply."),
        ("source == " + "+".join(["source"] * 99), "expr_too_deep", None, "It is nested too deeply."),
        ("has(member.level)", "expr_function", "has", "There is no function “has” here."),
        ("member.level.matches('a+')", "expr_function", "matches", ""),
        ("member.tags.map(t, t).size() > 0", "expr_function", "map", ""),
        ("size({'a': 1}) == 1", "expr_kept_out", "{", ""),
        ("member.`level` == 'x'", "expr_kept_out", "`", ""),
        ("member.level == r'a'", "expr_kept_out", "'a'", ""),
        ("member.level == '''a'''", "expr_kept_out", "'a'", ""),
        ("member.tags.exists(t, t + t == 'x')", "expr_kept_out", "+", ""),
        (
            "[1].exists(a, [1].exists(b, [1].exists(c, a == b && b == c)))",
            "expr_kept_out", "exists", "",
        ),
    ],
)  # fmt: skip
def test_a_mistake_has_its_place(text, code, about, message) -> None:
    found = problems(text)[0]
    assert found.code == code
    assert found.pointer == "/text"
    assert 0 <= found.within.start <= found.within.end <= len(text)
    assert found.message.startswith(message)
    if about is not None:
        assert text[found.within.start : found.within.end] == about


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("amonut > 3", "Did you mean “amount”?"),
        ("member.levle == 'gold'", "Did you mean “member.level”?"),
        ("member.level.startWith('g')", "Did you mean “startsWith”?"),
        ("now.weekdy == 3", "Did you mean “now.weekday”?"),
    ],
)
def test_a_name_that_is_not_known_is_answered_with_a_near_one(text, hint) -> None:
    assert hint in [each.hint for each in problems(text)]


def test_all_mistakes_come_at_once() -> None:
    assert ["amonut", "memebr"] == [
        each.message.split("“")[1].split("”")[0].split(".")[0]
        for each in problems("amonut > 3 && memebr.level == 'x'")
    ]


def test_a_rule_is_refused_at_the_parameter() -> None:
    """The binder places it: the pointer leads to the text, the span to the name in the template."""
    found = bound("paid && usual -> usable", {
        "paid": {"kind": "paid_amount", "params": {"min": "1.00 TWD"}},
        "usual": {"kind": "expr", "params": {"text": "amonut > 3"}},
    })  # fmt: skip
    assert found.rule is None
    (problem,) = found.errors
    assert problem.pointer == "/conditions/usual/params/text"
    assert (problem.span.start, problem.span.end) == (8, 13)
    assert (problem.within.start, problem.within.end) == (0, 6)


@pytest.mark.parametrize("text", ["", "x" * (LONGEST + 1), "a\0b", "\ud800"])
def test_a_text_that_cannot_be_one_is_a_bad_parameter(text) -> None:
    found = bound("c -> usable", {"c": {"kind": "expr", "params": {"text": text}}})
    assert {("bad_parameter", "/conditions/c/params/text")} == {
        (each.code, each.pointer) for each in found.errors
    }
