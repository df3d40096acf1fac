from datetime import date

import pytest

from postlude.orgs.retention import months_before


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        ("2027-06-01", 13, "2026-05-01"),
        ("2027-03-31", 13, "2026-02-28"),
        ("2028-03-31", 1, "2028-02-29"),
        ("2027-01-31", 1, "2026-12-31"),
        ("2027-12-15", 12, "2026-12-15"),
        ("2027-01-01", 3, "2026-10-01"),
        ("2027-05-31", 3, "2027-02-28"),
    ],
)
def test_the_same_day_or_the_last_of_a_shorter_month(day: str, months: int, before: str) -> None:
    assert date.fromisoformat(before) == months_before(date.fromisoformat(day), months)
