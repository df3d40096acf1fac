from datetime import time, timedelta

import pytest

from postlude.playbooks import durations


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90 seconds", 90),
        ("2 minutes", 120),
        ("1 minute", 60),
        ("1 hour 30 minutes", 5400),
        ("1 hour and 30 min", 5400),
        ("14 days", 14 * 86400),
        ("2 Weeks", 14 * 86400),
        ("5m", 300),
    ],
)
def test_what_people_write(text: str, seconds: int) -> None:
    assert durations.parse(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "soon", "2", "-2 minutes", "2 fortnights", "0 minutes", "1.5 h"]
)
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"“|length"):
        durations.parse(text)


@pytest.mark.parametrize("seconds", [1, 90, 120, 3600, 5400, 86400, 14 * 86400])
def test_words_are_read_back(seconds: int) -> None:
    length = timedelta(seconds=seconds)

    assert durations.parse(durations.words(length)) == length


def test_spans_of_hours() -> None:
    assert durations.between("22:00 to 08:00") == (time(22), time(8))
    assert durations.between("9:30-17:00") == (time(9, 30), time(17))
    for wrong in ("22 to 8", "25:00 to 08:00", "late"):
        with pytest.raises(ValueError, match=r"“|length"):
            durations.between(wrong)
