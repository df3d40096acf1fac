"""The pages of promises keep their word: each promise names tests, and each of them exists."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT / "docs" / "reference"
TICKETS = {
    *(f"1.{number}" for number in range(1, 10)),
    *(f"2.{number}" for number in range(1, 5)),
    *(f"3.{number}" for number in range(1, 5)),
    *(f"4.{number}" for number in range(1, 7)),
    *(f"5.{number}" for number in range(1, 8)),
    *(f"6.{number}" for number in range(1, 5)),
    "example",
}
RULES = {
    *(f"1.{number}" for number in range(1, 4)),
    *(f"2.{number}" for number in range(1, 7)),
    *(f"3.{number}" for number in range(1, 4)),
    *(f"4.{number}" for number in range(1, 4)),
    *(f"5.{number}" for number in range(1, 3)),
    *(f"6.{number}" for number in range(1, 5)),
    *(f"7.{number}" for number in range(1, 4)),
    *(f"8.{number}" for number in range(1, 4)),
    *(f"9.{number}" for number in range(1, 6)),
}
# Of notifications: frame, kinds, resolutions, efficiency, bonus service, scale; then R and B; then what goes wrong.
RESTAURANT = {
    *(f"1.{number}" for number in range(1, 8)),
    *(f"2.{number}" for number in range(1, 9)),
    *(f"3.{number}" for number in range(1, 9)),
    *(f"4.{number}" for number in range(1, 4)),
    *(f"5.{number}" for number in range(1, 4)),
    *(f"6.{number}" for number in range(1, 3)),
    *(f"7.{number}" for number in range(1, 6)),
    *(f"8.{number}" for number in range(1, 11)),
    *(f"9.{number}" for number in range(1, 9)),
    "example",
}
PAGES = {"tickets.md": TICKETS, "rules.md": RULES, "restaurant.md": RESTAURANT}
_CLAUSE = re.compile(r"(\d\.\d+|example)\.[a-z]")
_TEST = re.compile(r"tests/[\w/]+\.py::test_\w+")


def rows(page: str) -> list[list[str]]:
    """Return the cells of each row of every table of clauses on the page."""
    found, inside = [], False
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            inside = False
        elif cells == ["clause", "promise", "test"]:
            inside = True
        elif inside and set(line) - set("|-: "):
            found.append(cells)
    return found


@cache
def names_in(path: Path) -> frozenset[str]:
    """Return the names of a file's tests, read without importing it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return frozenset(each.name for each in tree.body if isinstance(each, functions))


def complaints(page: str, clauses: set[str]) -> list[str]:
    """Return what is wrong with a page, one sentence each; nothing when it keeps its word."""
    table = rows(page)
    counts = Counter(row[0] for row in table)
    covered = {clause.rpartition(".")[0] for clause in counts}
    return [
        *(f"{clause} is there {count} times" for clause, count in counts.items() if count > 1),
        *(f"nothing is promised for {each}" for each in sorted(clauses - covered)),
        *(words for row in table for words in _complaints_about(row, clauses)),
    ]


def _complaints_about(row: list[str], clauses: set[str]) -> list[str]:
    if len(row) != 3 or not all(row):
        return [f"{row[0] or 'a row'} has an empty cell, or more than three"]
    clause, _, told = row
    if not _CLAUSE.fullmatch(clause) or clause.rpartition(".")[0] not in clauses:
        return [f"{clause} is no clause"]
    names = [each.strip(" `") for each in told.split(",")]
    return [f"{clause}: {name} is no test" for name in names if not _exists(name)]


def _exists(name: str) -> bool:
    if not _TEST.fullmatch(name):
        return False
    path, _, test = name.partition("::")
    return (ROOT / path).is_file() and test in names_in(ROOT / path)


@pytest.mark.parametrize("name", PAGES)
def test_every_promise_of_the_page_names_tests_that_exist(name: str) -> None:
    assert [] == complaints((REFERENCE / name).read_text(encoding="utf-8"), PAGES[name])


HERE = "tests/docs/test_every_promise_has_a_test.py"
GOOD = f"`{HERE}::test_every_promise_of_the_page_names_tests_that_exist`"


def page_of(*changed: str) -> str:
    """Return a page that is good but for the rows given, which stand for clause 1.1."""
    whole = [f"| {clause}.a | it is so | {GOOD} |" for clause in sorted(TICKETS - {"1.1"})]
    return "\n".join(["| clause | promise | test |", "|---|---|---|", *changed, *whole, ""])


def test_a_good_page_has_no_complaint() -> None:
    page = page_of(f"| 1.1.a | it is so | {GOOD} |", f"| 1.1.b | and so | {GOOD}, {GOOD} |")
    assert [] == complaints(page, TICKETS)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ((f"| 1.1.a | so | `{HERE}::test_nobody_wrote_this` |",), "1.1.a: "),
        (("| 1.1.a | so | `tests/docs/test_no_such_file.py::test_it` |",), "1.1.a: "),
        ((f"| 1.1.a | so | {GOOD}, `{HERE}::test_nobody` |",), "::test_nobody is no test"),
        ((f"| 1.1.a | so | `{HERE}::page_of` |",), "::page_of is no test"),
        (("| 1.1.a | so | by hand |",), "by hand is no test"),
        (("| 1.1.a | so | |",), "1.1.a has an empty cell"),
        ((f"| 1.1.a | | {GOOD} |",), "1.1.a has an empty cell"),
        ((f"| | so | {GOOD} |",), "a row has an empty cell"),
        ((f"| 1.1.a | so | {GOOD} | more |",), "1.1.a has an empty cell, or more than three"),
        (("| 1.1.a | so |",), "1.1.a has an empty cell"),
        ((f"| 1.1.a | so | {GOOD} |",) * 2, "1.1.a is there 2 times"),
        ((f"| 1.1 | so | {GOOD} |",), "1.1 is no clause"),
        ((f"| 7.1.a | so | {GOOD} |",), "7.1.a is no clause"),
        ((), "nothing is promised for 1.1"),
    ],
)
def test_a_page_that_breaks_its_word_is_told_where(changed: tuple[str, ...], words: str) -> None:
    assert any(words in each for each in complaints(page_of(*changed), TICKETS))


def test_tables_of_other_things_are_left_alone() -> None:
    other = "\n\n| what | who |\n|---|---|\n| 9.9.z | nobody |\n"
    assert [] == complaints(page_of(f"| 1.1.a | it is so | {GOOD} |") + other, TICKETS)
