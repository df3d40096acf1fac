"""The SQL of a room that reads across rooms names the published views `<room>_facts_*` only."""

import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[3] / "src" / "postlude"
ROOMS = ("console", "reports")
_COMMENT = re.compile(r"--[^\n]*|/\*.*?\*/", re.DOTALL)
_READ = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE)\s+(?:LATERAL\s+)?\"?(\w+)", re.IGNORECASE)
_NAMED_HERE = re.compile(r"(?:\bWITH\b|,)\s*(\w+)\s+AS\s+(?:MATERIALIZED\s+)?\(", re.IGNORECASE)
_VIEW = re.compile(r"[a-z]+_facts_[a-z_]+")


def tables(sql: str) -> set[str]:
    """Return what a statement reads, apart from what it names itself."""
    plain = _COMMENT.sub(" ", sql)
    return set(_READ.findall(plain)) - set(_NAMED_HERE.findall(plain))


def files() -> list[Path]:
    return [path for room in ROOMS for path in sorted((SOURCE / room).rglob("*.sql"))]


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_a_file_reads_views_only(path: Path) -> None:
    sql = path.read_text(encoding="utf-8")
    assert not [each for each in tables(sql) if not _VIEW.fullmatch(each)]
    assert sql.startswith("-- "), "one sentence on top says what it asks"


def test_both_rooms_have_sql() -> None:
    assert {path.relative_to(SOURCE).parts[0] for path in files()} == set(ROOMS)


def test_a_table_would_be_seen() -> None:
    sql = "WITH a AS (SELECT 1 FROM orders_ticket), b AS (SELECT 2 FROM a) SELECT * FROM b JOIN x_facts_y"
    assert tables(sql) == {"orders_ticket", "x_facts_y"}


def test_python_of_reports_and_rules_writes_no_table_down() -> None:
    """What is put together in Python names no table either; a room's views are of its own tables."""
    for room in ("reports", "rules"):
        for path in sorted((SOURCE / room).rglob("*.py")):
            if path.parent.name == "migrations":
                continue
            assert not re.search(
                r"\b(?:FROM|JOIN)\s+[a-z]+_(?!facts_)[a-z]+\b", path.read_text("utf-8")
            )
