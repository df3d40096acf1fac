"""docs/howto/scale-to-zero.md: the requests of a month add up, and so do their shares."""

import re
from pathlib import Path

PAGE = Path(__file__).resolve().parents[2] / "docs" / "howto" / "scale-to-zero.md"
SALES = 2_000


def number(text: str) -> int:
    return int(re.sub(r"[^\d]", "", text.rpartition("=")[2]))


def counted() -> dict[str, int]:
    """Return the rows of the page's table, by what they count."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    rows = [[cell.strip(" |*") for cell in line.split(" | ")] for line in lines if "|" in line]
    return {
        name: number(count)
        for name, count in (row for row in rows if len(row) == 2)
        if re.search(r"\d$", count)
    }


def test_the_sums_of_the_page_are_right() -> None:
    rows = counted()
    total = rows.pop("in all")
    assert total == sum(rows.values())
    assert 30 * 24 * 30 == rows["scheduler, every 2 minutes"]
    # One webhook at most and three receipts a sale, as test_requests_alone_… measures.
    assert SALES == rows["KKTIX webhooks, at most one a sale"]
    assert 3 * SALES == rows["receipts: delivered, opened, clicked"]


def test_its_shares_of_the_free_tiers_are_right() -> None:
    text, total = PAGE.read_text(encoding="utf-8"), counted()["in all"]
    for free in (2_000_000, 1_000_000):
        assert f"{total / free:.1%}".replace("%", " %") in text
    assert f"{30 * 24 * 30 * 4:,} vCPU-seconds" in text.replace("\n", " ")
