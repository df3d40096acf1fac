"""Each mistake has its place in the text, several come at once, and none crashes the reader."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from postlude.rules.language import parsing
from postlude.rules.language.parsing import parse


def found(text: str) -> list[tuple[str, str]]:
    """Return the code and the marked characters of each problem."""
    return [(p.code, text[p.span.start : p.span.end]) for p in parse(text).problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(a || b -> c", [("unclosed", "(")]),
        ("a) && b -> c", [("unopened", ")")]),
        ("a b -> c", [("no_join", "b")]),
        ("a && -> c", [("no_condition", "->")]),
        ("a && () -> c", [("no_condition", "()")]),
        ("a and not b -> c", [("word_sign", "and"), ("word_sign", "not")]),
        ("a & b -> c", [("wrong_sign", "&")]),
        ("a ｜｜ （b） => c", [("wrong_sign", each) for each in ("｜｜", "（", "）", "=>")]),
        ("“前 N 名” -> c", [("wrong_quote", "“前 N 名”")]),
        ("first-30 && 3rd -> c", [("bad_name", "first-30"), ("bad_name", "3rd")]),
        ("paid >= a -> c", [("unknown_character", ">="), ("no_join", "a")]),
        ("a -> b || c", [("bad_join", "||")]),
        ("a -> !b && (c)", [("bad_sign", "!"), ("bad_sign", "("), ("bad_sign", ")")]),
        ("a -> b : c", [("leftover", ": c")]),
        ("a -> b -> c", [("leftover", "-> c")]),
        ("a : k -> b", [("spaced_colon", ":")]),
        ('"" -> b', [("empty_name", '""')]),
        ('"a\\n" -> b', [("bad_escape", "\\")]),
        ('"a -> b', [("unclosed_quote", '"a -> b'), ("no_actions", "")]),
        ('"a\u202e" -> b', [("unseen_character", "\u202e")]),
        ("a\u200bb -> c", [("unknown_character", "\u200b"), ("no_join", "b")]),
    ],
)
def test_the_place_is_marked(text: str, expected: list[tuple[str, str]]) -> None:
    assert expected == found(text)


@pytest.mark.parametrize(
    ("text", "code"),
    [("a ->", "no_action"), ("a", "no_actions"), ("a ?b", "no_else"), ("a -> b &&", "no_action")],
)
def test_what_is_missing_at_the_end_is_pointed_at_there(text: str, code: str) -> None:
    (problem,) = parse(text).problems
    assert (code, len(text), len(text)) == (problem.code, problem.span.start, problem.span.end)


def test_mistakes_come_together_from_left_to_right() -> None:
    text = "(a & b || 3rd -> x | y"
    assert [
        ("unclosed", "("), ("wrong_sign", "&"), ("bad_name", "3rd"), ("wrong_sign", "|"),
    ] == found(text)  # fmt: skip


def test_an_else_part_without_spaces_is_explained() -> None:
    (problem,) = parse("a ? b:c").problems
    assert "b : c" in problem.hint


def test_a_text_with_mistakes_is_still_understood_for_further_checks() -> None:
    assert [("a", ""), ("k", "")] == [
        (leaf.alias, leaf.kind) for leaf in parse("(a && k -> x").template.condition.children
    ]
    assert not parse("(a && k -> x").ok


@pytest.mark.parametrize("text", ["", "  \n"])
def test_nothing_is_no_template(text: str) -> None:
    assert [("empty", text)] == found(text)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("!" * 3_000 + "a -> b", ["too_deep"]),
        ("(" * 1_900 + "a" + ")" * 1_900 + " -> b", ["too_deep"]),
        ("!(" * 1_000 + "a -> b", ["too_deep"]),
        (" && ".join("a" * 300) + " -> b", ["too_many"]),
        ("a" * 5_000 + " -> b", ["too_long"]),
        ("a" * 101 + " -> b", ["long_name"]),
    ],
)
def test_limits_are_said_not_crashed_into(text: str, codes: list[str]) -> None:
    assert codes == [code for code, _ in found(text)]


def test_within_the_limits_all_is_read() -> None:
    deep = "(" * parsing.DEEPEST + "a" + ")" * parsing.DEEPEST + " -> b"
    wide = " && ".join("a" * (parsing.MOST_NAMES - 1)) + " -> b"
    assert [(), (), ()] == [
        parse(text).problems for text in (deep, wide, "!" * parsing.DEEPEST + "a -> b")
    ]


SOUP = st.one_of(
    st.text(max_size=40),
    st.lists(
        st.sampled_from(
            [
                "a",
                "é",
                "and",
                "or",
                "not",
                "b:c",
                '"',
                "“",
                "”",
                "\\",
                "&&",
                "||",
                "&",
                "!",
                "?",
                "(",
                ")",
                "（",
                "->",
                "=>",
                "-",
                ":",
                "：",
                "，",
                "1",
                " ",
                "\n",
                "\u202e",
                "�",
            ],
        ),
        max_size=30,
    ).map("".join),
)


@settings(max_examples=500)
@given(SOUP)
def test_every_mark_lies_in_the_text(text: str) -> None:
    for each in parse(text).problems:
        assert each.span is not None
        assert 0 <= each.span.start <= each.span.end <= len(text)
        assert each.message


@given(SOUP)
def test_reading_gives_a_tree_or_a_mistake_and_the_same_each_time(text: str) -> None:
    parsed = parse(text)
    assert parsed == parse(text)
    assert parsed.ok == (not parsed.problems)
    assert not parsed.ok or parsed.template is not None
