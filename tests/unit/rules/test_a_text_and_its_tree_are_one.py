"""What is printed is read back as it was; spaces, parentheses and quotes add nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from postlude.rules.language.parsing import parse
from postlude.rules.language.printing import text_of
from postlude.rules.language.tree import ActionRef, And, Leaf, Not, Or, Template
from support import rule_trees

SCOPE = "商品范围 || 商品分组范围 -> 可用"
TOP_UP = '实付金额 && 起止时间 && "前 N 名限制" -> 发赠送金 && 发优惠券 && 发赠品'


def test_the_two_templates_of_the_seed_are_read_to_the_letter() -> None:
    scope, top_up = parse(SCOPE), parse(TOP_UP)
    assert () == scope.problems
    assert () == top_up.problems
    assert (
        Template(Or((Leaf("商品范围"), Leaf("商品分组范围"))), (ActionRef("可用"),))
        == scope.template
    )
    assert (
        Template(
            And((Leaf("实付金额"), Leaf("起止时间"), Leaf("前 N 名限制"))),
            (ActionRef("发赠送金"), ActionRef("发优惠券"), ActionRef("发赠品")),
        )
        == top_up.template
    )
    assert [SCOPE, TOP_UP] == [text_of(scope.template), text_of(top_up.template)]


def test_and_binds_tighter_than_or_and_not_tightest() -> None:
    tree = parse("a || !b && c || d -> x").template
    assert Or((Leaf("a"), And((Not(Leaf("b")), Leaf("c"))), Leaf("d"))) == tree.condition


def test_both_forms_of_a_rule() -> None:
    read = parse("c1 && (c2 || !c3) ? a1 && a2 : a3 && a4").template
    condition = And((Leaf("c1"), Or((Leaf("c2"), Not(Leaf("c3"))))))
    then, other = (ActionRef("a1"), ActionRef("a2")), (ActionRef("a3"), ActionRef("a4"))
    assert Template(condition, then, other) == read
    assert Template(condition, then) == parse("c1 && (c2 || !c3) -> a1 && a2").template


@pytest.mark.parametrize(
    ("text", "leaf"),
    [
        ("goods_a:product_in -> x", Leaf("goods_a", "product_in")),
        ('"前 N 名":first_n -> x', Leaf("前 N 名", "first_n")),
        ('a:"my \\"own\\" \\\\ kind" -> x', Leaf("a", 'my "own" \\ kind')),
        ('"a" -> x', Leaf("a")),
        ("e\u0301 -> x", Leaf("é")),
    ],
)
def test_names_with_kinds_and_quotes(text: str, leaf: Leaf) -> None:
    assert leaf == parse(text).template.condition


def test_a_colon_with_spaces_is_an_else_part_and_without_a_kind() -> None:
    read = parse("a ? b:points : c:coupon").template
    assert ((ActionRef("b", "points"),), (ActionRef("c", "coupon"),)) == (read.then, read.otherwise)


@given(rule_trees.templates())
def test_printing_is_undone_by_reading(template: Template) -> None:
    parsed = parse(text_of(template))
    assert () == parsed.problems
    assert template == parsed.template


@given(rule_trees.templates(), st.data())
def test_spaces_parentheses_and_quotes_add_nothing(template: Template, data: st.DataObject) -> None:
    spaces = st.sampled_from(["", " ", "\n", "\t ", "\u3000"])
    text = data.draw(rule_trees.spelled(template, spaces))
    parsed = parse(text)
    assert () == parsed.problems, text
    assert template == parsed.template
