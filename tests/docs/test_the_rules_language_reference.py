"""The language's page shows templates that are read and mistakes as they are said, and every code."""

import ast
import re
from pathlib import Path

import pytest

from postlude.rules.authoring.binding import DEEPEST_SUB_RULES
from postlude.rules.language import parsing, tokens
from postlude.rules.language.analysis import analyse
from postlude.rules.language.parsing import parse
from postlude.wiring.cli.carets import marked

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/reference/rules-language.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"^```(\w+)\n(.*?)\n```$", re.DOTALL | re.MULTILINE)
BLOCKS = [(match[1], match[2]) for match in BLOCK.finditer(PAGE)]
SOURCES = [
    path
    for folder in ("language", "authoring")
    for path in sorted((ROOT / "src/postlude/rules" / folder).glob("*.py"))
]


def said(text: str) -> str:
    """Return what the page shows for a template with mistakes."""
    parsed = parse(text)
    more = () if parsed.template is None else analyse(parsed.template)
    lines = []
    for each in (*parsed.problems, *more):
        lines += marked(text, each.span.start, each.span.end)
        lines.append(f"{each.code}: {each.message}" + (f" → {each.hint}" if each.hint else ""))
    return "\n".join(line.rstrip() for line in lines)


@pytest.mark.parametrize("block", [text for kind, text in BLOCKS if kind == "template"])
def test_a_template_of_the_page_is_read(block: str) -> None:
    assert () == parse(block).problems


@pytest.mark.parametrize("block", [text for kind, text in BLOCKS if kind == "mistakes"])
def test_a_mistake_of_the_page_is_said_in_these_words(block: str) -> None:
    assert said(block.splitlines()[0]) == block


def codes(path: Path) -> set[str]:
    """Return the codes of problems in a source file."""
    return {
        node.args[0].value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and getattr(node.func, "attr", getattr(node.func, "id", ""))
        in {"Problem", "report", "_report"}
    }


def test_every_code_is_on_the_page() -> None:
    every = set().union(*map(codes, SOURCES))
    assert len(every) > 30
    shown = set(
        re.findall(r"\b[a-z]+(?:_[a-z]+)+\b|\b(?:unclosed|unopened|leftover|empty)\b", PAGE)
    )
    assert set() == every - shown


def test_the_limits_are_the_codes() -> None:
    limits = (
        f"{parsing.LONGEST} characters, {parsing.MOST_NAMES} names of up to {tokens.LONGEST_NAME} "
        f"characters, {parsing.DEEPEST} parentheses"
    )
    assert limits in PAGE
    assert f"sub-rules {DEEPEST_SUB_RULES} deep" in PAGE
