"""The parser and a Lark grammar accept the same texts and read the same trees in them."""

from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedInput

from postlude.rules.language.parsing import parse
from postlude.rules.language.printing import text_of
from postlude.rules.language.tree import ActionRef, And, Expression, Leaf, Not, Or, Template
from support import rule_trees

GRAMMAR = (Path(__file__).parent / "template_grammar.lark").read_text(encoding="utf-8")
LARK = Lark(GRAMMAR, parser="lalr")
# Bits that make sense next to each other often enough, and letters on which `\w` and Python's
# identifiers agree.
BITS = st.sampled_from(
    [
        "a",
        "b",
        "前",
        "n1",
        '"前 N"',
        '"\\""',
        "x:k",
        'y:"k k"',
        "&&",
        "||",
        "!",
        "(",
        ")",
        "->",
        "?",
        " : ",
        ":",
        " ",
        "&",
        "|",
        "-",
        '"',
        "1",
        "=",
        "\\",
    ]
)


def second(text: str) -> Template | None:
    """Read a template with Lark; None when it refuses."""
    try:
        tree = LARK.parse(text)
    except UnexpectedInput:
        return None
    condition, *branches = tree.children
    then, *other = [tuple(ActionRef(*_name(each)) for each in acts.children) for acts in branches]
    return Template(_tree(condition), then, other[0] if other else None)


def _name(token: Token) -> tuple[str, str]:
    parts, rest = [], str(token)
    while rest:
        end = 0
        if rest[0] == '"':
            end = 1
            while rest[end] != '"':
                end += 2 if rest[end] == "\\" else 1
            parts.append(rest[1:end].replace("\\\\", "\0").replace('\\"', '"').replace("\0", "\\"))
            end += 1
        else:
            end = rest.find(":") if ":" in rest else len(rest)
            parts.append(rest[:end])
        rest = rest[end + 1 :]
    return parts[0], parts[1] if len(parts) > 1 else ""


def _tree(node: Tree[Token]) -> Expression:
    if node.data == "leaf":
        return Leaf(*_name(node.children[0]))
    children = [_tree(each) for each in node.children]
    if node.data == "negated":
        return Not(children[0])
    if len(children) == 1:
        return children[0]
    join = {"conjunction": And, "disjunction": Or}[node.data]
    flat = [x for each in children for x in (each.children if isinstance(each, join) else [each])]
    return join(tuple(flat))


@given(rule_trees.templates(rule_trees.plain_names))
def test_what_we_print_lark_reads(template: Template) -> None:
    assert template == second(text_of(template))


@settings(max_examples=500)
@given(st.lists(BITS, max_size=14).map("".join))
def test_any_text_is_read_or_refused_by_both(text: str) -> None:
    parsed = parse(text)
    assert second(text) == (parsed.template if parsed.ok else None)


@settings(max_examples=300)
@given(rule_trees.templates(rule_trees.plain_names), st.data())
def test_a_text_with_one_bit_changed_is_read_or_refused_by_both(
    template: Template, data: st.DataObject
) -> None:
    text = text_of(template)
    at = data.draw(st.integers(0, len(text)))
    skipped = data.draw(st.integers(0, 2))
    text = text[:at] + data.draw(BITS | st.just("")) + text[at + skipped :]
    parsed = parse(text)
    assert second(text) == (parsed.template if parsed.ok else None)


def test_lark_refuses_what_is_wrong() -> None:
    assert [None, None] == [second("a ->"), second("a && -> b")]
